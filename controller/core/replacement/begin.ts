import { type Instant, minuteMs } from '../instant.ts';
import { type Home, isOn, type Machine } from '../observed.ts';
import { isBeingCreated } from '../plan/creating.ts';
import { type Finding, hold, type Rule } from '../plan/finding.ts';
import { placementsFor } from '../plan/launch.ts';
import { forget } from '../plan/memory.ts';
import { isSuspended, type Situation } from '../plan/situation.ts';
import type { Change, Hold, HoldReason } from '../plan/world.ts';
import type { DevInstanceRecord, KeptMachine, MachineTarget, Replacement } from '../record.ts';
import type { RolloutPlace } from '../rollout/place.ts';
import { specHash } from '../spec-hash.ts';
import { tagKeys } from '../tags.ts';
import { typeMisfit } from '../type-fit.ts';
import { machineOf } from './beside.ts';
import { driftsTo, replaceChange } from './change.ts';
import { deniedFinding } from './denied.ts';
import { stepForward } from './forward.ts';
import { letGoOfKept } from './kept.ts';
import { specOfHash } from './machine-spec.ts';
import { type Moment, momentOf, urgentMoment } from './moment.ts';
import {
  expired,
  isSameTarget,
  isTooOld,
  pinned,
  placeOf,
  type Revision,
  wantedHash,
  wantedRevision,
} from './revision.ts';
import { standingSetback } from './setback.ts';

/** A replacement that is wanted: what it leads to, and what its moment is. */
export interface Pending {
  readonly machine: Machine;
  readonly target: MachineTarget;
  readonly reasons: readonly string[];
  readonly moment: Moment;
  /** What it would be launched from; undefined where only the spec differs and none is known. */
  readonly revision: Revision | undefined;
  /** It goes back to what it had, as its rollout failed or was taken back. */
  readonly isUrgent?: true;
}

/** The image that a machine is to have, without a look at whether it can be had. */
function imageIdFor(situation: Situation): string | undefined {
  const { image, machine } = situation;
  const place = placeOf(situation);
  if (place !== undefined) return (place.wanted ?? machine)?.imageId;
  return image?.usable ? image.imageId : undefined;
}

/** The replacement that a machine is to have, if it differs from what git and its channel ask for. */
export function pendingReplacement(situation: Situation): Pending | undefined {
  const { machine, spec, standing, record } = situation;
  if (machine === undefined || standing.kind === 'orphaned') return undefined;
  // Most machines are as they should be.
  const isSpecSame = machine.tags[tagKeys.specHash] === specHash(spec);
  if (isSpecSame && machine.imageId === imageIdFor(situation)) return undefined;
  if (spec.lifecycle !== 'active' || record.replacement !== undefined) return undefined;
  if (isBeingCreated(record) || isSuspended(situation)) return undefined;
  const named = wantedRevision(situation);
  const revision = 'reading' in named ? named : undefined;
  const wantedImage = revision && pinned(revision);
  const wanted = {
    image: wantedImage,
    specHash: wantedHash(situation, machine, wantedImage?.imageId),
  };
  const drifts = driftsTo(situation, wanted);
  if (drifts.length === 0) return undefined;
  const target = {
    image: wanted.image ?? { imageId: machine.imageId, name: '', source: 'follow' as const },
    specHash: wanted.specHash,
  };
  const isTypeFolded = machine.type !== spec.instanceType;
  const reasons = [
    ...drifts.map(({ reason }) => reason),
    ...(isTypeFolded ? ['spec_instance_type'] : []),
  ];
  const takesMs = spec.readyWithinMinutes * minuteMs;
  const since = record.behind?.since;
  const urgency = placeOf(situation)?.urgency;
  const isUrgent = urgency !== undefined && target.image.imageId !== machine.imageId;
  const moment = isUrgent
    ? urgentMoment(situation, machine, urgency)
    : momentOf(situation, machine, { takesMs, since });
  const pending = { machine, target, reasons, moment, revision };
  return isUrgent ? { ...pending, reasons: ['rollback'], isUrgent } : pending;
}

