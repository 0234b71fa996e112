import type { Action } from '../action.ts';
import { disruptedInterlock, emptySourceInterlock, unhealthyInterlock } from '../guard.ts';
import { earliest } from '../instant.ts';
import type { DevInstanceRecord } from '../record.ts';
import { type ChannelParts, channelParts } from '../rollout/channel-parts.ts';
import { type ChannelOutlook, channelOutlooks } from '../rollout/outlook.ts';
import { bindName, type FirstVerdict, firstRecord } from './binding.ts';
import { homeHints } from './home-hints.ts';
import { type Neighbours, neighboursOf } from './neighbours.ts';
import {
  indexNames,
  indexResources,
  type NameIndex,
  type ResourceIndex,
  type Situation,
} from './situation.ts';
import { type Surroundings, situationOf } from './situations.ts';
import { overdueEndings, requestsInForce } from './standing-requests.ts';
import { type Verdict, verdictOn, withhold } from './verdict.ts';
import type { Hold, Interlock, Plan, Transition, World } from './world.ts';

/** The order in which a pass performs: homes back, requests, starts, stops, the rest (decision 14). */
const performOrder: readonly Action['kind'][] = [
  'protect-home',
  'attach-home',
  'snapshot-home',
  'restore-home',
  'adopt-home',
  'start',
  'stop',
  'detach-home',
  'set-type',
  'tag',
  'modify-home',
  'create-home',
  'launch',
  'terminate',
  'delete-snapshot',
];

interface Part {
  readonly record: DevInstanceRecord;
  readonly stored: DevInstanceRecord;
  readonly verdict: Verdict;
  readonly actsOn: boolean;
}

/**
 * What to do now, for people and for the pass alike. Pure and total: equal worlds give equal plans,
 * and where a DevInstance cannot be planned it is held with `PlanFailed` and the others go on.
 */
