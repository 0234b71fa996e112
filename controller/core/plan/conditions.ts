import type { Action } from '../action.ts';
import type { Instant } from '../instant.ts';
import {
  type Condition,
  type ConditionType,
  type Finding,
  isFalse,
  isTrue,
  isUnknown,
} from './condition.ts';
import type { Inspection } from './inspect.ts';
import { imageKey } from './launch.ts';
import { homeAttached, homeReady, launched, reachable, stopped } from './machine-conditions.ts';
import { isActedOn } from './make-plan.ts';
import type { Situation } from './situation.ts';

/** Total: every kind of action says whether it takes the machine from its owner. */
export const isDisruptive: Readonly<Record<Action['kind'], boolean>> = {
  launch: false,
  'create-home': false,
  'attach-home': false,
  'protect-home': false,
  'adopt-home': false,
  'snapshot-home': false,
  'restore-home': false,
  'detach-home': true,
  terminate: true,
  'delete-snapshot': false,
  tag: false,
  start: false,
  stop: true,
  'set-type': true,
  'modify-home': false,
};

/**
 * The conditions of one DevInstance. `Ready` is the machine's: it has its home and answers; an
 * invalid file or a missing image makes no machine unready that runs on what it has.
 */
export function conditionsOf(inspection: Inspection): readonly Condition[] {
  const { situation } = inspection;
  const parts: readonly (readonly [ConditionType, Finding])[] = [
    ['HomeReady', ofSituation(inspection, homeReady)],
    ['Launched', ofSituation(inspection, launched)],
    ['HomeAttached', ofSituation(inspection, homeAttached)],
    ['Reachable', ofSituation(inspection, reachable)],
  ];
  const all: readonly (readonly [ConditionType, Finding])[] = [
    [
      'Ready',
      ready(
        parts.map(([, finding]) => finding),
        situation,
      ),
    ],
    ['SpecValid', specValid(inspection)],
    ['ImageResolved', imageResolved(inspection)],
    ...parts,
    ['Drifted', drifted(inspection)],
    ['Disrupting', ofSituation(inspection, disrupting)],
    ['Stopped', ofSituation(inspection, stopped)],
    ['Paused', paused(inspection)],
    ['Terminating', terminating(inspection)],
  ];
  return all.map(([type, finding]) => ({ type, ...finding }));
}

/** Without a situation nothing was looked at for it: the hold says why. */
function ofSituation(inspection: Inspection, judge: (situation: Situation) => Finding): Finding {
  const { situation, holds } = inspection;
  if (situation !== undefined) return judge(situation);
  const [held] = holds;
  return held === undefined
    ? isUnknown('NotBound', 'no pass has seen it yet')
    : isUnknown(held.reason, held.message);
}

/** The first that is false decides, then the first that is not known. */
function ready(parts: readonly Finding[], situation: Situation | undefined): Finding {
  const since = situation?.record.becomingReadySince;
  const missing =
    parts.find(({ status }) => status === 'False') ??
    parts.find(({ status }) => status === 'Unknown');
  if (missing === undefined) return isTrue('Ready', 'its machine has its home and answers');
  const { reason, message } = missing;
  return missing.status === 'False' ? isFalse(reason, message, since) : isUnknown(reason, message);
}

function heldSince({ record }: Inspection, reason: string): Instant | undefined {
  return record?.holds?.find((held) => held.reason === reason)?.since;
}

function specValid(inspection: Inspection): Finding {
  const { name, world, situation, record } = inspection;
  const { invalid, incomplete, devInstances } = world.desired;
  const problem = invalid.get(name);
  if (problem !== undefined) {
    return isFalse('InvalidSpec', problem, heldSince(inspection, 'InvalidSpec'));
  }
  const standing = situation?.standing;
  if (standing?.kind === 'kept') {
    const { reason, message } = standing;
    return reason === 'OwnerChanged'
      ? isFalse(reason, message, heldSince(inspection, reason))
      : isUnknown(reason, message);
  }
  if (devInstances.has(name)) return isTrue('Valid', 'its file and what it refers to are valid');
  if (incomplete !== undefined) return isUnknown('SourceIncomplete', incomplete);
  const message = 'no file names it any more: its last valid spec counts';
  return isUnknown('FileRemoved', message, record?.orphanedAt);
}

