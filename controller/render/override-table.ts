import type { Instant } from '../core/instant.ts';
import { everyName, type LedgerRequest } from '../core/request.ts';
import { alignedLines } from './aligned.ts';
import type { InForceContext } from './in-force.ts';
import { localMoment } from './local-time.ts';
import { shortId } from './override-text.ts';
import type { Paint } from './paint.ts';
import { visible } from './visible.ts';

const titles = ['NAME', 'STATE', 'UNTIL', 'BY', 'SINCE', 'ID', 'REASON'];

/** The table of `override list`, in the local times of each DevInstance. */
export function overrideTable(
  requests: readonly LedgerRequest[],
  context: InForceContext,
  paint: Paint,
): string {
  if (requests.length === 0) return 'no overrides\n';
  const { now, timezoneOf } = context;
  const rows = requests.map(({ name, work, actor, reason, at, expiresAt, id }) => {
    const moment = (instant: Instant) => localMoment(instant, now, timezoneOf(name));
    const state = work.kind !== 'override' ? 'suspended' : work.state === 'running' ? 'on' : 'off';
    return [
      name === everyName ? '(all)' : visible(name),
      state,
      moment(expiresAt),
      visible(actor),
      moment(at),
      shortId(visible(id)),
      visible(reason) || '-',
    ];
  });
  const [header = '', ...lines] = alignedLines([titles, ...rows]);
  return [paint.bold(header), ...lines].map((line) => `${line}\n`).join('');
}

/** The same as one JSON array. */
export function overrideJson(requests: readonly LedgerRequest[]): string {
  const rows = requests.map(({ id, name, work, actor, reason, at, expiresAt }) => ({
    id,
    name,
    state: work.kind === 'override' ? work.state : 'suspended',
    command: work.kind === 'override' ? work.command : work.kind,
    until: expiresAt,
    actor,
    reason,
    since: at,
  }));
  return `${JSON.stringify(rows, null, 2)}\n`;
}
