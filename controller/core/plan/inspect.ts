import type { EffectiveSpec } from '../desired.ts';
import type { DevInstanceRecord } from '../record.ts';
import { everyName, type LedgerRequest } from '../request.ts';
import { placesIn } from '../rollout/place.ts';
import { firstRecord } from './binding.ts';
import { neighboursOf, type RolloutPlaces } from './neighbours.ts';
import { indexResources, type Situation } from './situation.ts';
import { type Surroundings, situationOf } from './situations.ts';
import type { Change, Hold, Interlock, Plan, Status, Transition, World } from './world.ts';

/** All that is known of one DevInstance, for people who look at it alone. */
export interface Inspection {
  readonly name: string;
  readonly world: World;
  /** The spec in force; undefined for an invalid file of a name that never had a valid one. */
  readonly spec: EffectiveSpec | undefined;
  /** As the ledger has it, with what is observed noted; undefined before its first pass. */
  readonly record: DevInstanceRecord | undefined;
  /** Undefined where nothing is bound to the name yet, or where it could not be planned. */
  readonly situation: Situation | undefined;
  readonly status: Status | undefined;
  readonly changes: readonly Change[];
  readonly holds: readonly Hold[];
  readonly waiting: string | undefined;
  readonly transition: Transition | undefined;
  /** What people asked for that is in force for it, or for all. */
  readonly inForce: readonly LedgerRequest[];
}

/** The names of all DevInstances: in the specs, valid or not, or in the ledger. */
export function knownNames({ desired, records }: World): readonly string[] {
  const { devInstances, invalid } = desired;
  return [...new Set([...devInstances.keys(), ...invalid.keys(), ...records.keys()])].sort();
}

/** What the world and its plan say of the named DevInstances, which are known. */
export function inspect(world: World, plan: Plan, names: readonly string[]): readonly Inspection[] {
  const brake = plan.interlocks.find(({ reason }) => reason !== 'InterlockUnhealthy');
  const index = indexResources(world.desired.fleet.name, world.observed);
  const surroundings = { index, neighbours: neighboursOf(world, brake, placesOf(world, plan)) };
  return names.map((name) => {
    const isItsOwn = (item: { readonly name: string }) => item.name === name;
    const holds = plan.holds.filter(isItsOwn);
    const situation = situationFor(world, plan, name, { surroundings, brake });
    const stored = world.records.get(name);
    const record = stored && (situation?.record ?? stored);
    return {
      name,
      world,
      spec: situation?.spec ?? world.desired.devInstances.get(name) ?? record?.effective,
      record,
      situation,
      status: plan.statuses.find(isItsOwn),
      changes: plan.changes.filter(isItsOwn),
      holds,
      waiting: plan.waiting.find(isItsOwn)?.what,
      transition: plan.transitions.find(isItsOwn),
      inForce: plan.inForce.filter((asked) => isItsOwn(asked) || asked.name === everyName),
    };
  });
}

/** The situation that the plan was made from; that of a newcomer is foreseen as the plan does. */
function situationFor(
  world: World,
  plan: Plan,
  name: string,
  {
    surroundings,
    brake,
  }: { readonly surroundings: Surroundings; readonly brake: Interlock | undefined },
): Situation | undefined {
  // What threw once would throw again.
  if (plan.holds.some((held) => held.name === name && held.reason === 'PlanFailed')) {
    return undefined;
  }
  const record = world.records.get(name) ?? foreseenRecord(world, plan, name);
  if (record === undefined) return undefined;
  return situationOf(world, record, surroundings, brake);
}

/** Where the rollouts that the plan shows have their machines; nobody is to begin here. */
function placesOf({ desired }: World, { rollouts }: Plan): RolloutPlaces {
  return new Map(
    rollouts.flatMap(({ channel: name, record }) => {
      const channel = desired.channels.get(name);
      const starters = new Set<string>();
      return channel === undefined
        ? []
        : [[name, { placeOf: placesIn({ channel, record, starters }) }] as const];
    }),
  );
}

function foreseenRecord(world: World, plan: Plan, name: string): DevInstanceRecord | undefined {
  const binding = plan.bindings.find((candidate) => candidate.name === name);
  return binding && firstRecord(binding, () => 'to-be-minted', world.now);
}
