import type { EffectiveSpec } from '../desired.ts';
import type { Observed } from '../observed.ts';
import type { DevInstanceRecord } from '../record.ts';
import { foldReplacement } from '../replacement/fold-replacement.ts';
import { isSameData } from '../same-data.ts';
import { dutyOf, foldAsked, foldOff } from './duty.ts';
import { foldDeadLaunch, foldHome, foldReadiness, foldStep } from './fold.ts';
import { foldLostHome, foldRequests, foldRetirement } from './fold-home.ts';
import { foldMachinePower } from './fold-power.ts';
import { imageKey } from './launch.ts';
import { forget, keepRetries } from './memory.ts';
import type { Neighbours } from './neighbours.ts';
import { isReady } from './ready.ts';
import { findResources, type ResourceIndex, type Situation, type Standing } from './situation.ts';
import { standingOf } from './standing.ts';
import type { Interlock, World } from './world.ts';

function specInForce(world: World, record: DevInstanceRecord, standing: Standing): EffectiveSpec {
  const wanted = world.desired.devInstances.get(record.name);
  return standing.kind === 'wanted' && wanted !== undefined ? wanted : record.effective;
}

/** The record with what git says now: its spec, and whether a file names it. */
function foldStanding(
  record: DevInstanceRecord,
  spec: EffectiveSpec,
  standing: Standing,
  now: string,
): DevInstanceRecord {
  if (standing.kind === 'orphaned') {
    return record.orphanedAt === undefined ? { ...record, orphanedAt: now } : record;
  }
  const present = record.orphanedAt === undefined ? record : forget(record, 'orphanedAt');
  return isSameData(present.effective, spec)
    ? present
    : { ...withoutTypeRefusal(present, spec), effective: spec };
}

/** A type that was refused is no word about another one. */
function withoutTypeRefusal(record: DevInstanceRecord, spec: EffectiveSpec): DevInstanceRecord {
  const isSameType = record.effective.instanceType === spec.instanceType;
  return keepRetries(record, ({ actionKind }) => isSameType || actionKind !== 'set-type');
}

/** Whether a machine may look unready only because a part of the account could not be read. */
function isReadinessUnread({ failures }: Observed): boolean {
  return failures.some(({ what }) => what === 'checks' || what === 'reports' || what === 'homes');
}

/** Whether a replacement is nowhere in sight: so it is for most machines, in every plan. */
function isUntouched({ replacement, kept, answered }: DevInstanceRecord): boolean {
  return replacement === undefined && kept === undefined && answered === undefined;
}

/** What a DevInstance is looked up in. */
export interface Surroundings {
  readonly index: ResourceIndex;
  readonly neighbours: Neighbours;
}

/** Everything the rules need of one recorded DevInstance, its record brought up to date. */
export function situationOf(
  world: World,
  stored: DevInstanceRecord,
  { index, neighbours }: Surroundings,
  brake: Interlock | undefined,
): Situation {
  const { observed, now, desired } = world;
  const fleet = desired.fleet;
  const standing = standingOf(world, stored, brake);
  const spec = specInForce(world, stored, standing);
  const stepped = foldStep(fleet.name, stored, index, now);
  const noted = foldHome(
    fleet.name,
    foldDeadLaunch(foldStanding(stepped, spec, standing, now), index, now),
    index,
    now,
  );
  const own = foldLostHome(foldRequests(noted, neighbours, world), index, neighbours);
  const first = findResources(own, index, observed, now);
  const kept = isUntouched(own)
    ? own
    : foldReplacement({ ...first, record: own, spec, neighbours, observed, now });
  const found = kept === own ? first : findResources(kept, index, observed, now);
  const retiring = foldRetirement(kept, { spec, standing, ...found, observed, now });
  const overrides = neighbours.overridesOf(kept.name);
  const powered = foldMachinePower(retiring, found.machine, { overrides, now });
  const ready = isReady(found.machine, found.home, observed, powered.formerBootId);
  const bootId = found.machine && observed.reports?.get(found.machine.id)?.bootId;
  const known =
    ready || !isReadinessUnread(observed)
      ? foldReadiness(powered, found.machine, { isReady: ready, bootId }, now)
      : powered;
  const image = observed.images.get(imageKey(spec));
  const channel = 'channel' in spec.image ? desired.channels.get(spec.image.channel) : undefined;
  const grounds = { record: known, spec, neighbours, observed, now };
  const duty = dutyOf(grounds);
  const record = foldOff(foldAsked(known, duty, grounds), duty, found);
  const former =
    record.effective === stored.effective ||
    isSameData(record.effective.schedule, stored.effective.schedule)
      ? {}
      : { formerSchedule: stored.effective.schedule };
  return {
    fleet,
    spec,
    standing,
    record,
    ...former,
    ...found,
    image,
    channel,
    duty,
    neighbours,
    observed,
    now,
  };
}
