import type { EffectiveSpec, ResolvedSchedule } from '../../controller/core/desired.ts';
import { type Instant, plusMillis } from '../../controller/core/instant.ts';
import type { RequestedWork } from '../../controller/core/request.ts';
import { hasty, makeRig, type Rig } from './rig.ts';
import { readTruth } from './truth.ts';
import { makeDesired, makeSpec } from './world.ts';

/** The office schedule of Madrid, 08:00 to 19:00 on working days, with some of it replaced. */
export function office(over: Partial<ResolvedSchedule> = {}): ResolvedSchedule {
  return { ...makeSpec().schedule, ...over };
}

/** A rig with one DevInstance that is made and ready, on a Monday at 10:00 in Madrid. */
export async function livingRig(over: Partial<EffectiveSpec> = {}): Promise<Rig> {
  const rig = await makeRig(makeDesired([makeSpec(over)]), { delays: hasty });
  await rig.settle();
  return rig;
}

/** The power state of the one machine that is not terminated. */
export async function stateOf(rig: Rig): Promise<string | undefined> {
  return (await machineOf(rig)).State?.Name;
}

export async function machineIdOf(rig: Rig): Promise<string> {
  return (await machineOf(rig)).InstanceId ?? '';
}

async function machineOf(rig: Rig) {
  const { machines } = await readTruth(rig.account);
  const [machine, ...others] = machines.filter(({ State }) => State?.Name !== 'terminated');
  if (machine === undefined || others.length > 0) throw new Error('not exactly one machine');
  return machine;
}

/** Lets time pass until a moment of that Monday or later, `18:30` or `tue 07:00` in Madrid, and settles. */
export async function settleAt(rig: Rig, clock: string): Promise<void> {
  await waitUntil(rig, clock);
  await rig.settle();
}

/** Lets time pass until a moment as `settleAt` takes it. */
export async function waitUntil(rig: Rig, clock: string): Promise<void> {
  await rig.wait(Date.parse(madrid(clock)) - Date.parse(rig.account.clock.now()));
}

/** `mon 18:30` or `18:30` in the week of Monday 2026-11-23 in Madrid, which is UTC+1 then. */
export function madrid(clock: string): Instant {
  const [time = '', day = 'mon'] = clock.split(' ').reverse();
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].indexOf(day);
  return new Date(Date.parse(`2026-11-23T${time}:00+01:00`) + days * 86_400_000).toISOString();
}

/** Writes a request as a command does. */
export async function ask(
  rig: Pick<Rig, 'account' | 'ledger'>,
  work: RequestedWork,
  hours: number,
  name = 'ada-01',
): Promise<string> {
  const at = rig.account.clock.now();
  const id = `req-${(await rig.ledger.requests()).length}`;
  const expiresAt = plusMillis(at, hours * 3_600_000);
  await rig.ledger.putRequest({ id, name, work, actor: 'ada', reason: 'release', at, expiresAt });
  return id;
}

export const extend: RequestedWork = { kind: 'override', state: 'running', command: 'extend' };
export const start = { kind: 'override', state: 'running', command: 'start' } as const;
export const keepOff: RequestedWork = { kind: 'override', state: 'stopped', command: 'stop' };
export const suspend: RequestedWork = { kind: 'suspend' };

/** What people were told, `reason message`, of those reasons, in order. */
export async function told(rig: Rig, ...reasons: readonly string[]): Promise<readonly string[]> {
  const events = await rig.ledger.events('ada-01');
  return events
    .filter(({ reason }) => reasons.includes(reason))
    .map(({ reason, message }) => `${reason} ${message}`);
}