function imageResolved({ world, spec }: Inspection): Finding {
  const failure = world.observed.failures.find(({ what }) => what === 'images');
  if (spec === undefined) return isUnknown('InvalidSpec', 'no valid spec names an image');
  const image = world.observed.images.get(imageKey(spec));
  if (image?.usable) return isTrue('Resolved', `${image.imageId} (${image.imageName})`);
  if (failure !== undefined) return isUnknown('ReadFailed', failure.message);
  if (image === undefined) return isUnknown('NotRead', 'its image was not read');
  return isFalse('ImageUnusable', image.reason);
}

function drifted(inspection: Inspection): Finding {
  const { situation, changes, holds } = inspection;
  const open = changes.filter(({ kind }) => kind === 'change' || kind === 'replace');
  if (open.length > 0) {
    const held = holds.find(({ reason }) => open.some(({ withheldBy }) => withheldBy === reason));
    const message = open.flatMap(({ details }) => details).join('; ');
    return held === undefined
      ? isTrue('ChangesPending', message)
      : isTrue(held.reason, message, heldSince(inspection, held.reason));
  }
  return ofSituation(inspection, (known) => {
    const { machine, home, image } = known;
    if (machine === undefined || home === undefined) {
      const missing = machine === undefined ? launched(known) : homeReady(known);
      const { status, reason, message } = missing;
      return status === 'Unknown' ? isUnknown(reason, message) : isFalse(reason, message);
    }
    if (image?.usable !== true) {
      return isUnknown('ImageNotResolved', 'what its image should be is not known');
    }
    return situation?.standing.kind === 'orphaned'
      ? isFalse('FileRemoved', 'no spec asks for anything')
      : isFalse('AsSpecified', 'machine and home are as its spec says');
  });
}

function disrupting({ record, machine, former }: Situation): Finding {
  const step = record.step;
  if (step !== undefined && isDisruptive[step.action.kind]) {
    return isTrue('StepUnderWay', `${step.action.kind} was begun`, step.at);
  }
  const { replacement } = record;
  if (replacement !== undefined) {
    const what = replacement.back === undefined ? 'is being replaced' : 'gets home and duty back';
    return isTrue('Replacing', `${replacement.oldId} ${what}`, replacement.since);
  }
  if (machine === undefined && former === 'unread') {
    return isUnknown('ReadFailed', 'machines could not be read');
  }
  return machine?.state === 'stopping'
    ? isTrue('Stopping', `${machine.id} is stopping`)
    : isFalse('NothingUnderWay', 'no step takes the machine from its owner');
}

function paused(inspection: Inspection): Finding {
  const { spec, world } = inspection;
  if (spec?.lifecycle === 'suspended') {
    const since = heldSince(inspection, 'Suspended');
    return isTrue('Suspended', 'its spec says lifecycle: suspended', since);
  }
  const asked = inspection.situation?.neighbours.suspensionOf(inspection.name);
  if (asked !== undefined) {
    return isTrue('Suspended', `${asked.actor} suspended it: ${asked.reason}`, asked.at);
  }
  if (world.desired.fleet.mode === 'observe') {
    return isTrue('ObserveMode', 'the Fleet is in mode: observe');
  }
  if (spec !== undefined && !isActedOn(world, spec.labels)) {
    return isTrue('NotEnforced', 'the Fleet’s enforceFor leaves it out');
  }
  return isFalse('Active', 'it is acted on');
}

function terminating({ spec, situation }: Inspection): Finding {
  if (situation?.record.retirement?.isComplete) {
    return isFalse('Retired', 'its machine is gone; its home is kept and released');
  }
  return spec?.lifecycle === 'retired'
    ? isTrue('Retired', 'its spec says lifecycle: retired; its home is kept')
    : isFalse('NotRetired', 'nothing asks for its end');
}
