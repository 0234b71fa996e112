import type { Instant } from '../core/instant.ts';
import type { HomeRow } from '../core/plan/home-rows.ts';
import { alignedLines } from './aligned.ts';
import { localTime } from './local-time.ts';
import type { Paint } from './paint.ts';

const titles = [
  'NAME',
  'OWNER',
  'HOME',
  'STATE',
  'PHASE',
  'SIZE',
  'ZONE',
  'MACHINE',
  'SNAPSHOTS',
  'LATEST',
];

/** The table of `home list`; times are in UTC. */
export function homeTable(rows: readonly HomeRow[], now: Instant, paint: Paint): string {
  if (rows.length === 0) return 'no homes\n';
  const [header = '', ...lines] = alignedLines([titles, ...rows.map((row) => cellsOf(row, now))]);
  const painted = lines.map((line, index) => colourOf(rows[index], paint)(line));
  return [paint.bold(header), ...painted].map((line) => `${line}\n`).join('');
}

function cellsOf(row: HomeRow, now: Instant): readonly string[] {
  const { latest, requests } = row;
  const asked = requests.map((kind) =>
    kind === 'snapshot-home' ? 'snapshot asked' : 'restore asked',
  );
  const newest =
    latest === undefined ? [] : [`${latest.id} ${localTime(latest.at, now, 'UTC')} UTC`];
  return [
    row.name,
    row.owner,
    row.homeId,
    row.state,
    row.phase,
    row.sizeGib === undefined ? '-' : `${row.sizeGib} GiB`,
    row.az ?? '-',
    row.machineId ?? '-',
    String(row.snapshots),
    [...newest, ...asked].join(', ') || '-',
  ];
}

function colourOf(row: HomeRow | undefined, paint: Paint): (text: string) => string {
  if (row?.state === 'missing' || row?.state === 'error' || row?.state === 'unread')
    return paint.red;
  return row?.phase === 'active' ? (text) => text : paint.dim;
}
