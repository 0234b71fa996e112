import { dayMs, minuteMs } from '../../controller/core/instant.ts';
import type { Plan } from '../../controller/core/plan/world.ts';
import type { Denial, DevInstanceRecord } from '../../controller/core/record.ts';
import { specHash } from '../../controller/core/spec-hash.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { attachmentOf, isGoing, snapshotStateOf } from '../../controller/sim/lifecycle.ts';
import type { SimImage, SimInstance } from '../../controller/sim/state.ts';
import { recordsOf } from './history-duty.ts';
import { channelOf, type Life } from './history-life.ts';

/** So long that what is kept is kept no more, and every schedule was on and off. */
const daysMs = { short: 4 * dayMs, week: 8 * dayMs } as const;

/** Days go by in peace: the controller looks when it said it would, and once a day. */
export async function passDays({ rig }: Life): Promise<void> {
  const nowMs = () => Date.parse(rig.account.clock.now());
  const specs = [...rig.desired.devInstances.values()];
  const isWeekly = specs.some(
    ({ upgrade, schedule }) =>
      upgrade.when === 'next-start' || schedule.windows.some(({ days }) => days.includes('sat')),
  );
  const end = nowMs() + (isWeekly ? daysMs.week : daysMs.short);
  while (nowMs() < end) {
    await rig.settle();
    const { wakeAt } = await rig.plan();
    const aheadMs = wakeAt === undefined ? dayMs : Date.parse(wakeAt) - nowMs();
    await rig.wait(Math.min(Math.max(aheadMs, minuteMs), dayMs));
  }
}

/** That after days of peace every machine is what git and its channel ask for, and nothing is left over. */
export async function checkReplacedAtRest(life: Life, plan: Plan): Promise<void> {
  const wrongs: string[] = [];
  const lost = lostSnapshots(life);
  if (lost.length > 0) wrongs.push(`${lost.join(' and ')} were deleted`);
  for (const record of (await recordsOf(life)).values()) {
    const isHeld = plan.holds.some(({ name }) => name === record.name);
    const spec = life.rig.desired.devInstances.get(record.name);
    if (isHeld || spec?.lifecycle !== 'active' || plan.interlocks.length > 0) continue;
    const wrong = (what: string) => wrongs.push(`${record.name} ${what}`);
    checkMachine(life, record, wrong, isHeldUp(plan, record));
    checkLeftOvers(life, record, wrong);
  }
  if (wrongs.length > 0) throw new Error(wrongs.join('\n'));
}

/** Snapshots that no replacement made, and no image is made of, are nobody's to delete. */
function lostSnapshots({ rig }: Life): readonly string[] {
  return Object.values(rig.truth().snapshots)
    .filter(({ deletingAt, tags, description }) => {
      const isOfImage = description.startsWith('Root of ami-');
      return deletingAt !== undefined && !isOfImage && tags[tagKeys.purpose] !== 'replacement';
    })
    .map(({ id }) => id);
}

/** Whether a rollout that is not over, has halted or failed with it keeps a machine from the named image. */
function isHeldUp({ rollouts, changes }: Plan, { name, effective }: DevInstanceRecord): boolean {
  const { image } = effective;
  const status = rollouts.find(({ channel }) => 'channel' in image && channel === image.channel);
  const state = status?.record.rollout?.state;
  const isHalted = state === 'Degraded' || state === 'Aborted' || state === 'Paused';
  if (isHalted || status?.waiting !== undefined) return true;
  return changes.some((one) => one.name === name && one.withheldBy === 'RolloutFailed');
}

function checkMachine(
  life: Life,
  record: DevInstanceRecord,
  wrong: (what: string) => void,
  isImageHeldUp: boolean,
): void {
  const { instances, volumes } = life.rig.truth();
  const now = Date.parse(life.rig.account.clock.now());
  const home = volumes[record.homeId ?? ''];
  const machine = instances[record.machineId ?? ''];
  // A lost one comes back when it is next to run.
  if (machine === undefined || isGoing(machine)) return;
  const holder = home && attachmentOf(home, now)?.instanceId;
  if (holder !== machine.id) wrong(`has its home on ${holder}, not on ${machine.id}`);
  const { effective: spec } = record;
  // Nothing says when it next starts: it goes on until then.
  if (spec.upgrade.when === 'next-start' && isNeverStarted(record)) return;
  const denied = deniedTo(life, record);
  const image = imageWanted(life, record);
  const isToHave = !isImageHeldUp && image !== undefined && isUsable(life, image);
  if (isToHave && image.id !== machine.imageId && image.id !== denied?.image?.imageId) {
    wrong(`is of ${machine.imageId}, and ${image.id} is asked for`);
  }
  const hash = machine.tags[tagKeys.specHash];
  const wanted = specHash(spec);
  if (hash !== undefined && hash !== wanted && denied?.specHash !== wanted) {
    wrong('is made of another spec than it has');
  }
  if (machine.type !== spec.instanceType && record.standInType !== machine.type) {
    wrong(`is a ${machine.type}, not a ${spec.instanceType}`);
  }
}

function isNeverStarted({ effective: { schedule } }: DevInstanceRecord): boolean {
  return schedule.mode !== undefined || schedule.actions !== 'both';
}

/** What a rollback keeps a machine from, if anybody asked for one. */
function deniedTo({ asked }: Life, { name, denial }: DevInstanceRecord): Denial | undefined {
  const isAsked = asked.some((one) => one.name === name && one.work.kind === 'rollback');
  return isAsked ? denial : undefined;
}

/** What a DevInstance's file, the channel's pin or else its parameter names. */
function imageWanted(life: Life, { effective }: DevInstanceRecord): SimImage | undefined {
  const { images, parameters } = life.rig.truth();
  const { follow, pin } = channelOf(life);
  const followed = parameters[follow]?.at(-1)?.value ?? '';
  return images['id' in effective.image ? effective.image.id : (pin ?? followed)];
}

/** What is wrong with an image is said of its channel; nobody gets it. */
function isUsable({ rig }: Life, { ownerId, architecture, state, extraDevices }: SimImage) {
  const isSound = state === 'available' && extraDevices === undefined;
  return isSound && architecture === 'x86_64' && ownerId === rig.truth().account;
}

function checkLeftOvers(
  { rig, ledgerLostAt }: Life,
  record: DevInstanceRecord,
  wrong: (what: string) => void,
): void {
  const { instances, snapshots, volumes } = rig.truth();
  const now = Date.parse(rig.account.clock.now());
  const { uid, machineId, homeId, replacement, kept, effective } = record;
  if (replacement !== undefined) wrong(`is being replaced: ${JSON.stringify(replacement)}`);
  if (kept !== undefined) wrong(`keeps ${JSON.stringify(kept)}`);
  const isOther = (machine: SimInstance) =>
    machine.tags[tagKeys.uid] === uid && machine.id !== machineId && !isGoing(machine);
  const others = Object.values(instances).filter(isOther);
  for (const { id } of others) wrong(`has ${id} beside ${machineId}`);
  if (ledgerLostAt !== undefined || volumes[homeId ?? ''] === undefined) return;
  const made = Object.values(snapshots).filter(
    (one) =>
      one.tags[tagKeys.uid] === uid &&
      one.tags[tagKeys.purpose] === 'replacement' &&
      one.volumeId === homeId &&
      one.deletingAt === undefined &&
      snapshotStateOf(one, now) === 'completed',
  );
  const { keepHomeSnapshots: most } = effective;
  if (made.length > most) wrong(`has ${made.length} snapshots of replacements, not ${most}`);
}
