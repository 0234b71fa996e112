import { minuteMs, plusMillis } from '../instant.ts';
import { isOn, type Machine } from '../observed.ts';
import { upSinceOf } from '../plan/complete-step.ts';
import { type DutyGrounds, dutyOf } from '../plan/duty.ts';
import { forget } from '../plan/memory.ts';
import type { Neighbours } from '../plan/neighbours.ts';
import { isReady } from '../plan/ready.ts';
import { type Found, holdsHome } from '../plan/situation.ts';
import type { DevInstanceRecord, KeptMachine, Replacement } from '../record.ts';
import { tagKeys } from '../tags.ts';
import { machineOf } from './beside.ts';
import { isSuccessorToRun } from './handover.ts';
import { imageOf } from './revision.ts';
import { setbackOf } from './setback.ts';

/** What a replacement is brought up to date with. */
export type Seen = Found &
  DutyGrounds & { readonly neighbours: Pick<Neighbours, 'suspensionOf' | 'isOpen'> };

/** Takes note of how far a replacement has come, and ends it where it has come to its end. */
export function foldReplacement(seen: Seen): DevInstanceRecord {
  const { record } = seen;
  if (record.replacement === undefined) return foldKept(seen);
  const { step } = record;
  // What is under way is settled first; a home's move that has no answer counts as begun.
  if (step !== undefined && step.action.kind !== 'detach-home') return record;
  const moved = foldMove(seen, record.replacement);
  const noted = moved === record.replacement ? record : { ...record, replacement: moved };
  return moved.back === undefined
    ? foldForward({ ...seen, record: noted }, moved)
    : foldBack({ ...seen, record: noted }, moved);
}

/** The home left the old machine: by our step, a person's hand, or because that machine is gone. */
function foldMove({ home, machine, former, now }: Seen, replacement: Replacement): Replacement {
  if (replacement.detachedAt !== undefined || home === undefined) return replacement;
  const isOldGone = machine === undefined && (former === 'terminated' || former === 'absent');
  const isOff = home.attachments.every(
    ({ instanceId, state }) =>
      state === 'detached' || instanceId !== replacement.oldId || state === 'detaching',
  );
  // An old reading of a home just attached is no move: before there is a new machine, none began.
  const isMoving = machine !== undefined && replacement.newId !== undefined;
  return isOff && (isMoving || isOldGone) ? { ...replacement, detachedAt: now } : replacement;
}

function foldForward(seen: Seen, replacement: Replacement): DevInstanceRecord {
  const { record, home, observed, now, successor, machine } = seen;
  const made = machineOf(successor);
  if (made === undefined || home === undefined || !holdsHome(made, home)) {
    // No machine is left, or was made yet: what remains is a home without one.
    const isNoneMade = successor.fate === 'gone' || successor.fate === 'none';
    return isNoneMade && machine === undefined && seen.former !== 'unread'
      ? abandoned(seen, replacement)
      : record;
  }
  // There is nothing left to go back to: whether it becomes ready is seen to like that of any other.
  if (machine === undefined && seen.former !== 'unread') {
    return succeeded(seen, replacement, made);
  }
  const isNowReady = isReady(made, home, observed, replacement.formerBootId);
  const readyAt = replacement.readyAt ?? (isNowReady ? now : undefined);
  const arrivedAt = replacement.arrivedAt ?? now;
  if (readyAt === undefined) {
    return replacement.arrivedAt === undefined
      ? { ...record, replacement: { ...replacement, arrivedAt } }
      : record;
  }
  const ready = { ...replacement, arrivedAt, readyAt };
  const noted = readyAt === replacement.readyAt ? record : { ...record, replacement: ready };
  const shouldRun = isSuccessorToRun(dutyOf(seen), replacement);
  const isAsDue = shouldRun ? isOn(made.state) : made.state === 'stopped';
  return isAsDue ? succeeded({ ...seen, record: noted }, ready, made) : noted;
}

/** The new machine has home and duty; the old one is kept for a while. */
function succeeded(seen: Seen, replacement: Replacement, made: Machine): DevInstanceRecord {
  const { record, machine: old, spec, observed, now } = seen;
  const base = forget(
    record,
    'replacement',
    'kept',
    'becomingReadySince',
    'standInType',
    'setback',
    'behind',
    'bootId',
    'formerBootId',
    'madeFrom',
    'freshSnapshot',
    'step',
  );
  const bootId = observed.reports?.get(made.id)?.bootId;
  const running = isOn(made.state)
    ? {
        power: { state: 'running', at: now, by: 'controller' } as const,
        upSince: upSinceOf(record, now),
      }
    : {};
  const kept = old === undefined ? undefined : keptFrom(seen, replacement, old);
  const { requestId, madeFrom } = replacement;
  return {
    ...withSnapshot(base, replacement),
    ...running,
    machineId: made.id,
    image: replacement.target.image,
    ranAs: made.type,
    ...(made.type === spec.instanceType ? {} : { standInType: made.type }),
    ...(madeFrom === undefined ? {} : { madeFrom }),
    ...(bootId === undefined ? {} : { bootId }),
    ...(kept === undefined ? {} : { kept, ...previousOf(kept) }),
    ...(requestId === undefined ? {} : { answered: answer(requestId, made.id) }),
  };
}

