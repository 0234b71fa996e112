import { hourMs, minuteMs } from '../../controller/core/instant.ts';
import type { Plan } from '../../controller/core/plan/world.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import { noteRefusals, questionOf, recordsOf } from './history-duty.ts';
import type { Life } from './history-life.ts';
import { wantedOf } from './history-wanted.ts';

/** That a fleet at rest is on and off as is wanted, and that nothing is left over. */
export async function checkDutyAtRest(life: Life, plan: Plan): Promise<void> {
  await noteRefusals(life);
  const now = Date.parse(life.rig.account.clock.now());
  for (const { id, ended, expiresAt } of await life.rig.ledger.requests()) {
    const isLeft = ended === undefined && Date.parse(expiresAt) <= now - minuteMs;
    if (isLeft) life.wrongs.push(`${id} expired and is open`);
  }
  for (const record of (await recordsOf(life)).values()) {
    if (plan.holds.some(({ name }) => name === record.name)) continue;
    if (record.step !== undefined)
      life.wrongs.push(`${record.name} keeps a ${record.step.action.kind}`);
    if (plan.interlocks.length === 0) checkPower(life, record, now);
    await checkNotices(life, record.name);
  }
  if (life.wrongs.length > 0) throw new Error(life.wrongs.join('\n'));
}

function checkPower(life: Life, record: DevInstanceRecord, now: number): void {
  const { rig, wrongs } = life;
  const { name, machineId = '', owner, effective } = record;
  const machine = rig.truth().instances[machineId];
  const spec = rig.desired.devInstances.get(name);
  if (machine === undefined || spec?.lifecycle !== 'active' || spec.owner.name !== owner) return;
  const known = { at: now, asked: life.asked.length, did: life.powered.length };
  const wanted = wantedOf(life, questionOf(record, machine, known));
  const { actions, idleStopAfterMinutes, maxUptimeMinutes } = effective.schedule;
  const isLimited = idleStopAfterMinutes !== undefined || maxUptimeMinutes !== undefined;
  const is = machine.power.settled;
  if (is === 'running' && wanted === 'stopped' && actions !== 'start-only') {
    wrongs.push(`${name} is on at rest`);
  }
  if (is === 'stopped' && wanted === 'running' && actions !== 'stop-only' && !isLimited) {
    wrongs.push(`${name} is off at rest`);
  }
}

/** Nobody is told twice of one stop. */
async function checkNotices(life: Life, name: string): Promise<void> {
  const events = await life.rig.ledger.events(name);
  const told = events.filter(({ reason }) => reason === 'StopAhead');
  for (const [index, { at, message }] of told.entries()) {
    const again = told.slice(index + 1).find(
      (other) =>
        other.message === message &&
        // Who left a second time in one minute is told of another stop in the same words.
        !message.includes('as nobody uses it') &&
        Math.abs(Date.parse(other.at) - Date.parse(at)) < 12 * hourMs,
    );
    if (again !== undefined) life.wrongs.push(`told twice: ${at} ${again.at} ${message}`);
  }
}
