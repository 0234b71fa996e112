import { type Api, costsOf } from '../controller/aws/throttle.ts';
import { millisBetween } from '../controller/core/instant.ts';
import type { RecordedCall } from '../controller/sim/calls.ts';
import type { Figure } from './figure.ts';
import { isRefusedByRate, type SimulatedFleet, settleFleet } from './simulated-fleet.ts';
import { fleetAtNight } from './thousand-machines.ts';

/** How much longer a rollout may take than it must. */
const target = 1.2;

/**
 * A newer image for machines that are all off, nothing but EC2's buckets holding it up: how long it
 * takes in virtual time, against what the slowest bucket and one machine by itself need.
 */
export async function rolloutFigures(fleet: SimulatedFleet): Promise<readonly Figure[]> {
  const alone = await rolloutOf(await fleetAtNight(1));
  const { calls, seconds, launches } = await rolloutOf(fleet);
  const bound = slowestBucket(calls);
  const least = bound.seconds + alone.seconds;
  const count = fleet.desired.devInstances.size.toLocaleString('en');
  const what = `rollout of ${count} machines that are off`;
  const [begin, end] = [launches[0] ?? 0, launches.at(-1) ?? 0];
  return [
    {
      what: `${what}: slowest bucket`,
      median: bound.seconds,
      unit: 's',
      note: `${bound.arithmetic}; after it ${bound.others}`,
    },
    {
      what: `${what}: time`,
      median: seconds,
      unit: 's',
      note: `first launch after ${inSeconds(begin)}, last after ${inSeconds(end)}, then ${inSeconds(seconds - end)} until it is ready and off again`,
    },
    {
      what: `${what}: against bucket and one machine`,
      median: seconds / least,
      unit: '×',
      target,
      note: `${inSeconds(seconds)} / (${inSeconds(bound.seconds)} + ${inSeconds(alone.seconds)}, which one alone takes)`,
    },
    {
      what: `${what}: against the bucket alone`,
      median: seconds / bound.seconds,
      unit: '×',
      note: `to the last launch ${(end / bound.seconds).toPrecision(3)} ×`,
    },
    {
      what: `${what}: calls refused by a rate limit`,
      median: calls.filter(isRefusedByRate).length,
      unit: 'calls',
      target: 0,
      note: `of ${calls.length.toLocaleString('en')}`,
    },
  ];
}

/** How a rollout went. */
export interface Rollout {
  readonly calls: readonly RecordedCall[];
  /** From the first change until a pass finds every machine replaced, and off again. */
  readonly seconds: number;
  /** Seconds from the first change to each launch. */
  readonly launches: readonly number[];
}

/** Publishes a newer image at EC2's rates, and lets every machine be replaced for it. */
export async function rolloutOf(fleet: SimulatedFleet): Promise<Rollout> {
  const { account, clock, desired } = fleet;
  account.conditions.throttle(true);
  const before = account.calls.length;
  for (const channel of desired.channels.values()) await account.people.publishImage(channel);
  const { last } = await settleFleet(fleet);
  account.conditions.throttle(false);
  account.ghost.assertSilent();
  const calls = account.calls.slice(before);
  const since = calls.find(({ isMutation }) => isMutation)?.at ?? clock.now();
  const secondsTo = (at: string) => millisBetween(since, at) / 1000;
  const made = calls.filter(({ action, result }) => action === 'RunInstances' && result === 'ok');
  const isEachOff = last.plan.statuses.every(
    ({ phase, sync }) => phase === 'Stopped' && sync === 'Synced',
  );
  if (!isEachOff || made.length !== desired.devInstances.size) {
    throw new Error(`${made.length} machines were launched, and not all are replaced and off`);
  }
  return {
    calls,
    seconds: secondsTo(last.world.now),
    launches: made.map(({ at }) => secondsTo(at)),
  };
}

/** The bucket that takes longest to let the calls through, with its arithmetic. */
function slowestBucket(calls: readonly RecordedCall[]) {
  const spent = new Map<string, ReturnType<typeof costsOf>[number]>();
  for (const { action, parameters } of calls) {
    const ids = parameters['InstanceIds'];
    for (const cost of costsOf(action as Api, Array.isArray(ids) ? ids.length : 1)) {
      const count = cost.count + (spent.get(cost.key)?.count ?? 0);
      spent.set(cost.key, { ...cost, count });
    }
  }
  const buckets = [...spent.values()]
    .map(({ key, count, rate }) => ({
      seconds: Math.max(0, count - rate.size) / rate.perSecond,
      arithmetic: `${key}: (${count.toLocaleString('en')} - ${rate.size}) / ${rate.perSecond} per s`,
    }))
    .toSorted((one, other) => other.seconds - one.seconds);
  const [slowest = { seconds: 0, arithmetic: 'no bucket' }, ...rest] = buckets;
  const others = rest
    .slice(0, 3)
    .map(({ seconds, arithmetic }) => `${arithmetic} = ${inSeconds(seconds)}`);
  return {
    seconds: slowest.seconds,
    arithmetic: `${slowest.arithmetic} = ${inSeconds(slowest.seconds)}`,
    others: others.join(', '),
  };
}

function inSeconds(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}
