import type { DesiredFleet, EffectiveSpec } from '../controller/core/desired.ts';
import { fromMillis, hourMs, minuteMs } from '../controller/core/instant.ts';
import { passUnderLease, settle } from '../controller/service/settle.ts';
import type { Figure } from './figure.ts';
import { fleetOf } from './fleet-files.ts';
import { type SimulatedFleet, simulatedFleet } from './simulated-fleet.ts';

const machineCount = 1000;
const eight = Date.parse('2026-11-24T08:00:00.000Z');
const maxLeadMinutes = 30;
/** A controller that wakes four times a minute. */
const periodMs = 15_000;

/** A thousand machines that must be ready at the same minute, in virtual time against EC2's buckets. */
export async function morningFigures(): Promise<readonly Figure[]> {
  const fleet = await simulatedFleet(morningFleet(), '2026-11-23T12:00:00.000Z');
  await settleAt(fleet, Date.parse('2026-11-23T12:00:00.000Z'));
  await settleAt(fleet, eight - 10 * hourMs);
  const { account, ports } = fleet;
  account.conditions.throttle(true);
  const before = account.calls.length;
  for (let moment = eight - maxLeadMinutes * minuteMs; moment < eight; moment += periodMs) {
    await waitUntil(fleet, moment);
    await passUnderLease(ports, false);
  }
  await waitUntil(fleet, eight);
  account.conditions.throttle(false);
  const { plan } = await passUnderLease(ports, true);
  account.ghost.assertSilent();
  const late = plan.statuses.filter(({ phase }) => phase !== 'Running').length;
  const calls = account.calls.slice(before);
  const refused = calls.filter(({ result }) => result === 'RequestLimitExceeded').length;
  const starts = calls.filter(({ action }) => action === 'StartInstances').length;
  const what = '1,000 morning starts, readyBy 30m';
  return [
    { what: `${what}: not ready in time`, median: late, unit: 'machines', target: 0 },
    {
      what: `${what}: calls refused by a rate limit`,
      median: refused,
      unit: 'calls',
      target: 0,
      note: `${starts} StartInstances in ${maxLeadMinutes} min of virtual time`,
    },
  ];
}

function morningFleet(): DesiredFleet {
  const desired = fleetOf(machineCount);
  const specs = [...desired.devInstances].map(([name, spec]) => [name, atEight(spec)] as const);
  return { ...desired, devInstances: new Map(specs) };
}

function atEight(spec: EffectiveSpec): EffectiveSpec {
  const windows = [{ days: ['mon-fri'], start: '08:00', end: '19:00' }];
  const times = { timezone: 'UTC', windows, exceptions: [] };
  return {
    ...spec,
    schedule: { ...spec.schedule, ...times, readyByMaxLeadMinutes: maxLeadMinutes },
  };
}

async function settleAt(fleet: SimulatedFleet, moment: number): Promise<void> {
  await waitUntil(fleet, moment);
  const { end } = await settle(fleet.ports, { observeOnly: false, timeoutMs: 4 * hourMs });
  if (end !== 'settled') throw new Error(`the fleet is ${end} at ${fromMillis(moment)}`);
}

async function waitUntil({ account }: SimulatedFleet, moment: number): Promise<void> {
  await account.clock.sleep(moment - Date.parse(account.clock.now()));
}
