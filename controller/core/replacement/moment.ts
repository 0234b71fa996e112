import { type Instant, millisBetween, minuteMs, plusMillis, toMillis } from '../instant.ts';
import type { Machine } from '../observed.ts';
import { activityFreshMs, isWindowOpen } from '../plan/duty.ts';
import { isOverdue } from '../plan/rules-power.ts';
import type { Situation } from '../plan/situation.ts';
import type { HoldReason } from '../plan/world.ts';
import { compileSchedule } from '../schedule/compiled-schedule.ts';
import { nextStart } from '../schedule/duty.ts';
import { windowsDuty } from '../schedule/windows.ts';

/** When a change that takes a machine from its owner may begin (decision 8). */
export type Moment =
  | { readonly kind: 'now'; readonly note: string }
  /** `at` is left out where nothing says when. */
  | { readonly kind: 'later'; readonly at?: Instant; readonly note: string }
  | {
      readonly kind: 'held';
      readonly reason: HoldReason;
      readonly message: string;
      readonly remedy: string;
    };

/** A change of machine: how long it takes, and since when it is wanted. */
export interface Disruption {
  readonly takesMs: number;
  readonly since: Instant | undefined;
}

/**
 * The moment of a change. A machine that is off is changed while it is, if that ends before it is
 * next to run; one that is on only where its spec allows it, and not while somebody uses it.
 */
export function momentOf(situation: Situation, machine: Machine, change: Disruption): Moment {
  const { spec } = situation;
  if (spec.upgrade.when === 'never') {
    return held('UpgradeNever', 'upgrade.when is never', 'choose another upgrade.when');
  }
  if (machine.state === 'running' || machine.state === 'pending') {
    return whileOn(situation, machine, change);
  }
  return situation.duty.state === 'running' && situation.duty.enforced
    ? atStart(situation, change)
    : whileOff(situation, change);
}

/**
 * The moment at which a machine goes back from an image that failed or was taken back: at once where
 * it is of no use to anybody now, else when it is next off.
 */
export function urgentMoment(
  situation: Situation,
  machine: Machine,
  urgency: 'failed' | 'undone',
): Moment {
  if (urgency === 'failed') return { kind: 'now', note: `it failed with ${machine.imageId}` };
  const what = `${machine.imageId} was taken back`;
  if (machine.state === 'stopped' || isOverdue(situation)) return { kind: 'now', note: what };
  const { duty } = situation;
  const stop = duty.next?.state === 'stopped' ? duty.until : undefined;
  return later(stop, `at its next stop: ${what}`);
}

function held(reason: HoldReason, message: string, remedy: string): Moment {
  return { kind: 'held', reason, message, remedy };
}

function later(at: Instant | undefined, note: string): Moment {
  return at === undefined ? { kind: 'later', note } : { kind: 'later', at, note };
}

/** It is off, and nobody is waiting for it. */
function whileOff(situation: Situation, { takesMs }: Disruption): Moment {
  const { spec, duty, now } = situation;
  const { when, window } = spec.upgrade;
  const start = duty.next?.state === 'running' ? duty.until : undefined;
  if (when === 'next-start') return later(start, 'at its next start');
  if (when === 'window') {
    if (window === undefined) return held('NeverOff', 'it has no upgrade.window', 'name one');
    if (!isWindowOpen(window, now)) {
      return later(nextStart(window, now), 'when its upgrade window opens');
    }
  }
  if (start === undefined || plusMillis(now, takesMs) <= start) {
    return { kind: 'now', note: when === 'window' ? 'its upgrade window is open' : 'it is off' };
  }
  return when === 'any-time'
    ? later(start, 'at its next start')
    : later(undefined, 'when it is next off for long enough');
}

/** It is off and about to be started: whoever allowed for it waits a little longer. */
function atStart(situation: Situation, change: Disruption): Moment {
  const { spec, duty } = situation;
  switch (spec.upgrade.when) {
    case 'next-start':
      return { kind: 'now', note: 'at its start' };
    case 'any-time':
      return { kind: 'now', note: 'at its start: upgrade.when is any-time' };
    case 'window':
      return whileWindow(situation, change);
    default:
      return duty.next?.state === 'stopped' && duty.until !== undefined
        ? later(duty.until, 'off by schedule')
        : neverOff();
  }
}

function whileOn(situation: Situation, machine: Machine, change: Disruption): Moment {
  const { spec, duty } = situation;
  switch (spec.upgrade.when) {
    case 'any-time':
      return unlessUsed(situation, machine, change, 'upgrade.when is any-time');
    case 'next-start':
      return later(undefined, 'at its next start');
    case 'window': {
      const moment = whileWindow(situation, change);
      return moment.kind === 'now' ? unlessUsed(situation, machine, change, moment.note) : moment;
    }
    default: {
      if (duty.state === 'stopped') return later(undefined, 'when it stops');
      const isStopped = spec.schedule.actions !== 'start-only';
      return duty.until !== undefined && isStopped
        ? later(duty.until, 'off by schedule')
        : neverOff();
    }
  }
}

function neverOff(): Moment {
  const remedy = 'give it an upgrade window, or upgrade.when: any-time';
  return held('NeverOff', 'its schedule is never off', remedy);
}

/** In its upgrade window a machine is changed that is to run, if the window is still long enough. */
function whileWindow({ spec, now }: Situation, { takesMs }: Disruption): Moment {
  const { window } = spec.upgrade;
  if (window === undefined) return held('NeverOff', 'it has no upgrade.window', 'name one');
  const opens = () => later(nextStart(window, now), 'when its upgrade window opens');
  const nowMillis = toMillis(now);
  const { state, since, until } = windowsDuty(compileSchedule(window), nowMillis);
  if (state === 'stopped') return opens();
  const isShort = since !== undefined && until !== undefined && until - since < takesMs;
  const isFitting = until === undefined || nowMillis + takesMs <= until || isShort;
  return isFitting ? { kind: 'now', note: 'its upgrade window is open' } : opens();
}

/** A session, or a host that reported and fell silent, puts it off until the deadline. */
function unlessUsed(
  situation: Situation,
  machine: Machine,
  { since }: Disruption,
  note: string,
): Moment {
  const use = useOf(situation, machine);
  const { now } = situation;
  const deadline = plusMillis(since ?? now, deadlineMinutes(situation) * minuteMs);
  if (use === undefined || now >= deadline) return { kind: 'now', note };
  return later(deadline, `${use}; when that ends, at the latest then`);
}

/** For people: what speaks for somebody using it. A host that never reported cannot be asked. */
function useOf({ observed, now }: Situation, machine: Machine): string | undefined {
  const activity = observed.activity?.get(machine.id);
  if (activity === undefined) return undefined;
  if (millisBetween(activity.at, now) > activityFreshMs) {
    return `its host has said nothing since ${activity.at}`;
  }
  return activity.idleSince === undefined ? 'somebody is using it' : undefined;
}

/** Where it follows no channel: as long as a channel's rollout waits unless told otherwise. */
const ownImageDeadlineMinutes = 7 * 24 * 60;

function deadlineMinutes({ channel }: Situation): number {
  return channel?.deadlineMinutes ?? ownImageDeadlineMinutes;
}
