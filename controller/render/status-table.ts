import type { Instant } from '../core/instant.ts';
import type { Status } from '../core/plan/world.ts';
import { overrideVerbs } from '../core/schedule/schedule-memory.ts';
import { alignedLines } from './aligned.ts';
import { localMoment } from './local-time.ts';
import type { Paint } from './paint.ts';
import { visible } from './visible.ts';

type Column = readonly [title: string, cell: (status: Status, now: Instant) => string];

const columns: readonly Column[] = [
  ['NAME', (status) => status.name],
  ['OWNER', (status) => status.owner],
  ['PHASE', (status) => status.phase],
  ['SYNC', (status) => status.sync],
  ['HEALTH', (status) => status.health],
  ['TYPE', (status) => status.instanceType],
  ['HOME', (status) => (status.homeSizeGib === undefined ? '-' : `${status.homeSizeGib} GiB`)],
  ['ZONE', (status) => status.az ?? '-'],
  ['NEXT', nextOf],
];

const wideColumns: readonly Column[] = [
  ...columns,
  ['CLASS', (status) => status.className],
  ['MACHINE', (status) => status.machineId ?? '-'],
  ['IMAGE', (status) => status.imageId ?? '-'],
  ['HOME-ID', (status) => status.homeId ?? '-'],
  ['WHY', (status) => visible(status.message ?? status.duty?.reason ?? '-')],
];

function nextOf(status: Status, now: Instant): string {
  const until = status.duty?.until;
  if (status.duty === undefined || until === undefined) return '-';
  const verb = status.duty.state === 'running' ? 'stop' : 'start';
  const moment = localMoment(until, now, status.timezone);
  const asked = status.endSetBy === undefined ? '' : ` (${overrideVerbs[status.endSetBy]})`;
  return `${verb} ${moment}${asked}`;
}

/** The table of `get`, aligned, with a header. */
export function statusTable(
  statuses: readonly Status[],
  now: Instant,
  output: 'table' | 'wide',
  paint: Paint,
): string {
  if (statuses.length === 0) return 'no DevInstances\n';
  const shown = output === 'wide' ? wideColumns : columns;
  const [header = '', ...lines] = alignedLines([
    shown.map(([title]) => title),
    ...statuses.map((status) => shown.map(([, cell]) => cell(status, now))),
  ]);
  const painted = lines.map((line, index) => lineColour(statuses[index], paint)(line));
  return [paint.bold(header), ...painted].map((line) => `${line}\n`).join('');
}

function lineColour(status: Status | undefined, paint: Paint): (text: string) => string {
  if (status?.health === 'Degraded' || status?.health === 'Missing') return paint.red;
  if (status?.health === 'Progressing') return paint.yellow;
  return (text) => text;
}

/** All statuses as one JSON array. */
export function statusJson(statuses: readonly Status[]): string {
  return `${JSON.stringify(statuses, null, 2)}\n`;
}
