import type { Action, Outcome } from '../action.ts';
import type { FleetEvent } from '../event.ts';
import { type Instant, millisBetween, minuteMs, plusMillis } from '../instant.ts';
import type { DevInstanceRecord } from '../record.ts';
import { replacementNews } from '../replacement/replacement-events.ts';
import { specChanges } from '../spec-changes.ts';
import { actionEvent } from './action-event.ts';
import { retryOf } from './memory.ts';
import { isHarmless } from './status.ts';
import type { Binding, Change, Hold, Plan, RequestEnding } from './world.ts';

/** A record as it was and as the plan notes it. */
export interface Noted {
  readonly before: DevInstanceRecord;
  readonly after: DevInstanceRecord;
}

/** An action that a pass ended, with the record before and after its outcome was applied. */
export interface Ended extends Noted {
  readonly action: Action;
  readonly outcome: Outcome;
  readonly at: Instant;
}

/** What people are told of the names that this pass took over from tags. */
export function adoptionEvents(bindings: readonly Binding[], now: Instant): readonly FleetEvent[] {
  return bindings.flatMap(({ name, adopt }) => {
    if (adopt === undefined) return [];
    const { machineId = 'no machine', homeId = 'no home' } = adopt;
    const message = `the ledger had no record of it: took over ${machineId} and ${homeId} by their tags`;
    return [{ name, at: now, type: 'Normal' as const, reason: 'Adopted', message }];
  });
}

/** What people are told of their requests that came to an end. */
export function endingEvents(
  endings: readonly RequestEnding[],
  now: Instant,
): readonly FleetEvent[] {
  return endings.map(({ name, result, message }) => ({
    name,
    at: now,
    type: result === 'done' ? 'Normal' : 'Warning',
    reason: result === 'done' ? 'RequestDone' : 'RequestRefused',
    message,
  }));
}

/** What people are told of stops that lie ahead. */
export function noticeEvents(notices: Plan['notices']): readonly FleetEvent[] {
  return notices.map(({ name, at, message }) => ({
    name,
    at,
    type: 'Normal',
    reason: 'StopAhead',
    message,
  }));
}

/** What people are told of the actions that a pass ended. */
export function actionEvents(plan: Plan, ended: readonly Ended[]): readonly FleetEvent[] {
  return ended.flatMap(({ at, ...one }) => {
    const event = actionEvent({ ...one, why: whyOf(plan, one.action) }, at);
    return event === undefined ? [] : [event];
  });
}

/** Why a machine is started or stopped; the other actions say so themselves. */
function whyOf(plan: Plan, action: Action): string | undefined {
  const { kind, name } = action;
  if (kind !== 'start' && kind !== 'stop') return undefined;
  const isDue = (change: Change) =>
    change.name === name &&
    change.at === 'now' &&
    change.withheldBy === undefined &&
    !change.reasons.includes('spec_schedule');
  const due = plan.changes.filter(isDue);
  const cause = due.find((change) => change.kind === kind) ?? due[0];
  if (cause === undefined) return isBeside(action) ? 'it was replaced, and is kept' : undefined;
  if (cause.kind === 'replace') return replaceWhy(plan, action, cause);
  if (cause.kind === 'orphan') return 'its file is gone';
  if (cause.kind === 'retire') return 'its spec says lifecycle: retired';
  if (cause.kind === 'restore') return 'its home is exchanged for a restored one';
  if (cause.reasons.includes('stopped_by_aws')) return 'AWS had stopped it';
  if (cause.kind !== kind) return cause.details.join('; ');
  return plan.statuses.find((status) => status.name === name)?.duty?.reason;
}

function isBeside(action: Action): boolean {
  return action.kind === 'stop' && action.cause === 'beside';
}

/** The old machine makes room; the new one is put to rest where it is not to run yet. */
function replaceWhy(
  plan: Plan,
  action: Action,
  { note, name, reasons }: Change,
): string | undefined {
  if (action.kind === 'start') return 'it is to have home and duty';
  if (!isBeside(action)) return reasons.includes('rollback') ? note : 'it is replaced';
  const duty = plan.statuses.find((status) => status.name === name)?.duty;
  return duty?.state === 'stopped' ? duty.reason : note;
}

/** What people are told of what the plan noted. */
export function notedEvents(
  plan: Plan,
  noted: readonly Noted[],
  now: Instant,
): readonly FleetEvent[] {
  if (noted.length === 0) return [];
  const phases = new Map(plan.statuses.map(({ name, phase }) => [name, phase]));
  return noted.flatMap((one) => {
    const { name } = one.after;
    const tell: Tell = (type, reason, message) => ({ name, at: now, type, reason, message });
    return [
      ...foundDone(one, now),
      ...specEvents(one, tell),
      ...powerEvents(one, tell),
      ...lossEvents(one, tell),
      ...replacementNews(one.before, one.after).map(({ type, reason, message }) =>
        tell(type, reason, message),
      ),
      ...readyEvents(one, phases.get(name) === 'Running', tell),
      ...holdEvents(
        one,
        plan.holds.filter((held) => held.name === name),
        tell,
      ),
    ];
  });
}

type Tell = (type: FleetEvent['type'], reason: string, message: string) => FleetEvent;

