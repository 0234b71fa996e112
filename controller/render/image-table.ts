import type { Instant } from '../core/instant.ts';
import type { Builder } from '../core/observed.ts';
import { endBuildersCommand } from '../core/rollout/housekeeping.ts';
import { ageText } from './age.ts';
import { alignedLines } from './aligned.ts';
import type { ImageRow } from './image-rows.ts';
import type { Paint } from './paint.ts';
import { channelMoment } from './rollout-words.ts';
import { visible } from './visible.ts';

const titles = ['CHANNEL', 'IMAGE', 'NAME', 'CREATED', 'AGE', 'WHAT'];

/** The table of `image list`; times are in UTC. */
export function imageTable(rows: readonly ImageRow[], now: Instant, paint: Paint): string {
  if (rows.length === 0) return 'no images\n';
  const [header = '', ...lines] = alignedLines([titles, ...rows.map((row) => cellsOf(row, now))]);
  const painted = lines.map((line, index) => colourOf(rows[index], paint)(line));
  return [paint.bold(header), ...painted].map((line) => `${line}\n`).join('');
}

function cellsOf(row: ImageRow, now: Instant): readonly string[] {
  const { channel, imageId, name, createdAt, keptFor, marks } = row;
  const end = keptFor.length === 0 ? ['to be deregistered, as nothing keeps it'] : [];
  return [
    channel,
    imageId,
    visible(name) || '-',
    createdAt === undefined ? '-' : channelMoment(createdAt, now),
    createdAt === undefined ? '-' : ageText(createdAt, now),
    visible([...keptFor, ...marks, ...end].join(', ')),
  ];
}

function colourOf(row: ImageRow | undefined, paint: Paint): (text: string) => string {
  if (row?.marks.some((mark) => mark.startsWith('denied'))) return paint.yellow;
  return row?.keptFor.length === 0 ? paint.dim : (text) => text;
}

/** Image Builder's machines that nobody ended, a line each with the command that does. */
export function builderLines(
  builders: readonly Builder[],
  { now, region }: { readonly now: Instant; readonly region: string },
  paint: Paint,
): string {
  return builders
    .map((builder) => {
      const text = `Image Builder left ${builder.machineId} running for ${ageText(builder.launchedAt, now)}`;
      return `${paint.yellow(text)}\n  -> ${endBuildersCommand(region, [builder])}\n`;
    })
    .join('');
}

/** The same for programs. */
export function imageJson(rows: readonly ImageRow[], builders: readonly Builder[]): string {
  return `${JSON.stringify({ images: rows, leftoverBuilders: builders }, null, 2)}\n`;
}
