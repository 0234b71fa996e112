import type { Action } from '../../controller/core/action.ts';
import { dayMs, minuteMs } from '../../controller/core/instant.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import type { Look } from './history-duty.ts';
import type { Life } from './history-life.ts';
import { openSince } from './history-wanted.ts';

/** How long somebody who uses a machine may put a change off: the channel of all says no other. */
const deadlineMs = 7 * dayMs;

/**
 * A machine that is on is stopped for a change only where its spec says so, and not while somebody
 * uses it; for what a person asked for, at once.
 */
export function judgeChangeStop(
  { cancelled, asked }: Life,
  action: Action & { readonly kind: 'stop' },
  { look, record, wrong }: { look: Look; record: DevInstanceRecord; wrong: (what: string) => void },
): void {
  const { replacement, restore, effective, behind, typeWantedSince } = record;
  const requestId = replacement?.requestId;
  if (requestId !== undefined) {
    const request = asked.find(({ id }) => id === requestId);
    if (request?.work.kind !== 'rollback' || cancelled.has(requestId)) wrong('nobody asked for it');
    return;
  }
  if (restore !== undefined) return;
  const { when, window } = effective.upgrade;
  if (when !== 'any-time' && when !== 'window') wrong(`stopped for a change, which is ${when}`);
  if (when === 'window' && window !== undefined) {
    const isOpen = openSince(
      { ...effective.schedule, ...window, mode: undefined } as never,
      look.at,
    );
    if (isOpen === undefined) wrong('stopped for a change, its upgrade window being closed');
  }
  const activity = look.activity.get(action.machineId);
  const isFresh = look.at - Date.parse(activity?.at ?? '') <= 15 * minuteMs;
  if (activity === undefined || (isFresh && activity.idleSince !== undefined)) return;
  const since = [behind?.since, typeWantedSince].flatMap((at) => at ?? []).map(Date.parse);
  if (!since.some((at) => look.at >= at + deadlineMs)) wrong('stopped while it may be in use');
}
