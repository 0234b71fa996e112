import type { ImageReading } from '../core/observed.ts';
import { durationText } from '../core/plan/describe.ts';
import type { Denial, PinnedImage, Replacement } from '../core/record.ts';
import type { RollbackOffer } from '../core/replacement/rollback-offer.ts';
import type { FilePlace } from '../core/spec/schedule-place.ts';
import { pinnedText } from './pinned-text.ts';
import { visible } from './visible.ts';

/** What is said of a rollback that was asked for just now. */
export interface RollbackView {
  readonly name: string;
  readonly way: Exclude<RollbackOffer, { refused: string }>;
  /** The image of the machine that has home and duty in the end. */
  readonly imageId: string | undefined;
  /** The current machine, where it is on and has to be stopped. */
  readonly stops: string | undefined;
  readonly homeId: string | undefined;
  readonly readyWithinMinutes: number;
  /** What is under way and is given up. */
  readonly replacement: Replacement | undefined;
  readonly denial: Denial;
  /** The newest change of the spec that took a new machine, where that is known. */
  readonly specChange: string | undefined;
  /** What the channel it follows names now; undefined where it follows none. */
  readonly channelNow: ImageReading | undefined;
  /** Its file; with a place where that says an image. */
  readonly file: string | FilePlace | undefined;
}

/** What will be: the first line says it, the others what else is to be known. */
export function rollbackText(view: RollbackView): string {
  const rest = [...costs(view), ...deniedLines(view), ...lastingLines(view)];
  return [headOf(view), ...rest.map((line) => `  ${line}`)].map((line) => `${line}\n`).join('');
}

function headOf({ name, way, imageId }: RollbackView): string {
  switch (way.to) {
    case 'kept': {
      const image = imageLabel(way.image) ?? imageId;
      const of = image === undefined ? '' : ` (${image})`;
      return `asked to take ${name} back to ${way.machineId}${of}, which was kept stopped`;
    }
    case 'image':
      return `asked to take ${name} back to ${pinnedText(way.image)}, on a new machine, as the one before is gone`;
    case 'stay':
      return `asked to give up the replacement of ${name}: home and duty stay with ${way.machineId}`;
  }
}

/** `ami-…, ubuntu-24.04-41`. */
function imageLabel(image: PinnedImage | undefined): string | undefined {
  if (image === undefined) return undefined;
  return image.name === '' ? image.imageId : `${image.imageId}, ${visible(image.name)}`;
}

function costs({ way, stops, homeId, replacement, ...view }: RollbackView): readonly string[] {
  if (way.to === 'stay') {
    const { newId, wasOn } = replacement ?? {};
    return [
      ...(wasOn ? [`${way.machineId}, which was stopped for it, takes its duty again`] : []),
      ...(newId === undefined ? [] : [`${newId}, which never had the home, is terminated`]),
    ];
  }
  const away = durationText(view.readyWithinMinutes);
  return [
    ...(stops === undefined
      ? []
      : [
          `its running machine ${stops} is stopped for it: save your work; expected away: up to ${away}`,
        ]),
    ...(homeId === undefined ? [] : [`home ${homeId} moves over, snapshotted first`]),
  ];
}

function deniedLines({
  name,
  denial,
  channelNow,
  imageId,
  ...view
}: RollbackView): readonly string[] {
  const { image, specHash } = denial;
  const lines: string[] = [];
  if (image !== undefined) {
    const end =
      image.source === 'follow'
        ? 'its channel names a newer one or git says so'
        : 'git names another';
    lines.push(`${image.imageId} is not made again for ${name} until ${end}`);
    const next = channelNow?.usable ? channelNow.imageId : undefined;
    if (next !== undefined && next !== image.imageId && next !== imageId) {
      lines.push(`its channel names ${next} by now, which is made all the same`);
    }
  }
  if (specHash !== undefined) {
    const what =
      view.specChange === undefined
        ? 'root volume, network, permissions or user-data'
        : `last: ${visible(view.specChange)}`;
    lines.push(
      `the change of its spec (${what}) is not made again until git changes it: take it back there`,
    );
  }
  return lines;
}

/** What to commit, so that git asks for what there is. */
function lastingLines({ denial, imageId, file }: RollbackView): readonly string[] {
  if (denial.image === undefined || imageId === undefined) return [];
  return [`to make it lasting, ${whereOf(file)}:`, `  image: {id: ${imageId}}`];
}

function whereOf(file: RollbackView['file']): string {
  if (file === undefined) return 'in its file under spec';
  if (typeof file === 'string') return `in ${file} under spec`;
  return `at ${file.file}:${file.line}:${file.column} in place of its image`;
}
