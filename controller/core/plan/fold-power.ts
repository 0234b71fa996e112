import { type Instant, millisBetween, minuteMs, plusMillis } from '../instant.ts';
import { isOn, type Machine } from '../observed.ts';
import type { DevInstanceRecord } from '../record.ts';
import { dutyAt } from '../schedule/duty.ts';
import type { Override } from '../schedule/schedule-memory.ts';
import { newBootAfter, upSinceOf } from './complete-step.ts';
import { forget, upFacts } from './memory.ts';

/** How long a contradicting power state is given to prove itself no stale reading. */
export const consistencyMs = minuteMs;

/** Takes note of what a person (or AWS) did to the machine's power since this controller last acted. */
export function foldMachinePower(
  record: DevInstanceRecord,
  machine: Machine | undefined,
  { overrides, now }: StopClues,
): DevInstanceRecord {
  if (machine === undefined) return record;
  const current = record.machineId === machine.id ? record : { ...record, machineId: machine.id };
  if (record.step !== undefined) return current;
  const power = current.power;
  if (isOn(machine.state)) {
    if (power?.state === 'running') return foldRestart(current, machine, now);
    return isUndecided(current, machine, now) ? current : startedByPerson(current, machine, now);
  }
  if (machine.state === 'stopped' || machine.state === 'stopping') {
    return power?.state === 'stopped' || isUndecided(current, machine, now)
      ? current
      : stoppedByOther(current, machine, { overrides, now });
  }
  return current;
}

/**
 * Whether a power state that contradicts what this controller just brought about may be an old
 * reading: DescribeInstances is eventually consistent. A start or stop dated after our act is proof
 * enough.
 */
export function isUndecided(record: DevInstanceRecord, machine: Machine, now: Instant): boolean {
  const power = record.power;
  if (power?.by !== 'controller' || isOn(machine.state) === (power.state === 'running'))
    return false;
  if (isOn(machine.state) ? machine.launchedAt > power.at : wasStoppedAfter(machine, power.at)) {
    return false;
  }
  return millisBetween(power.at, now) < consistencyMs;
}

/** Whether EC2 itself dates the last stop later than that. */
export function wasStoppedAfter({ stoppedAt }: Machine, at: Instant | undefined): boolean {
  return stoppedAt !== undefined && at !== undefined && stoppedAt > at;
}

/** A machine that was launched later than we know was stopped and started while nobody looked. */
function foldRestart(record: DevInstanceRecord, machine: Machine, now: Instant): DevInstanceRecord {
  const { power } = record;
  // Our own start may count from when it was sent, and land later.
  if (power === undefined || machine.launchedAt <= plusMillis(power.at, 2 * consistencyMs)) {
    return record;
  }
  const stopped = { ...power, state: 'stopped' } as const;
  return startedByPerson({ ...forget(record, ...upFacts), power: stopped }, machine, now);
}

function startedByPerson(
  record: DevInstanceRecord,
  machine: Machine,
  now: Instant,
): DevInstanceRecord {
  // moto does not renew LaunchTime on start; a launch time before our own stop says nothing.
  const since = record.power?.at;
  const at = since !== undefined && machine.launchedAt > since ? machine.launchedAt : now;
  const isOff = dutyAt(record.effective.schedule, {}, at).state === 'stopped';
  return {
    ...record,
    power: { state: 'running', at, by: 'person' },
    upSince: upSinceOf(record, at),
    becomingReadySince: now,
    ...newBootAfter(record),
    ...(isOff ? { manualStart: { at, cause: 'person' as const } } : {}),
  };
}

/** What is known beside a machine of when it was stopped. */
interface StopClues {
  readonly overrides: readonly Override[];
  readonly now: Instant;
}

function stoppedByOther(
  record: DevInstanceRecord,
  machine: Machine,
  clues: StopClues,
): DevInstanceRecord {
  return {
    ...forget(record, 'becomingReadySince', 'standInType', ...upFacts),
    power: {
      state: 'stopped',
      at: stopTimeOf(record, machine, clues),
      by: stopper(record, machine),
    },
  };
}

/**
 * A shutdown inside the machine has no date: it counts from when it is seen, but as earlier than
 * what somebody asked for who saw the machine off.
 */
function stopTimeOf(
  { power }: DevInstanceRecord,
  { stoppedAt }: Machine,
  { overrides, now }: StopClues,
): Instant {
  const since = power?.at ?? now;
  if (stoppedAt !== undefined && since < stoppedAt && stoppedAt < now) return stoppedAt;
  const asked = overrides.find(({ foundOff, from }) => foundOff === true && since < from);
  return asked === undefined ? now : plusMillis(asked.from, -1);
}

function stopper(record: DevInstanceRecord, machine: Machine): 'controller' | 'person' | 'aws' {
  const code = machine.stateReason?.code ?? '';
  if (code.startsWith('Server.')) return 'aws';
  // Taken over with a lost ledger, it was most likely stopped by its schedule.
  const isAdopted = record.power === undefined;
  return isAdopted && code !== 'Client.InstanceInitiatedShutdown' ? 'controller' : 'person';
}