/** A step whose answer never came, and whose effect was found: told as if it had been answered. */
function foundDone({ before, after }: Noted, now: Instant): readonly FleetEvent[] {
  const step = before.step;
  if (step === undefined || after.step !== undefined) return [];
  const outcome = outcomeFound(step, { before, after });
  if (outcome === undefined) return [];
  const why = 'its answer was lost, and it was found done';
  const event = actionEvent({ action: step.action, outcome, before, after, why }, now);
  return event === undefined ? [] : [event];
}

function outcomeFound(
  { action, at }: NonNullable<DevInstanceRecord['step']>,
  { before, after }: Noted,
): Outcome | undefined {
  const { homeId, power } = after;
  switch (action.kind) {
    case 'launch': {
      const madeBy = (record: DevInstanceRecord) =>
        action.beside === undefined ? record.machineId : record.replacement?.newId;
      const machineId = madeBy(after);
      if (machineId === undefined || machineId === madeBy(before)) return undefined;
      return { result: 'done', machineId };
    }
    case 'create-home':
      if (homeId === undefined || homeId === before.homeId) return undefined;
      return { result: 'done', homeId };
    case 'start':
    case 'stop':
      return power?.by === 'controller' && power.at === at ? { result: 'done' } : undefined;
    default:
      // Nothing in the record tells whether it was done or is to be planned again.
      return undefined;
  }
}

function specEvents({ before, after }: Noted, tell: Tell): readonly FleetEvent[] {
  const events: FleetEvent[] = [];
  if (before.orphanedAt === undefined && after.orphanedAt !== undefined) {
    const message =
      'its file is gone: it is stopped once and never started again; machine and home are kept';
    events.push(tell('Warning', 'Orphaned', message));
  }
  if (before.orphanedAt !== undefined && after.orphanedAt === undefined) {
    events.push(tell('Normal', 'FileRestored', 'its file is back: it follows its spec again'));
  }
  if (before.effective !== after.effective) {
    events.push(tell('Normal', 'SpecChanged', specChanges(before.effective, after.effective)));
  }
  return events;
}

/** What others did to the machine's power. Of one just taken over nobody knows who did it. */
function powerEvents({ before, after }: Noted, tell: Tell): readonly FleetEvent[] {
  const { power, manualStart, machineId = 'its machine' } = after;
  if (power === before.power || power === undefined || before.power === undefined) return [];
  if (power.by === 'controller') return [];
  if (power.by === 'aws') {
    return [tell('Warning', 'StoppedByAws', `AWS stopped ${machineId}`)];
  }
  if (power.state === 'stopped') {
    return [tell('Normal', 'StoppedByPerson', `a person stopped ${machineId}`)];
  }
  const holdMs = after.effective.schedule.manualStartHoldMinutes * minuteMs;
  const until =
    manualStart === undefined || manualStart === before.manualStart || holdMs === 0
      ? ''
      : `: it may run until ${plusMillis(manualStart.at, holdMs)}`;
  return [tell('Normal', 'StartedByPerson', `a person started ${machineId}${until}`)];
}

/** Machines that ended without this controller's doing, and homes found by their tags. */
function lossEvents({ before, after }: Noted, tell: Tell): readonly FleetEvent[] {
  const { goneMachineId, homeId } = after;
  const events: FleetEvent[] = [];
  if (goneMachineId !== undefined && goneMachineId !== before.goneMachineId) {
    const home = homeId === undefined ? '' : `; home ${homeId} is kept`;
    events.push(
      tell('Warning', 'MachineTerminated', `${goneMachineId} is terminated or gone${home}`),
    );
  }
  const death = retryOf(after, 'launch');
  const isDead = before.machineId !== undefined && after.machineId === undefined;
  if (isDead && death !== undefined && death !== retryOf(before, 'launch')) {
    const message = `${before.machineId} terminated before it was ready: ${death.code}: ${death.message}`;
    events.push(tell('Warning', 'MachineTerminated', message));
  }
  if (before.homeId === undefined && homeId !== undefined && before.step === undefined) {
    events.push(tell('Normal', 'HomeFound', `took note of home ${homeId} by its tags`));
  }
  return events;
}

/** Readiness that is awaited since later than this after a start was lost and regained. */
const startMs = 5 * minuteMs;

/** The first readiness after a launch or start. */
function readyEvents(
  { before, after }: Noted,
  isRunning: boolean,
  tell: Tell,
): readonly FleetEvent[] {
  const since = before.becomingReadySince;
  if (!isRunning || since === undefined || after.becomingReadySince !== undefined) return [];
  const startedAt = after.power?.at;
  if (startedAt !== undefined && millisBetween(startedAt, since) > startMs) return [];
  return [tell('Normal', 'Ready', `${after.machineId ?? 'its machine'} is ready`)];
}

function holdEvents(
  { before, after }: Noted,
  holds: readonly Hold[],
  tell: Tell,
): readonly FleetEvent[] {
  const stood = new Set(before.holds?.map(({ reason }) => reason));
  const stands = new Set(after.holds?.map(({ reason }) => reason));
  const appeared = [...stands].filter((reason) => !stood.has(reason));
  const cleared = [...stood].filter((reason) => !stands.has(reason));
  return [
    ...appeared.flatMap((reason) => {
      const held = holds.find((candidate) => candidate.reason === reason);
      if (held === undefined) return [];
      const type = isHarmless(held.reason) ? 'Normal' : 'Warning';
      return [tell(type, reason, `${held.message} -> ${held.remedy}`)];
    }),
    ...cleared.map((reason) => tell('Normal', 'HoldCleared', `${reason} is over`)),
  ];
}
