import { type Home, isOn, type Machine } from '../observed.ts';
import { detachHome } from '../plan/detach.ts';
import { type Finding, unreadFinding } from '../plan/finding.ts';
import { retryOf } from '../plan/memory.ts';
import type { Situation } from '../plan/situation.ts';
import type { Replacement } from '../record.ts';
import { machineOf } from './beside.ts';
import { isOwedAStart } from './fold-replacement.ts';
import {
  attachAction,
  holderOf,
  startAction,
  stopAction,
  stopping,
  terminateAction,
} from './steps.ts';

/**
 * The next step home: off the new machine, onto the old one, and the new one out of the way. The old
 * one takes its duty as soon as it has the home and no other machine is on.
 */
export function stepBack(situation: Situation, replacement: Replacement, home: Home): Finding {
  const { machine: old, former, record } = situation;
  const begun = record.step?.action;
  // It may have made a machine: only its answer tells which.
  if (begun?.kind === 'launch') return { action: begun, final: true };
  if (old === undefined) {
    return former === 'unread'
      ? {
          ...unreadFinding(situation, `machine ${record.machineId} could not be read`),
          final: true,
        }
      : { waiting: 'the home to be released by its former machine', final: true };
  }
  const other = machineOf(situation.successor);
  const holder = holderOf(home);
  if (other !== undefined && holder === other.id) {
    return { ...takeOff(situation, other, home), final: true };
  }
  if (holder === undefined) return { ...putBack(situation, old, home), final: true };
  if (isLeaving(old, home)) {
    const since = record.detachingSince;
    return { ...detachHome(situation, { machine: old, home, since }), final: true };
  }
  // One that may have been made is known by its answer alone: unknown, it would be kept for ever.
  if (begun?.kind === 'snapshot-home' && begun.purpose === 'replacement') return { action: begun };
  const clearing = other && clearAway(situation, replacement, { old, other, home });
  if (clearing !== undefined) return clearing;
  if (situation.successor.fate === 'unread' || situation.successor.fate === 'unseen') {
    return { waiting: 'the new machine to become visible', final: true };
  }
  return isOwedAStart(situation, replacement) && old.state === 'stopped'
    ? { action: startAction(situation, old.id), final: true }
    : {};
}

/** Whether the home is still on its way off a machine, which nothing can stop. */
function isLeaving({ id }: Machine, { attachments }: Home): boolean {
  return attachments.some(
    ({ instanceId, state }) => instanceId === id && (state === 'detaching' || state === 'busy'),
  );
}

function takeOff(situation: Situation, other: Machine, home: Home): Finding {
  switch (other.state) {
    case 'running':
      return { action: stopAction(situation, other.id, 'beside') };
    case 'stopped': {
      const since = situation.record.detachingSince;
      return detachHome(situation, { machine: other, home, since });
    }
    case 'stopping':
      return stopping(situation, other);
    default:
      return { waiting: 'the new machine to run' };
  }
}

function putBack(situation: Situation, old: Machine, home: Home): Finding {
  if (home.state !== 'available') return { waiting: 'the home to become available' };
  return old.state === 'running' || old.state === 'stopped'
    ? { action: attachAction(situation, old.id, home.id) }
    : { waiting: 'the old machine to settle' };
}

/** No two machines of one owner are on together: the old one waits until the other is going. */
function clearAway(
  situation: Situation,
  replacement: Replacement,
  { old, other, home }: { readonly old: Machine; readonly other: Machine; readonly home: Home },
): Finding | undefined {
  const stop = { action: stopAction(situation, other.id, 'beside'), final: true };
  if (other.state === 'stopping') return { ...stopping(situation, other), final: true };
  if (replacement.isKept) return isOn(other.state) ? stop : undefined;
  const neverHeldHome = replacement.detachedAt === undefined;
  const isRefused = retryOf(situation.record, 'terminate') !== undefined;
  if (other.state === 'running' && (!neverHeldHome || isRefused)) return stop;
  if (isOn(other.state) && !neverHeldHome)
    return { waiting: 'the new machine to run', final: true };
  return {
    action: terminateAction(situation, {
      machineId: other.id,
      home,
      holder: old.id,
      neverHeldHome,
    }),
    final: isOn(other.state),
  };
}
