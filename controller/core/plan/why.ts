import type { Action } from '../action.ts';
import type { Duty, DutyChange } from '../desired.ts';
import type { FleetEvent } from '../event.ts';
import type { Instant } from '../instant.ts';
import { isOn, type MachineState } from '../observed.ts';
import type { LedgerRequest } from '../request.ts';
import { changesAhead } from '../schedule/duty.ts';
import { type Origin, originOfDuty, originOfLifecycle } from '../spec/schedule-place.ts';
import { dutyWithout } from './asked-duty.ts';
import { isBeingCreated } from './creating.ts';
import { memoryOf, orphanStopAt } from './duty.ts';
import type { Inspection } from './inspect.ts';
import { isActedOn } from './make-plan.ts';
import { isSuspended, type Situation } from './situation.ts';
import type { Hold, Interlock, Plan } from './world.ts';

/** Of the machine: what EC2 says, that there is none, or that it could not be read. */
export type PowerState = MachineState | 'none' | 'unread';

/** How what is stands to what should be. */
export type Verdict =
  | 'as-wanted'
  /** On its way there: starting or stopping. */
  | 'on-its-way'
  | 'not-as-wanted'
  /** The schedule's `actions` leave it to people to start or to stop it. */
  | 'left-to-people'
  | 'suspended'
  | 'orphaned'
  | 'retired'
  /** Nothing is bound to the name, or it cannot be planned: the holds say why. */
  | 'unknown';

/** Where what decides was said. */
export type Grounds =
  | { readonly kind: 'spec'; readonly origin: Origin }
  | { readonly kind: 'request'; readonly request: LedgerRequest }
  /** What its files say now is not followed. */
  | { readonly kind: 'last-valid-spec'; readonly message: string }
  | { readonly kind: 'file-gone'; readonly since: Instant | undefined };

/** Why a machine is on or off, and what comes next. */
export interface Why {
  readonly name: string;
  readonly now: Instant;
  readonly timezone: string;
  readonly state: PowerState;
  readonly verdict: Verdict;
  /** Whether a machine was ever ready: until then it is being made. */
  readonly isMade: boolean;
  /** What the schedule and what people asked for want; undefined where nothing is bound yet. */
  readonly duty: Duty | undefined;
  readonly grounds: Grounds | undefined;
  /** What would be wanted but for the request: an override's without it, a suspension's in its place. */
  readonly otherwise: Duty | undefined;
  /** The next changes of duty that are still made by somebody. */
  readonly ahead: readonly DutyChange[];
  /** When an orphan's machine is stopped for good. */
  readonly stopsAt: Instant | undefined;
  /** The newest event about its power. */
  readonly last: FleetEvent | undefined;
  readonly holds: readonly Hold[];
  readonly interlocks: readonly Interlock[];
  /** Whether the Fleet, or its `enforceFor`, keeps the controller from acting. */
  readonly isObserved: boolean;
  readonly waiting: string | undefined;
  /** What the next pass does with it. */
  readonly action: Action['kind'] | undefined;
}

/** How many changes are told: the next one and two more. */
const changesTold = 3;

/** Puts together why a DevInstance's machine is on or off; `events` are its own, oldest first. */
export function whyOf(inspection: Inspection, plan: Plan, events: readonly FleetEvent[]): Why {
  const { name, world, spec, situation, holds, waiting, changes } = inspection;
  const verdict = situation === undefined ? 'unknown' : verdictOf(situation);
  const isOrphaned = verdict === 'orphaned';
  const withheldBy = new Set(changes.map((change) => change.withheldBy));
  return {
    name,
    now: world.now,
    timezone: spec?.schedule.timezone ?? 'UTC',
    state: situation === undefined ? unplannedState(inspection) : stateOf(situation),
    verdict,
    isMade: situation !== undefined && !isBeingCreated(situation.record),
    duty: situation?.duty,
    grounds: situation && groundsOf(situation, inspection, verdict),
    otherwise: situation && otherwiseOf(situation, verdict),
    ahead: situation === undefined || isPutAside(verdict) ? [] : aheadOf(situation),
    stopsAt: isOrphaned && situation !== undefined ? stopAheadOf(situation) : undefined,
    last: events.findLast(({ reason }) => powerReasons.has(reason)),
    holds,
    interlocks: plan.interlocks.filter(({ reason }) => withheldBy.has(reason)),
    isObserved: spec !== undefined && !isActedOn(world, spec.labels),
    waiting,
    action: plan.actions.find((action) => action.name === name)?.kind ?? firstAction(inspection),
  };
}

