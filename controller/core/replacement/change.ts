import type { EffectiveSpec } from '../desired.ts';
import { type Drift, findDrift } from '../drift.ts';
import { durationText } from '../plan/describe.ts';
import { change } from '../plan/finding.ts';
import type { Situation } from '../plan/situation.ts';
import type { Change } from '../plan/world.ts';
import type { DevInstanceRecord, MachineTarget, Replacement } from '../record.ts';
import { specChanges } from '../spec-changes.ts';
import { machineSpecOf } from './machine-spec.ts';
import { placeOf } from './revision.ts';

/** Where the machine differs from what it is to become. */
export function driftsTo(
  { machine, record, spec }: Pick<Situation, 'machine' | 'record' | 'spec'>,
  target: { readonly image: MachineTarget['image'] | undefined; readonly specHash: string },
): readonly Drift[] {
  if (machine === undefined) return [];
  const specDetail = specDetailOf(record, spec);
  return findDrift(machine, { ...target, ...(specDetail === undefined ? {} : { specDetail }) });
}

function specDetailOf({ madeFrom }: DevInstanceRecord, spec: EffectiveSpec): string | undefined {
  if (madeFrom === undefined) return undefined;
  const changes = specChanges(madeFrom, machineSpecOf(spec));
  return changes === '' ? undefined : changes;
}

/** A replacement as people are shown it: from what to what, what becomes of whom, and when. */
export function replaceChange(
  situation: Situation,
  { target, reasons }: Pick<Replacement, 'target' | 'reasons'>,
  when: Pick<Change, 'at' | 'note' | 'withheldBy'>,
): Change {
  const { record, spec, home, machine } = situation;
  const size = home === undefined ? '' : ` ${home.sizeGib} GiB`;
  const kept = durationText(spec.rollbackWindowMinutes);
  const isBack = reasons.includes('rollback');
  const goal = isBack ? 'moves back' : 'moves to the new machine';
  const way = isBack ? '' : `: devinstance rollback ${record.name} returns to it`;
  const details = [
    ...driftsTo(situation, target).map(({ detail }) => detail),
    ...folded(situation),
    `home ${record.homeId}${size} ${goal}, snapshotted first`,
    `old machine ${machine?.id ?? record.machineId} is kept stopped for ${kept}${way}`,
    `downtime ${downtime(situation, isBack)}`,
  ];
  const wave = placeOf(situation)?.wave;
  const turn = wave !== undefined && reasons.includes('ami_superseded') ? { wave } : {};
  return change(situation, 'replace', reasons, { details, ...when, ...turn });
}

function folded({ machine, spec }: Situation): readonly string[] {
  return machine === undefined || machine.type === spec.instanceType
    ? []
    : [`type ${machine.type} -> ${spec.instanceType}, folded into the same restart`];
}

/** What its owner notices. */
function downtime({ spec, duty, machine }: Situation, isNow: boolean): string {
  const { when } = spec.upgrade;
  const isOff = machine?.state === 'stopped' && duty.state === 'stopped';
  const isOffThen = isOff || (when === 'off-hours' && !isNow);
  return isOffThen && when !== 'next-start'
    ? 'none expected: it is off by then'
    : `up to ${durationText(spec.readyWithinMinutes)} expected`;
}