/**
 * The moment of a replacement that nothing forbids; undefined where none is wanted, or it is held by
 * more than what EBS is done with by itself.
 */
export function replacementAhead(situation: Situation): Moment | undefined {
  const pending = pendingReplacement(situation);
  if (pending === undefined || pending.moment.kind === 'held') return undefined;
  const held = obstacleTo(situation, pending) ?? delayOf(situation, pending);
  return held === undefined || held.reason === 'HomeModifying' ? pending.moment : undefined;
}

/** What keeps a machine from what it is to have, for people. */
export interface Hindrance {
  /** `none`: it may begin now. `waits`: for its moment, or what passes. `held`: until somebody acts. */
  readonly kind: 'none' | 'waits' | 'held';
  readonly message: string;
  readonly at?: Instant;
}

/** What keeps the replacement that is wanted of a machine. */
export function hindranceOf(situation: Situation): Hindrance {
  const pending = pendingReplacement(situation);
  if (pending === undefined) return { kind: 'waits', message: 'it cannot be replaced yet' };
  const { moment } = pending;
  const obstacle = obstacleTo(situation, pending);
  if (obstacle !== undefined) return { kind: 'held', message: obstacle.message };
  if (moment.kind === 'held') return { kind: 'held', message: moment.message };
  const delay = delayOf(situation, pending);
  if (delay !== undefined) return { kind: 'waits', message: delay.message };
  if (moment.kind === 'now') return { kind: 'none', message: moment.note };
  const { at, note: message } = moment;
  return at === undefined ? { kind: 'waits', message } : { kind: 'waits', message, at };
}

/** What needs a new machine gets one, at its moment. */
export const replaceRule: Rule = (situation) => {
  const pending = pendingReplacement(situation);
  const { record } = situation;
  if (pending === undefined) {
    const isOver = record.behind !== undefined && record.replacement === undefined;
    const other = deniedFinding(situation) ?? aheadFinding(situation);
    return isOver ? { ...other, record: forget(record, 'behind') } : other;
  }
  const noted = withBehind(situation, pending);
  const finding = findingFor({ ...situation, record: noted }, pending);
  return noted === record || finding.record !== undefined ? finding : { ...finding, record: noted };
};

/** Since when it is behind: an active session puts it off no longer than a deadline from then. */
function withBehind({ record, now }: Situation, { target }: Pending): DevInstanceRecord {
  const { behind } = record;
  if (behind !== undefined && isSameTarget(behind.target, target)) return record;
  return { ...record, behind: { since: now, target } };
}

function findingFor(situation: Situation, pending: Pending): Finding {
  const { moment } = pending;
  const place = placeOf(situation);
  const held =
    obstacleTo(situation, pending) ??
    (moment.kind === 'held' ? heldBy(situation, pending, moment) : undefined);
  if (held !== undefined) return withheldBy(situation, pending, held);
  if (moment.kind !== 'now') {
    const { at, note } = moment as Extract<Moment, { kind: 'later' }>;
    const paused = place === undefined || pending.isUrgent ? {} : withholding(place);
    const when = { note, ...(at === undefined ? {} : { at }), ...paused };
    const changes = [replaceChange(situation, pending, when)];
    return at === undefined ? { changes } : { changes, wakeAt: at };
  }
  const delay = delayOf(situation, pending);
  if (delay !== undefined) return withheldBy(situation, pending, delay);
  const turn = outOfTurn(situation, pending);
  if (turn !== undefined) return { changes: [replaceChange(situation, pending, turn)] };
  return begin(situation, pending, moment.note);
}

