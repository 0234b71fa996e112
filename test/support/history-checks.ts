import { expect } from 'vitest';
import { minuteMs } from '../../controller/core/instant.ts';
import type { Plan } from '../../controller/core/plan/world.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { isDeleted } from '../../controller/sim/lifecycle.ts';
import { unstickAll } from './history-acts.ts';
import { desiredOf, type Life } from './history-life.ts';

/** Settles until nothing is left to do: as many as liveness allows (reliability, L1). */
const settles = 12;

/** What is true at every moment of a history, whatever happened. */
export function checkSafety(life: Life): void {
  const { rig } = life;
  rig.account.ghost.assertSilent();
  const now = Date.parse(rig.account.clock.now());
  for (const volume of Object.values(rig.truth().volumes)) {
    const marker = rig.account.disk(volume.id)?.marker;
    const known = life.markers.get(volume.id);
    if (known === undefined && marker !== undefined) life.markers.set(volume.id, marker);
    if (known === undefined || life.deletedByPeople.has(volume.id)) continue;
    if (marker !== known) throw new Error(`${volume.id} held ${known}, now ${marker}`);
    if (isDeleted(volume, now)) throw new Error(`${volume.id} is deleted with data ${known}`);
    checkOwner(life, volume.id, known);
  }
  checkLive(life);
}

/** The first machine that wrote to a disk tells whose it is: no other owner ever gets it. */
function checkOwner({ rig }: Life, volumeId: string, marker: string): void {
  const { volumes, instances } = rig.truth();
  const content = rig.account.disk(volumeId);
  const writer = instances[content?.writtenBy ?? '']?.tags[tagKeys.owner];
  const owner = volumes[volumeId]?.tags[tagKeys.owner];
  if (writer === undefined || owner === undefined || writer === owner) return;
  throw new Error(`${volumeId} with ${marker} of ${writer} belongs to ${owner}`);
}

function checkLive({ rig }: Life): void {
  const byUid = new Map<string, string[]>();
  for (const machine of Object.values(rig.truth().instances)) {
    const uid = machine.tags[tagKeys.uid];
    const isLive = machine.power.settled === 'running' && machine.poweredBy === 'controller';
    if (uid === undefined || !isLive) continue;
    byUid.set(uid, [...(byUid.get(uid) ?? []), machine.id]);
  }
  for (const [uid, ids] of byUid) {
    if (ids.length > 1) throw new Error(`${ids.join(' and ')} of ${uid} are live together`);
  }
}

/** How somebody else's things look. */
export function strangersOf({ rig, strangers }: Life): string {
  const { instances, volumes } = rig.truth();
  return JSON.stringify(strangers.map((id) => instances[id] ?? volumes[id]));
}

/** All troubles of AWS, of the network and of the source are over; what people did stays done. */
export async function ceaseTroubles(life: Life): Promise<void> {
  const { rig, git } = life;
  const { conditions, faults, people } = rig.account;
  const { instances, volumes, conditions: stored, capacity } = rig.truth();
  git.incomplete = false;
  git.empty = false;
  git.maxDisruptedPercent = 100;
  rig.desired = desiredOf(life);
  faults.clear();
  conditions.completeListings();
  conditions.throttle(false);
  await conditions.setZoneOutage('eu-west-1a', false);
  for (const fates of Object.values(stored.fates)) fates.length = 0;
  for (const pool of Object.keys(capacity)) delete capacity[pool];
  await unstickAll(life);
  for (const id of Object.keys(instances))
    await people.protect(id, { stop: false, terminate: false }).catch(() => {});
  for (const { id, attachment } of Object.values(volumes)) {
    if (attachment?.deviceName === '/dev/sdh') await people.detach(id).catch(() => {});
  }
  await rig.wait(70 * minuteMs);
  rig.desired = desiredOf(life);
}

/** The fleet comes to rest: everything as asked for or held with a reason, and no call or write. */
export async function checkConvergence(life: Life): Promise<Plan> {
  const { rig } = life;
  let busy: readonly string[] = ['nothing yet'];
  for (let n = 0; n < settles; n += 1) {
    const { end, last } = await rig.settle();
    checkSafety(life);
    const writes = rig.events.filter((event) => !/^(Describe|Get)/.test(event));
    const left = await leftUndone(life, end);
    if (left.length > 0) throw new Error(`called settled with this to do: ${left.join(' ')}`);
    busy = [...writes, ...ending(end)];
    // An interlock ends the run at once, whatever AWS is still doing.
    busy = [...busy, ...last.plan.waiting.map(({ what }) => what)];
    if (busy.length === 0) {
      checkRest(last.plan);
      return last.plan;
    }
    await rig.wait(10 * minuteMs);
  }
  const plan = await rig.plan();
  const said = JSON.stringify({ holds: plan.holds, waiting: plan.waiting, actions: plan.actions });
  throw new Error(`no rest after ${settles} settles: ${busy.join(' ')}; ${said}`);
}

/** What a pass right after a settled one does, without what was refused before. */
async function leftUndone({ rig }: Life, end: string): Promise<readonly string[]> {
  if (end !== 'settled') return [];
  const { plan, outcomes } = await rig.pass();
  const isRetried = (name: string) =>
    plan.holds.some((hold) => hold.name === name && hold.reason === 'BackingOff');
  return outcomes
    .filter(({ action, outcome }) => outcome.result === 'done' && !isRetried(action.name))
    .map(({ action }) => `${action.kind} ${action.name}`);
}

function ending(end: string): readonly string[] {
  return end === 'settled' || end === 'interlock' ? [] : [end];
}

function checkRest(plan: Plan): void {
  expect({ actions: plan.actions, waiting: plan.waiting }).toEqual({ actions: [], waiting: [] });
  if (plan.interlocks.length > 0) return;
  for (const { name, sync, phase } of plan.statuses) {
    const holds = plan.holds.filter((hold) => hold.name === name);
    const due = plan.changes.filter(
      (change) => change.name === name && change.at === 'now' && change.withheldBy === undefined,
    );
    const isPutAway = phase === 'Retired' && holds.some(({ reason }) => reason.startsWith('Home'));
    if (isPutAway) throw new Error(`${name} is retired and yet ${JSON.stringify(holds)}`);
    const isSaid = holds.length > 0 || plan.changes.some((change) => change.name === name);
    if ((due.length > 0 && holds.length === 0) || (sync !== 'Synced' && !isSaid)) {
      throw new Error(`${name} is ${sync} ${phase} for no reason: ${JSON.stringify(due)}`);
    }
  }
  const failed = plan.holds.filter(
    ({ reason }) => reason === 'PlanFailed' || reason === 'BackingOff',
  );
  expect(failed).toEqual([]);
}
