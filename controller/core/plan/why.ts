import type { Duty, DutyChange } from '../desired.ts';
import type { FleetEvent } from '../event.ts';
import { dutyPlace, type FilePlace, isBehaviour } from '../faults/duty-place.ts';
import type { MachineState } from '../observed.ts';
import type { LedgerRequest } from '../request.ts';
import { changesAhead } from '../schedule/duty.ts';
import { dutyWithout } from './asked-duty.ts';
import { memoryOf } from './duty.ts';
import type { Inspection } from './inspect.ts';
import { isSuspended, type Situation } from './situation.ts';
import type { Hold } from './world.ts';

/** Why a machine is on or off, and what comes next. */
export interface Why {
  readonly name: string;
  /** Undefined where there is none. */
  readonly machine: MachineState | undefined;
  /** What keeps its schedule from having a say. */
  readonly aside: 'unplanned' | 'suspended' | 'retired' | 'orphaned' | undefined;
  /** Undefined where it cannot be planned. */
  readonly duty: Duty | undefined;
  /** Where the rule that decides is written; `default` where no file says it. */
  readonly place: FilePlace | 'default' | undefined;
  /** The person's request behind it. */
  readonly request: LedgerRequest | undefined;
  /** What would be wanted without the override that decides. */
  readonly otherwise: Duty | undefined;
  /** The next changes, in order. */
  readonly ahead: readonly DutyChange[];
  /** The last event about its power. */
  readonly last: FleetEvent | undefined;
  readonly holds: readonly Hold[];
  readonly waiting: string | undefined;
  /** A start or stop that is due: when the controller does it, or what withholds it. */
  readonly due: 'at its next pass' | `withheld: ${string}` | undefined;
}

const changesShown = 3;

/** Events that tell of a machine that came, went, started or stopped. */
const powerReasons: ReadonlySet<string> = new Set([
  'MachineLaunched',
  'MachineStarted',
  'MachineStopped',
  'MachineTerminated',
  'StartedByPerson',
  'StoppedByPerson',
  'StoppedByAws',
  'TypeChanged',
]);

/** Puts together why a DevInstance is as it is; `events` are its own, oldest first. */
export function whyOf(inspection: Inspection, events: readonly FleetEvent[]): Why {
  const { name, situation, holds, waiting, world } = inspection;
  const duty = situation?.duty;
  const aside = situation === undefined ? 'unplanned' : asideOf(situation);
  const request = situation && requestBehind(situation, world.requests);
  return {
    name,
    machine: situation?.machine?.state,
    aside,
    duty,
    place: situation && aside === undefined ? placeOf(situation, inspection) : undefined,
    request,
    otherwise: situation && duty?.requestId !== undefined ? dutyWithout(situation) : undefined,
    ahead: situation && aside === undefined ? aheadOf(situation) : [],
    last: events.findLast(({ reason }) => powerReasons.has(reason)),
    holds,
    waiting,
    due: dueOf(inspection),
  };
}

function dueOf({ changes }: Inspection): Why['due'] {
  const change = changes.find(
    ({ kind, at }) => (kind === 'start' || kind === 'stop') && at === 'now',
  );
  if (change === undefined) return undefined;
  return change.withheldBy === undefined ? 'at its next pass' : `withheld: ${change.withheldBy}`;
}

function asideOf(situation: Situation): Why['aside'] {
  if (isSuspended(situation)) return 'suspended';
  if (situation.standing.kind === 'orphaned') return 'orphaned';
  return situation.spec.lifecycle === 'retired' ? 'retired' : undefined;
}

function requestBehind(
  { duty, record, neighbours }: Situation,
  requests: readonly LedgerRequest[],
): LedgerRequest | undefined {
  return neighbours.suspensionOf(record.name) ?? requests.find(({ id }) => id === duty.requestId);
}

function placeOf({ spec, duty }: Situation, { world }: Inspection): Why['place'] {
  const { sources } = world.desired;
  const isFollowed = world.desired.devInstances.get(spec.name) === spec;
  if (sources === undefined || duty.field === undefined || !isFollowed) return undefined;
  const place = dutyPlace(sources, spec, duty.field);
  return place ?? (isBehaviour(duty.field) ? 'default' : undefined);
}

function aheadOf(situation: Situation): readonly DutyChange[] {
  const { spec, now } = situation;
  return changesAhead(spec.schedule, memoryOf(situation), now, changesShown);
}
