import { minuteMs } from '../controller/core/instant.ts';
import { passUnderLease } from '../controller/service/settle.ts';
import type { Figure } from './figure.ts';
import {
  isRefusedByRate,
  type SimulatedFleet,
  waitUntil,
  whileRenewing,
} from './simulated-fleet.ts';
import { eight, maxLeadMinutes } from './thousand-machines.ts';

/** A controller that wakes four times a minute. */
const periodMs = 15_000;

/** Machines that must all be ready at the same minute, in virtual time against EC2's buckets. */
export async function morningFigures(fleet: SimulatedFleet): Promise<readonly Figure[]> {
  const { account, desired, ports } = fleet;
  account.conditions.throttle(true);
  const before = account.calls.length;
  await whileRenewing(fleet, async () => {
    for (let moment = eight - maxLeadMinutes * minuteMs; moment < eight; moment += periodMs) {
      await waitUntil(fleet, moment);
      await passUnderLease(ports, false);
    }
  });
  await waitUntil(fleet, eight);
  account.conditions.throttle(false);
  const { plan } = await passUnderLease(ports, true);
  account.ghost.assertSilent();
  const late = plan.statuses.filter(({ phase }) => phase !== 'Running').length;
  const calls = account.calls.slice(before);
  const starts = calls.filter(({ action }) => action === 'StartInstances').length;
  const count = desired.devInstances.size.toLocaleString('en');
  const what = `${count} morning starts, readyBy ${maxLeadMinutes}m`;
  return [
    { what: `${what}: not ready in time`, median: late, unit: 'machines', target: 0 },
    {
      what: `${what}: calls refused by a rate limit`,
      median: calls.filter(isRefusedByRate).length,
      unit: 'calls',
      target: 0,
      note: `${starts} StartInstances in ${maxLeadMinutes} min of virtual time`,
    },
  ];
}