function previousOf({ image, specHash }: KeptMachine): Pick<DevInstanceRecord, 'previous'> {
  return image === undefined ? {} : { previous: { image, specHash } };
}

function answer(requestId: string, machineId: string) {
  const message = `home and duty are back with ${machineId}`;
  return { requestId, result: 'done' as const, message };
}

function keptFrom(
  { record, spec, now }: Seen,
  replacement: Replacement,
  old: Machine,
): KeptMachine {
  const { snapshotId, snapshotAt } = replacement;
  const { bootId, madeFrom } = record;
  return {
    machineId: old.id,
    image: imageOf(record, old),
    specHash: old.tags[tagKeys.specHash],
    since: now,
    reasons: replacement.reasons,
    until: plusMillis(now, spec.rollbackWindowMinutes * minuteMs),
    ...(madeFrom === undefined ? {} : { madeFrom }),
    ...(bootId === undefined ? {} : { bootId }),
    ...(snapshotId === undefined ? {} : { snapshotId }),
    ...(snapshotAt === undefined ? {} : { snapshotAt }),
  };
}

function withSnapshot(record: DevInstanceRecord, { snapshotId }: Replacement): DevInstanceRecord {
  const all = record.replacementSnapshots ?? [];
  if (snapshotId === undefined || all.includes(snapshotId)) return record;
  return { ...record, replacementSnapshots: [...all, snapshotId] };
}

/** Going back is over once the old machine has the home and the other one is out of the way. */
function foldBack(seen: Seen, replacement: Replacement): DevInstanceRecord {
  const { record, machine: old, former, home, successor } = seen;
  const other = machineOf(successor);
  if (old === undefined) {
    // The one that was to be given up is all there is.
    if (former === 'unread' || successor.fate === 'unread' || successor.fate === 'unseen')
      return record;
    return other === undefined
      ? abandoned(seen, replacement)
      : { ...abandoned(seen, replacement), machineId: other.id, image: replacement.target.image };
  }
  if (home === undefined || !isHeldBy(old, seen)) return record;
  const isAway =
    successor.fate === 'none' ||
    successor.fate === 'gone' ||
    (replacement.isKept === true && other?.state === 'stopped');
  return isAway && !isOwedAStart(seen, replacement) ? abandoned(seen, replacement) : record;
}

function isHeldBy({ id }: Machine, { home }: Pick<Seen, 'home'>): boolean {
  return (
    home?.attachments.some(
      ({ instanceId, state }) =>
        instanceId === id && (state === 'attached' || state === 'attaching'),
    ) === true
  );
}

/** Whether the old machine was stopped for it, and nothing else would start it again. */
export function isOwedAStart(
  seen: Pick<Seen, 'machine' | 'spec' | 'record' | 'observed' | 'now'> & {
    readonly neighbours: Pick<Neighbours, 'overridesOf' | 'suspensionOf'>;
  },
  { wasOn }: Replacement,
): boolean {
  const { machine, spec, record, neighbours } = seen;
  if (!wasOn || machine === undefined || isOn(machine.state)) return false;
  if (spec.lifecycle === 'retired' || record.orphanedAt !== undefined) return false;
  const duty = dutyOf(seen);
  const isSuspended =
    spec.lifecycle === 'suspended' || neighbours.suspensionOf(record.name) !== undefined;
  return duty.enforced ? isSuspended && duty.state === 'running' : true;
}

/** All is as it was before, but for what is remembered of the attempt. */
function abandoned(seen: Seen, replacement: Replacement): DevInstanceRecord {
  const { record } = seen;
  const { snapshotId, snapshotAt, back, requestId } = replacement;
  // A rollback that came to nothing denies nothing: what it was to lead away from is still there.
  const denied = requestId === undefined ? record : forget(record, 'denial');
  const base = forget(denied, 'replacement', 'freshSnapshot');
  const left = record.step?.action.kind === 'detach-home' ? forget(base, 'step') : base;
  const fresh =
    snapshotId === undefined || snapshotAt === undefined || replacement.detachedAt !== undefined
      ? {}
      : { freshSnapshot: { snapshotId, at: snapshotAt } };
  const setback = setbackOf(replacement, seen.now);
  return {
    ...withSnapshot(left, replacement),
    ...fresh,
    ...(setback === undefined ? {} : { setback }),
    ...(requestId === undefined
      ? {}
      : {
          answered: {
            requestId,
            result: 'refused' as const,
            message: `it was given up: ${back?.reason ?? 'both machines are gone'}`,
          },
        }),
  };
}

/** A kept machine that is gone is kept no longer; nor is an answer once its request has ended. */
function foldKept({ record, kept, neighbours }: Seen): DevInstanceRecord {
  const { answered } = record;
  const isAnswered = answered !== undefined && !neighbours.isOpen(answered.requestId);
  const told = isAnswered ? forget(record, 'answered') : record;
  return kept.fate === 'gone' ? forget(told, 'kept') : told;
}
