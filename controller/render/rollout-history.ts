import { type Instant, millisBetween, minuteMs } from '../core/instant.ts';
import type { ChannelRecord } from '../core/record.ts';
import type { PastRollout, Rollout } from '../core/rollout/rollout.ts';
import { pastOf } from '../core/rollout/succession.ts';
import { alignedLines } from './aligned.ts';
import { lengthText } from './lengths.ts';
import type { Paint } from './paint.ts';
import { channelMoment } from './rollout-words.ts';
import { visible } from './visible.ts';

/** A rollout of a channel: the last one has no end as long as it is under way. */
export interface HistoryRow extends Omit<PastRollout, 'endedAt'> {
  readonly channel: string;
  readonly endedAt?: Instant;
}

const titles = [
  'CHANNEL',
  'ROLLOUT',
  'IMAGE',
  'NAME',
  'STATE',
  'BEGAN',
  'TOOK',
  'UPDATED',
  'FAILED',
  'OF',
  'REASON',
];

/** The rollouts of channels, newest first. */
export function historyRows(records: readonly ChannelRecord[]): readonly HistoryRow[] {
  const rows = records.flatMap(
    ({ name: channel, rollout, history = [] }): readonly HistoryRow[] => [
      ...(rollout === undefined ? [] : [{ channel, ...lastOf(rollout) }]),
      ...history.map((past) => ({ channel, ...past })),
    ],
  );
  return rows.toSorted((one, other) => (one.since > other.since ? -1 : 1));
}

function lastOf(rollout: Rollout): Omit<HistoryRow, 'channel'> {
  const { endedAt: _endedAt, ...row } = pastOf(rollout);
  const { endedAt } = rollout;
  return endedAt === undefined ? row : { ...row, endedAt };
}

/** The table of `rollout history`. */
export function historyTable(rows: readonly HistoryRow[], now: Instant, paint: Paint): string {
  if (rows.length === 0) return 'no rollouts yet\n';
  const [header = '', ...lines] = alignedLines([titles, ...rows.map((row) => cellsOf(row, now))]);
  const painted = lines.map((line, index) => colourOf(rows[index], paint)(line));
  return [paint.bold(header), ...painted].map((line) => `${line}\n`).join('');
}

function cellsOf(row: HistoryRow, now: Instant): readonly string[] {
  const { channel, number, revision, state, since, endedAt, reason } = row;
  const minutes = Math.round(millisBetween(since, endedAt ?? now) / minuteMs);
  const length = lengthText(minutes) || '0m';
  return [
    channel,
    `r${number}`,
    revision.imageId,
    visible(revision.name) || '-',
    state,
    channelMoment(since, now),
    endedAt === undefined ? `${length} so far` : length,
    String(row.updated),
    String(row.failed),
    String(row.members),
    reason === undefined ? '-' : visible(reason),
  ];
}

function colourOf(row: HistoryRow | undefined, paint: Paint): (text: string) => string {
  if (row?.state === 'Degraded' || row?.state === 'Aborted') return paint.red;
  return row?.endedAt === undefined ? paint.yellow : (text) => text;
}

/** The same for programs. */
export function historyJson(rows: readonly HistoryRow[]): string {
  return `${JSON.stringify(rows, null, 2)}\n`;
}