/** What a later wave brings is shown beforehand. */
function aheadFinding(situation: Situation): Finding | undefined {
  const place = placeOf(situation);
  const { machine, record, spec } = situation;
  if (place?.ahead === undefined || machine === undefined || record.replacement !== undefined) {
    return undefined;
  }
  const { image, note, at } = place.ahead;
  if (image.imageId === machine.imageId || spec.lifecycle !== 'active') return undefined;
  if (situation.standing.kind === 'orphaned' || isSuspended(situation)) return undefined;
  const target = { image, specHash: machine.tags[tagKeys.specHash] ?? specHash(spec) };
  const when = { note, ...(at === undefined ? {} : { at }), ...withholding(place) };
  return { changes: [replaceChange(situation, { target, reasons: ['ami_superseded'] }, when)] };
}

function withholding({ withheldBy }: RolloutPlace): Pick<Change, 'withheldBy'> {
  return withheldBy === undefined ? {} : { withheldBy };
}

/** Its moment is there, and others of its rollout come first, or nobody's turn is now. */
function outOfTurn(situation: Situation, { target, machine, isUrgent }: Pending) {
  const place = placeOf(situation);
  if (place === undefined || isUrgent || target.image.imageId === machine.imageId) return undefined;
  if (place.withheldBy !== undefined) return { withheldBy: place.withheldBy };
  const limit = situation.channel?.maxConcurrent;
  const note = `as soon as others are done (maxConcurrent ${limit})`;
  return place.mayBegin ? undefined : { note };
}

function withheldBy(situation: Situation, pending: Pending, held: Hold): Finding {
  const { setback } = situation.record;
  return {
    changes: [replaceChange(situation, pending, { withheldBy: held.reason })],
    holds: [held],
    ...(setback === undefined ? {} : { wakeAt: setback.notBefore }),
  };
}

function begin(situation: Situation, pending: Pending, note: string): Finding {
  const changes = [replaceChange(situation, pending, { at: 'now', note })];
  const { home } = situation;
  // One that has just taken a lost one's place gets its home first.
  if (home !== undefined && !isAttached(pending.machine, home)) return { changes };
  const again = keptAgain(situation, pending);
  const kept = again === undefined ? letGoOfKept(situation) : undefined;
  if (kept !== undefined || home === undefined) return { ...kept, changes };
  const urgent = pending.isUrgent === true ? { isUrgent: true as const } : {};
  const record = begun(situation, pending, { ...again, ...urgent });
  const { replacement } = record;
  if (replacement === undefined) return { changes };
  return {
    ...stepForward({ ...situation, record }, replacement, home),
    record,
    changes,
    // What was there before is no new disruption.
    disruptive: pending.isUrgent !== true,
    final: true,
  };
}

/** Whether a machine has the home, and nothing about that is under way. */
function isAttached({ id }: Machine, { attachments }: Home): boolean {
  return attachments.some(({ instanceId, state }) => instanceId === id && state === 'attached');
}

/** The kept machine, where it is just what git asks for again: no other one need be launched. */
function keptAgain({ record, kept, spec }: Situation, { target }: Pending) {
  const machine = machineOf(kept);
  if (record.kept === undefined || machine?.type !== spec.instanceType) return undefined;
  const { image, specHash: hash } = record.kept;
  const isIt = image?.imageId === target.image.imageId && hash === target.specHash;
  return isIt ? asSuccessor(record.kept) : undefined;
}

/** A replacement by the machine that is kept: it is started, and never terminated for it. */
export function asSuccessor({ machineId, bootId, madeFrom }: KeptMachine): Partial<Replacement> {
  return {
    isKept: true,
    newId: machineId,
    ...(bootId === undefined ? {} : { formerBootId: bootId }),
    ...(madeFrom === undefined ? {} : { madeFrom }),
  };
}