export function makePlan(world: World): Plan {
  const index = indexResources(world.desired.fleet.name, world.observed);
  // An empty source is no orphaning of many: its remedy is another.
  const brake = emptySourceInterlock(world) ?? disruptedInterlock(world);
  const brakes = brake === undefined ? [] : [brake];
  // Where a rollout stands follows from all situations, and each looks it up when it is judged.
  const outlooks = new Map<string, ChannelOutlook>();
  const neighbours = neighboursOf(world, brake, outlooks);
  const failed: Hold[] = [];
  const situations = [...world.records.values()].sort(byName).flatMap((stored) =>
    guarded(failed, stored.name, () => ({
      stored,
      situation: situationOf(world, stored, { index, neighbours }, brake),
    })),
  );
  const all = situations.map(({ situation }) => situation);
  const isTakingPart = ({ spec }: Situation) =>
    !isFleetActedOn(world) || isActedOn(world, spec.labels);
  for (const [name, outlook] of channelOutlooks(world, all, isTakingPart)) {
    outlooks.set(name, outlook);
  }
  const unhealthy = unhealthyInterlock(world, all);
  const interlocks = unhealthy === undefined ? brakes : [...brakes, unhealthy];
  const parts = situations.flatMap(({ stored, situation }) =>
    guarded(failed, stored.name, () => partOf(world, stored, situation, interlocks)),
  );
  // Names that stand alone where all others vanished may be those of another fleet.
  const stranger = brake?.reason === 'InterlockEmptySource' ? brake.reason : undefined;
  const first = firstVerdicts(world, { index, neighbours }, { failed, stranger });
  const channels = channelParts(world, outlooks, all, brake);
  return assemble(world, { parts, first, failed, interlocks, channels });
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** Runs one DevInstance's part; what it throws becomes a hold on that DevInstance alone. */
function guarded<T>(failed: Hold[], name: string, part: () => T): readonly T[] {
  try {
    return [part()];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const remedy = 'this is a defect of the controller: please report it';
    failed.push({ name, reason: 'PlanFailed', message, remedy });
    return [];
  }
}

function partOf(
  world: World,
  stored: DevInstanceRecord,
  situation: Situation,
  interlocks: readonly Interlock[],
): Part {
  const actsOn = isActedOn(world, situation.spec.labels);
  const verdict = verdictOn(situation, actsOn ? interlocks : []);
  return {
    stored,
    record: verdict.record,
    actsOn,
    verdict: actsOn
      ? verdict
      : {
          ...verdict,
          action: undefined,
          endings: [],
          notice: undefined,
          changes: withhold(verdict.changes, 'ObserveMode'),
        },
  };
}

/** Whether the fleet is acted on at all, whoever is left out. */
function isFleetActedOn({ observeOnly, desired }: World): boolean {
  return !observeOnly && desired.fleet.mode !== 'observe';
}

/** Observe mode, the command line and `enforceFor` can each keep the controller's hands still. */
export function isActedOn(world: World, labels: Readonly<Record<string, string>>): boolean {
  if (!isFleetActedOn(world)) return false;
  const { enforceFor } = world.desired.fleet;
  return Object.entries(enforceFor ?? {}).every(([key, value]) => labels[key] === value);
}

function firstVerdicts(
  world: World,
  known: Surroundings,
  { failed, stranger }: { readonly failed: Hold[]; readonly stranger: string | undefined },
): readonly FirstVerdict[] {
  const { desired, observed, records } = world;
  const newcomers = [...desired.devInstances.values()].filter(({ name }) => !records.has(name));
  if (newcomers.length === 0) return [];
  const index = { ...known.index, ...indexNames(desired.fleet.name, observed) };
  return newcomers.sort(byName).flatMap((spec) =>
    guarded(failed, spec.name, () => {
      const verdict = foresee(world, bindName(world, spec, index), { ...known, index });
      const withheldBy = isActedOn(world, spec.labels) ? stranger : 'ObserveMode';
      return withheldBy === undefined
        ? verdict
        : { ...verdict, binding: undefined, changes: withhold(verdict.changes, withheldBy) };
    }),
  );
}

/** A newcomer with what its first pass will find, under a uid that never leaves this plan. */
function foresee(
  world: World,
  first: FirstVerdict,
  known: { readonly index: ResourceIndex & NameIndex; readonly neighbours: Neighbours },
): FirstVerdict {
  const { index } = known;
  const { binding } = first;
  if (binding === undefined) return first;
  const record = firstRecord(binding, () => 'to-be-minted', world.now);
  const ahead = verdictOn(situationOf(world, record, known, undefined), []);
  const hints = homeHints(world, binding.effective, index);
  const changes = ahead.changes.map((change) =>
    change.kind === 'create' ? { ...change, details: [...change.details, ...hints] } : change,
  );
  return {
    binding,
    changes: binding.adopt === undefined ? changes : [...first.changes, ...changes],
    holds: ahead.holds,
    status: { ...ahead.status, sync: 'OutOfSync', phase: 'New' },
  };
}

/** A retirement that is complete and whose tombstone is gone leaves nothing to look at. */
function isShown({ record }: Part): boolean {
  return record.retirement?.isComplete !== true || record.orphanedAt === undefined;
}

/** Invalid files of names that never existed: nothing is made, and the reason is said. */
function invalidNewcomers(world: World): readonly Hold[] {
  return [...world.desired.invalid]
    .filter(([name]) => !world.records.has(name))
    .map(([name, message]) => ({
      name,
      reason: 'InvalidSpec' as const,
      message,
      remedy: 'mend the file; nothing is made from an invalid one',
    }))
    .sort(byName);
}

function assemble(
  world: World,
  from: {
    readonly parts: readonly Part[];
    readonly first: readonly FirstVerdict[];
    readonly failed: readonly Hold[];
    readonly interlocks: readonly Interlock[];
    readonly channels: ChannelParts;
  },
): Plan {
  const { parts, first, failed, interlocks, channels } = from;
  const verdicts = parts.map((part) => part.verdict);
  const wakeAt = earliest([...verdicts.map((verdict) => verdict.wakeAt), channels.wakeAt]);
  return {
    changes: [...verdicts, ...first].flatMap((verdict) => verdict.changes).sort(byName),
    holds: [
      ...[...verdicts, ...first].flatMap((verdict) => verdict.holds),
      ...invalidNewcomers(world),
      ...failed,
    ].sort(byName),
    interlocks,
    bindings: first.map((verdict) => verdict.binding).filter((binding) => binding !== undefined),
    memos: parts
      .filter((part) => part.actsOn && part.record !== part.stored)
      .map((part) => part.record),
    channelMemos: channels.memos,
    channelNews: channels.news,
    channelActions: channels.actions,
    rollouts: channels.rollouts,
    actions: verdicts
      .map((verdict) => verdict.action)
      .filter((action) => action !== undefined)
      .sort((a, b) => performOrder.indexOf(a.kind) - performOrder.indexOf(b.kind) || byName(a, b)),
    endings: [
      ...verdicts.flatMap(({ endings }) => endings),
      ...channels.endings,
      ...overdueEndings(world),
    ],
    notices: verdicts.flatMap(({ notice }) => notice ?? []),
    inForce: requestsInForce(world),
    waiting: verdicts.flatMap(({ waiting, status }) =>
      waiting === undefined ? [] : [{ name: status.name, what: waiting }],
    ),
    transitions: verdicts
      .map((verdict) => verdict.transition)
      .filter((transition): transition is Transition => transition !== undefined)
      .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : byName(a, b))),
    statuses: [...parts.filter(isShown).map(({ verdict }) => verdict), ...first]
      .map((verdict) => verdict.status)
      .sort(byName),
    ...(wakeAt === undefined ? {} : { wakeAt }),
  };
}
