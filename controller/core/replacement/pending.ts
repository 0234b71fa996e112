import { minuteMs } from '../instant.ts';
import type { Machine } from '../observed.ts';
import { isBeingCreated } from '../plan/creating.ts';
import { isSuspended, type Situation } from '../plan/situation.ts';
import type { KeptMachine, MachineTarget, Replacement } from '../record.ts';
import { specHash } from '../spec-hash.ts';
import { tagKeys } from '../tags.ts';
import { machineOf } from './beside.ts';
import { driftsTo } from './change.ts';
import { type Moment, momentOf, urgentMoment } from './moment.ts';
import { pinned, placeOf, type Revision, wantedHash, wantedRevision } from './revision.ts';

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

/** The kept machine, where it is just what git asks for again: no other one need be launched. */
export function keptAgain({ record, kept, spec }: Situation, { target }: Pending) {
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