/** The record of a replacement that begins now. A snapshot from which nothing ran since does again. */
export function begun(
  situation: Situation,
  { machine, target, reasons }: Pick<Pending, 'machine' | 'target' | 'reasons'>,
  extra: Partial<Replacement> = {},
): DevInstanceRecord {
  const { record, now, duty } = situation;
  const { freshSnapshot, power } = record;
  const isFresh =
    freshSnapshot !== undefined && power?.state === 'stopped' && power.at <= freshSnapshot.at;
  const snapshot = isFresh
    ? { snapshotId: freshSnapshot.snapshotId, snapshotAt: freshSnapshot.at }
    : {};
  const replacement: Replacement = {
    since: now,
    oldId: machine.id,
    target,
    reasons,
    wasOn: isOn(machine.state),
    dutyAtStart: duty.state,
    ...snapshot,
    ...extra,
  };
  return { ...record, replacement };
}

function heldBy(
  situation: Situation,
  { target }: Pending,
  { reason, message, remedy }: Extract<Moment, { kind: 'held' }>,
): Hold {
  const behind = driftsTo(situation, target).map(({ detail }) => detail);
  return hold(situation, reason, `${message}; it is behind: ${behind.join('; ')}`, remedy);
}

/** What speaks against a replacement at any moment. */
function obstacleTo(situation: Situation, pending: Pending): Hold | undefined {
  const { spec, record, observed } = situation;
  const { revision, target } = pending;
  const held = (reason: HoldReason, message: string, remedy: string) =>
    hold(situation, reason, message, remedy);
  if (revision === undefined) {
    const named = wantedRevision(situation);
    const { reason, remedy } =
      'reading' in named
        ? { reason: 'its image is not known', remedy: 'see the failed read' }
        : named;
    return held('ImageUnusable', reason, remedy);
  }
  const { imageId, rootSnapshotGib, architecture } = revision.reading;
  if (isTooOld(situation, revision) && keptAgain(situation, pending) === undefined) {
    const { reason, remedy } = expired(imageId);
    return held('ImageExpired', reason, remedy);
  }
  const { rootVolume } = specOfHash(spec, record.madeFrom, target.specHash) ?? spec;
  if (rootVolume.sizeGib < rootSnapshotGib) {
    const message = `rootVolume of ${rootVolume.sizeGib} GiB is smaller than image ${imageId}, which needs ${rootSnapshotGib} GiB`;
    return held('ImageUnusable', message, `set rootVolume.sizeGiB to at least ${rootSnapshotGib}`);
  }
  const misfit = typeMisfit(observed, spec.instanceType, {
    architecture,
    what: `image ${imageId}`,
  });
  if (misfit !== undefined) return held('TypeUnusable', misfit.message, misfit.fix);
  if (placementsFor(situation, revision.reading).length === 0) {
    const where = `in ${record.az}, where its home is`;
    const message = `none of the subnets ${spec.subnets.join(', ')} exists ${where}`;
    return held('NoSubnet', message, `give class ${spec.className} a subnet ${where}`);
  }
  return undefined;
}

/** What speaks against a replacement now, and passes. */
function delayOf(situation: Situation, { target, machine }: Pending): Hold | undefined {
  const { record, now, home, secondMachine } = situation;
  const held = (reason: HoldReason, message: string, remedy: string) =>
    hold(situation, reason, message, remedy);
  const setback = standingSetback(record.setback, target, now);
  if (setback !== undefined) {
    const message = `the last try failed: ${setback.reason}`;
    const remedy = `it is tried again after ${setback.notBefore}, at its moment`;
    return held('ReplacementFailed', message, remedy);
  }
  if (home?.modifying !== undefined) {
    const message = `home ${home.id} is ${home.modifying} after its last modification`;
    return held('HomeModifying', message, 'nothing to do: it is replaced when EBS is done');
  }
  if (secondMachine !== undefined) {
    const message = `${secondMachine.id} carries the same uid, so no third machine is launched`;
    return held('SecondMachine', message, `terminate ${secondMachine.id} by hand`);
  }
  if (machine.stateReason?.code === 'Client.UserInitiatedHibernate' && !isOn(machine.state)) {
    const message = `${machine.id} is hibernated: its memory still holds the file system`;
    return held('UnknownState', message, `start ${machine.id}, then stop it without hibernating`);
  }
  return undefined;
}
