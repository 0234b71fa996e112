import type { DesiredFleet } from '../controller/core/desired.ts';
import { minuteMs } from '../controller/core/instant.ts';
import { tagKeys } from '../controller/core/tags.ts';
import { passUnderLease } from '../controller/service/settle.ts';
import type { RecordedCall } from '../controller/sim/calls.ts';
import type { Figure } from './figure.ts';
import { fleetOf } from './fleet-files.ts';
import { type SimulatedFleet, settleFleet, simulatedFleet } from './simulated-fleet.ts';

type When = 'off-hours' | 'any-time';

/** The most that the replacement of one machine may ask of AWS. */
export const callsPerMachine = 12;

/** What replacing one machine asks of AWS, to the end of what it leaves behind. */
export async function replacementFigures(): Promise<readonly Figure[]> {
  const figureOf = async (when: When): Promise<Figure> => {
    const { own } = await replacementCalls(when);
    return {
      what: `calls per replaced machine, ${when}, beside the reads for all`,
      median: own.length,
      unit: 'calls',
      target: callsPerMachine,
      note: own.join(', '),
    };
  };
  return [await figureOf('off-hours'), await figureOf('any-time')];
}

export interface ReplacementCalls {
  /** Those made for this machine, in order. */
  readonly own: readonly string[];
  /** How many reads were made for all machines together. */
  readonly shared: number;
  /** Those that a pass over what is settled makes for this machine. */
  readonly settled: readonly string[];
}

/** Replaces a machine twice: the second time the snapshot of the first one goes too. */
export async function replacementCalls(when: When): Promise<ReplacementCalls> {
  const desired = fleetOfOne(when);
  const fleet = await simulatedFleet(desired, '2026-11-23T09:00:00.000Z');
  const { account, ports } = fleet;
  await settleFleet(fleet);
  await waitMinutes(fleet, when === 'off-hours' ? 11 * 60 : 60);
  await settleFleet(fleet);
  await replace(fleet, desired);
  const before = account.calls.length;
  await replace(fleet, desired);
  const calls = account.calls.slice(before);
  const after = account.calls.length;
  await passUnderLease(ports, false);
  account.ghost.assertSilent();
  const own = calls.filter((call) => !isShared(call));
  return {
    own: own.map(callText),
    shared: calls.length - own.length,
    settled: account.calls
      .slice(after)
      .filter((call) => !isShared(call))
      .map(callText),
  };
}

const rollbackMinutes = 60;

/** On from 08:00 to 19:00 UTC; the least is kept of what was replaced. */
function fleetOfOne(when: When): DesiredFleet {
  const desired = fleetOf(1);
  const windows = [{ days: ['mon'], start: '08:00', end: '19:00' }];
  const times = { timezone: 'UTC', windows, exceptions: [] };
  const kept = { rollbackWindowMinutes: rollbackMinutes, keepHomeSnapshots: 1 };
  const specs = [...desired.devInstances].map(([name, spec]) => {
    const schedule = { ...spec.schedule, ...times };
    return [name, { ...spec, ...kept, schedule, upgrade: { when } }] as const;
  });
  return { ...desired, devInstances: new Map(specs) };
}

/** Publishes a newer image, and lets its machine replace the other one for good. */
async function replace(fleet: SimulatedFleet, { channels }: DesiredFleet): Promise<void> {
  for (const channel of channels.values()) await fleet.account.people.publishImage(channel);
  await settleFleet(fleet);
  await waitMinutes(fleet, rollbackMinutes + 1);
  await settleFleet(fleet);
}

function waitMinutes({ clock }: SimulatedFleet, minutes: number): Promise<void> {
  return clock.sleep(minutes * minuteMs);
}

/** Reads that a pass makes for all machines together, however many there are. */
const sharedReads = new Set([
  'GetCallerIdentity',
  'GetParameters',
  'DescribeImages',
  'DescribeInstanceStatus',
  'DescribeInstanceTypes',
  'DescribeSubnets',
  'DescribeVolumesModifications',
]);

/**
 * Listings of the whole fleet are shared as well, snapshots read by their ids, 100 a call, and what a
 * rollout does once to its image.
 */
function isShared({ action, parameters }: RecordedCall): boolean {
  if (sharedReads.has(action)) return true;
  if (action === 'CreateTags') return JSON.stringify(parameters['Resources']).includes('"ami-');
  if (action === 'DescribeSnapshots') return 'SnapshotIds' in parameters;
  const isListing = action === 'DescribeInstances' || action === 'DescribeVolumes';
  return isListing && filtersOf(parameters).every((name) => fleetFilters.has(name));
}

const fleetFilters = new Set([
  `tag:${tagKeys.fleet}`,
  `tag:${tagKeys.role}`,
  // Of the machines that Image Builder left.
  'tag:CreatedBy',
  'instance-state-name',
]);

/** The names of its filters; of a call without any, one that no listing has. */
function filtersOf({ Filters }: RecordedCall['parameters']): readonly string[] {
  return Array.isArray(Filters) ? Filters.map(({ Name }) => Name) : ['ids'];
}

/** `DescribeInstances by uid and ordinal`, `DetachVolume`; with its result where that is not ok. */
function callText({ action, isMutation, parameters, result }: RecordedCall): string {
  const keys = filtersOf(parameters).filter((name) => !fleetFilters.has(name));
  const tags = keys.flatMap((name) => (name.startsWith('tag:') ? [name.split(':').at(-1)] : []));
  const by = isMutation ? '' : ` by ${tags.length === 0 ? 'id' : tags.join(' and ')}`;
  return `${action}${by}${result === 'ok' ? '' : `: ${result}`}`;
}
