import type { DesiredFleet, EffectiveSpec } from '../controller/core/desired.ts';
import { hourMs } from '../controller/core/instant.ts';
import { fleetOf } from './fleet-files.ts';
import { type SimulatedFleet, settleFleet, simulatedFleet, waitUntil } from './simulated-fleet.ts';

const noon = '2026-11-23T12:00:00.000Z';
/** The morning at which all machines of these fleets must be ready. */
export const eight = Date.parse('2026-11-24T08:00:00.000Z');
export const maxLeadMinutes = 30;

/** A fleet of that many machines ten hours before `eight`: made at noon, and all off by now. */
export async function fleetAtNight(machineCount: number): Promise<SimulatedFleet> {
  const fleet = await simulatedFleet(fromEightToSeven(machineCount), noon);
  await settleFleet(fleet);
  await waitUntil(fleet, eight - 10 * hourMs);
  await settleFleet(fleet);
  return fleet;
}

function fromEightToSeven(machineCount: number): DesiredFleet {
  const desired = fleetOf(machineCount);
  const specs = [...desired.devInstances].map(([name, spec]) => [name, atEight(spec)] as const);
  // One wave, and no limit but EC2's: more at a time than a file may ask for.
  const channels = [...desired.channels].map(
    ([name, channel]) => [name, { ...channel, maxConcurrent: machineCount }] as const,
  );
  return { ...desired, devInstances: new Map(specs), channels: new Map(channels) };
}

function atEight(spec: EffectiveSpec): EffectiveSpec {
  const windows = [{ days: ['mon-fri'], start: '08:00', end: '19:00' }];
  const times = { timezone: 'UTC', windows, exceptions: [] };
  return {
    ...spec,
    schedule: { ...spec.schedule, ...times, readyByMaxLeadMinutes: maxLeadMinutes },
  };
}
