import { isOn } from '../observed.ts';
import { type Finding, hold, type Rule } from '../plan/finding.ts';
import { forget } from '../plan/memory.ts';
import { isSuspended, type Situation } from '../plan/situation.ts';
import type { Change, Hold } from '../plan/world.ts';
import type { DevInstanceRecord, Replacement } from '../record.ts';
import type { RolloutPlace } from '../rollout/place.ts';
import { specHash } from '../spec-hash.ts';
import { tagKeys } from '../tags.ts';
import { driftsTo, replaceChange } from './change.ts';
import { deniedFinding } from './denied.ts';
import { stepForward } from './forward.ts';
import { delayOf, hasHome, hindranceOf, obstacleTo } from './hindrance.ts';
import { letGoOfKept } from './kept.ts';
import type { Moment } from './moment.ts';
import { keptAgain, type Pending, pendingReplacement } from './pending.ts';
import { isSameTarget, placeOf } from './revision.ts';

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
    const isBound = place !== undefined && isBoundToTurn(pending);
    const paused = isBound ? withholding(place) : {};
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
  const { image, after, at } = place.ahead;
  if (image.imageId === machine.imageId || spec.lifecycle !== 'active') return undefined;
  if (situation.standing.kind === 'orphaned' || isSuspended(situation)) return undefined;
  const target = { image, specHash: machine.tags[tagKeys.specHash] ?? specHash(spec) };
  const rollout = { ...place, wanted: image };
  const { kind, message } = hindranceOf({ ...situation, rollout });
  const then = { none: `then at once: ${message}`, waits: `then ${message}`, held: message }[kind];
  const note =
    after === undefined
      ? 'it failed with it: a newer one is tried'
      : `after wave ${after}; ${then}`;
  const when = { note, ...(at === undefined ? {} : { at }), ...withholding(place) };
  return { changes: [replaceChange(situation, { target, reasons: ['ami_superseded'] }, when)] };
}

function withholding({ withheldBy }: RolloutPlace): Pick<Change, 'withheldBy'> {
  return withheldBy === undefined ? {} : { withheldBy };
}

/** Whether it needs its rollout's leave: not what changes its spec alone, nor what goes back. */
function isBoundToTurn({ target, machine, isUrgent }: Pending): boolean {
  return isUrgent !== true && target.image.imageId !== machine.imageId;
}

/** Its moment is there, and others of its rollout come first, or nobody's turn is now. */
function outOfTurn(situation: Situation, pending: Pending) {
  const place = placeOf(situation);
  if (place === undefined || !isBoundToTurn(pending)) return undefined;
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
  if (home !== undefined && !hasHome(situation)) return { changes };
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
