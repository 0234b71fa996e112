import type { Replacement } from '../record.ts';
import { isBeingCreated } from './creating.ts';
import { orphanStopAt } from './duty.ts';
import { isReady } from './ready.ts';
import { isSuspended, type Situation } from './situation.ts';
import type { Change, Hold, HoldReason, Phase, Status } from './world.ts';

/** What the verdict on one DevInstance says beside its situation. */
export interface Outlook {
  readonly changes: readonly Change[];
  readonly holds: readonly Hold[];
  readonly waiting: string | undefined;
}

/** Holds that say that something is wrong, not merely that something waits for its moment. */
const harmless: ReadonlySet<HoldReason> = new Set<HoldReason>([
  'Suspended',
  'NeverOff',
  'UpgradeNever',
  'RolledBack',
  'HomeAwaited',
  'HomeModifying',
]);

/** Whether a hold merely says that something waits for its moment, or was asked for. */
export function isHarmless(reason: HoldReason): boolean {
  return harmless.has(reason);
}

/** One line of `get` for a recorded DevInstance. */
export function statusOf(situation: Situation, outlook: Outlook): Status {
  const { record, spec, machine, home } = situation;
  const { holds, changes, waiting } = outlook;
  const message = holds[0]?.message ?? waiting;
  const isOpen = changes.length > 0 || holds.some((held) => !harmless.has(held.reason));
  const status: { -readonly [K in keyof Status]: Status[K] } = {
    name: record.name,
    owner: record.owner,
    className: spec.className,
    sync: isOpen ? 'OutOfSync' : 'Synced',
    health: healthOf(situation, outlook),
    phase: phaseOf(situation),
    instanceType: machine?.type ?? spec.instanceType,
    timezone: spec.schedule.timezone,
  };
  if (machine !== undefined) {
    status.machineId = machine.id;
    status.imageId = machine.imageId;
  }
  const az = record.az ?? machine?.az;
  const duty = dutyAhead(situation);
  if (record.homeId !== undefined) status.homeId = record.homeId;
  if (home !== undefined) status.homeSizeGib = home.sizeGib;
  if (az !== undefined) status.az = az;
  if (duty !== undefined) status.duty = duty;
  const endSetBy = commandEnding(situation);
  if (endSetBy !== undefined && duty !== undefined) status.endSetBy = endSetBy;
  if (message !== undefined) status.message = message;
  return status;
}

/** What its schedule will still do with it: for an orphan the last stop, for hands off nothing. */
function dutyAhead(situation: Situation): Status['duty'] {
  const { standing, machine, duty } = situation;
  if (standing.kind === 'orphaned') {
    if (machine?.state !== 'running') return undefined;
    const reason = 'its file is gone';
    return { state: 'running', reason, until: orphanStopAt(situation) };
  }
  return isPutAway(situation) ? undefined : duty;
}

/** The command by which its duty ends when it does: that of an override with the same end. */
function commandEnding({ duty, neighbours, record }: Situation): Status['endSetBy'] {
  if (duty.requestId === undefined) return undefined;
  const asked = neighbours.overridesOf(record.name).find(({ id }) => id === duty.requestId);
  return asked?.until === duty.until ? asked?.command : undefined;
}

/** Whether its schedule has no more say: suspended or retired. */
export function isPutAway(situation: Situation): boolean {
  return situation.spec.lifecycle === 'retired' || isSuspended(situation);
}

function healthOf(situation: Situation, { holds, waiting }: Outlook): Status['health'] {
  if (holds.some((held) => held.reason === 'Suspended')) return 'Suspended';
  if (holds.some((held) => held.reason === 'HomeMissing')) return 'Missing';
  if (holds.some((held) => !harmless.has(held.reason))) return 'Degraded';
  if (situation.record.retirement?.isComplete) return 'Healthy';
  if (waiting !== undefined || situation.record.replacement !== undefined) return 'Progressing';
  return isBeingCreated(situation.record) ? 'Progressing' : 'Healthy';
}

function replacingPhase({ requestId, back }: Replacement): Phase {
  return requestId === undefined && back === undefined ? 'Replacing' : 'RollingBack';
}

function phaseOf(situation: Situation): Phase {
  const { machine, record, standing, observed, home } = situation;
  if (record.retirement?.isComplete) return 'Retired';
  if (standing.kind === 'orphaned') return 'Orphaned';
  if (record.replacement !== undefined) return replacingPhase(record.replacement);
  if (record.retirement !== undefined) return 'Retiring';
  if (machine === undefined) {
    if (situation.former === 'unread') return 'Unknown';
    return isBeingCreated(record) ? 'Creating' : 'Recovering';
  }
  if (isBeingCreated(record)) return 'Creating';
  switch (machine.state) {
    case 'running':
      return isReady(machine, home, observed, record.formerBootId) ? 'Running' : 'Starting';
    case 'pending':
      return 'Starting';
    case 'stopping':
      return 'Stopping';
    case 'stopped':
      return 'Stopped';
    default:
      return 'Unknown';
  }
}