/** Reasons of events that say that a machine came, went, changed its type, was started or stopped, or was not. */
const powerReasons: ReadonlySet<string> = new Set([
  'MachineLaunched',
  'MachineStarted',
  'MachineStopped',
  'MachineTerminated',
  'TypeChanged',
  'StartedByPerson',
  'StoppedByPerson',
  'StoppedByAws',
  'ActionRefused',
  'ActionUnclear',
]);

/** What cannot be planned is not looked at either. */
function unplannedState({ record }: Inspection): PowerState {
  return record === undefined ? 'none' : 'unread';
}

/** What the pass that binds a new name goes on with at once. */
function firstAction({ record, changes }: Inspection): Action['kind'] | undefined {
  const isMade = changes.some(
    ({ kind, withheldBy }) => kind === 'create' && withheldBy === undefined,
  );
  return record === undefined && isMade ? 'launch' : undefined;
}

function stateOf({ machine, former }: Situation): PowerState {
  return machine?.state ?? (former === 'unread' ? 'unread' : 'none');
}

function verdictOf(situation: Situation): Verdict {
  const { standing, spec, duty } = situation;
  if (situation.neighbours.suspensionOf(situation.record.name) !== undefined) return 'suspended';
  if (standing.kind === 'orphaned') return 'orphaned';
  if (isSuspended(situation)) return 'suspended';
  if (spec.lifecycle === 'retired') return 'retired';
  const state = stateOf(situation);
  if (state === 'unread' || state === 'unknown') return 'unknown';
  if (isSettledAs(duty.state, situation)) return 'as-wanted';
  if (state === (duty.state === 'running' ? 'pending' : 'stopping')) return 'on-its-way';
  return duty.enforced || state === 'none' ? 'not-as-wanted' : 'left-to-people';
}

/** Without a machine one is off; but a first one is made at any hour. */
function isSettledAs(wanted: Duty['state'], situation: Situation): boolean {
  const state = stateOf(situation);
  if (wanted === 'running') return state === 'running';
  return state === 'stopped' || (state === 'none' && !isBeingCreated(situation.record));
}

/** Whether its schedule has no say. */
function isPutAside(verdict: Verdict): boolean {
  return verdict === 'suspended' || verdict === 'orphaned' || verdict === 'retired';
}

function groundsOf(
  situation: Situation,
  { world }: Inspection,
  verdict: Verdict,
): Grounds | undefined {
  const { record, standing, duty, spec, neighbours } = situation;
  const { sources } = world.desired;
  const suspension = neighbours.suspensionOf(record.name);
  if (suspension !== undefined) return { kind: 'request', request: suspension };
  if (verdict === 'orphaned') return { kind: 'file-gone', since: record.orphanedAt };
  const request = isPutAside(verdict)
    ? undefined
    : world.requests.find(({ id }) => id === duty.requestId);
  if (request !== undefined) return { kind: 'request', request };
  if (standing.kind === 'kept') return { kind: 'last-valid-spec', message: standing.message };
  if (sources === undefined) return undefined;
  const origin = isPutAside(verdict)
    ? originOfLifecycle(sources, record.name)
    : originOfDuty(sources, spec, duty);
  return origin && { kind: 'spec', origin };
}

function otherwiseOf(situation: Situation, verdict: Verdict): Duty | undefined {
  if (verdict === 'suspended') return situation.duty;
  const isAsked = !isPutAside(verdict) && situation.duty.requestId !== undefined;
  return isAsked ? dutyWithout(situation) : undefined;
}

function aheadOf(situation: Situation): readonly DutyChange[] {
  return changesAhead(situation.spec.schedule, memoryOf(situation), situation.now, changesTold);
}

function stopAheadOf(situation: Situation): Instant | undefined {
  return isOn(situation.machine?.state) ? orphanStopAt(situation) : undefined;
}
