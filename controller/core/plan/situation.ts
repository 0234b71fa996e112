import type {
  Duty,
  EffectiveSpec,
  FleetSettings,
  ResolvedChannel,
  ResolvedSchedule,
} from '../desired.ts';
import type { Instant } from '../instant.ts';
import type { Home, ImageReading, Machine, Observed } from '../observed.ts';
import type { DevInstanceRecord } from '../record.ts';
import { type Beside, findBeside } from '../replacement/beside.ts';
import type { RolloutPlace } from '../rollout/place.ts';
import { tagKeys } from '../tags.ts';
import type { Neighbours } from './neighbours.ts';

/** Why a DevInstance has the spec it has. */
export type Standing =
  /** A valid file asks for it. */
  | { readonly kind: 'wanted' }
  /** What git says of it is not followed (invalid, another owner, an interlock): the last effective spec stays. */
  | {
      readonly kind: 'kept';
      readonly reason:
        | 'InvalidSpec'
        | 'OwnerChanged'
        | 'InterlockDisrupted'
        | 'InterlockEmptySource';
      readonly message: string;
    }
  /** No file names it any more. */
  | { readonly kind: 'orphaned' };

/** All that the rules look at for one DevInstance that has a record. */
export interface Situation {
  readonly fleet: FleetSettings;
  readonly spec: EffectiveSpec;
  readonly standing: Standing;
  readonly record: DevInstanceRecord;
  /** The schedule that was in force until now, where git has just changed it. */
  readonly formerSchedule?: ResolvedSchedule;
  /** The current machine, unless it is terminated or gone. */
  readonly machine: Machine | undefined;
  /** What became of the machine that the record names, where there is no current one. */
  readonly former: 'none' | 'terminated' | 'absent' | 'unread';
  /** Another machine that carries the same uid, and that nothing accounts for. */
  readonly secondMachine: Machine | undefined;
  /** The machine that is to take the current one's place. */
  readonly successor: Beside;
  /** The machine that is kept from the last replacement. */
  readonly kept: Beside;
  readonly home: Home | undefined;
  readonly homeFate: 'none' | 'found' | 'absent' | 'unread';
  /** What git or the channel names now. */
  readonly image: ImageReading | undefined;
  readonly channel: ResolvedChannel | undefined;
  /** What its channel has for it, where that is not to be looked up among the neighbours. */
  readonly rollout?: RolloutPlace;
  /** What the schedule wants now. */
  readonly duty: Duty;
  /** What the other DevInstances and people's requests mean for this one. */
  readonly neighbours: Neighbours;
  readonly observed: Observed;
  readonly now: Instant;
}

/** Resources of one account, looked up by uid and by id. */
export interface ResourceIndex {
  readonly machinesByUid: ReadonlyMap<string, readonly Machine[]>;
  readonly machinesById: ReadonlyMap<string, Machine>;
  /** Made when it is first asked for: only a DevInstance without a home in its record needs it. */
  homesByUid(): ReadonlyMap<string, readonly Home[]>;
  readonly homesById: ReadonlyMap<string, Home>;
}

/** The same, looked up by the name in their tags: what a DevInstance without a record may adopt. */
export interface NameIndex {
  readonly machinesByName: ReadonlyMap<string, readonly Machine[]>;
  readonly homesByName: ReadonlyMap<string, readonly Home[]>;
}

function groupByTag<T extends { readonly tags: Readonly<Record<string, string>> }>(
  fleet: string,
  resources: readonly T[],
  key: string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const resource of resources) {
    const value = resource.tags[key];
    if (value === undefined || resource.tags[tagKeys.fleet] !== fleet) continue;
    const group = groups.get(value);
    if (group === undefined) groups.set(value, [resource]);
    else group.push(resource);
  }
  return groups;
}

function indexById<T extends { readonly id: string }>(resources: readonly T[]): Map<string, T> {
  const byId = new Map<string, T>();
  for (const resource of resources) byId.set(resource.id, resource);
  return byId;
}

/** Indexes what was observed; only what carries the fleet's tag is found by uid. */
export function indexResources(fleet: string, observed: Observed): ResourceIndex {
  let homesByUid: ReadonlyMap<string, readonly Home[]> | undefined;
  return {
    machinesByUid: groupByTag(fleet, observed.machines, tagKeys.uid),
    machinesById: indexById(observed.machines),
    homesByUid: () => {
      homesByUid ??= groupByTag(fleet, taggedHomes(observed), tagKeys.uid);
      return homesByUid;
    },
    homesById: indexById(observed.homes),
  };
}

/** Indexes by name what carries the fleet's tag. */
export function indexNames(fleet: string, observed: Observed): NameIndex {
  return {
    machinesByName: groupByTag(fleet, observed.machines, tagKeys.devInstance),
    homesByName: groupByTag(fleet, taggedHomes(observed), tagKeys.devInstance),
  };
}

function taggedHomes(observed: Observed): readonly Home[] {
  return observed.homes.filter((home) => home.tags[tagKeys.role] === 'home');
}

/** Whether git gave it up: nothing is made or attached for it any more. */
export function isLeaving({ standing, spec }: Pick<Situation, 'standing' | 'spec'>): boolean {
  return standing.kind === 'orphaned' || spec.lifecycle === 'retired';
}

/** Whether git or a person's command keeps the controller's hands off. */
export function isSuspended(situation: Pick<Situation, 'spec' | 'record' | 'neighbours'>): boolean {
  const { spec, record, neighbours } = situation;
  return spec.lifecycle === 'suspended' || neighbours.suspensionOf(record.name) !== undefined;
}

/** Whether an instance still exists as something that runs or can be started. */
export function isLive(machine: Machine): boolean {
  return machine.state !== 'terminated' && machine.state !== 'shutting-down';
}

/** Whether a volume's attachment to an instance holds, or is coming or going. */
export function holdsHome(machine: Machine, home: Home): boolean {
  return home.attachments.some(
    (attachment) => attachment.instanceId === machine.id && attachment.state !== 'detached',
  );
}

/**
 * The machine that holds the home is the current one; if none does, the older (decision 1). While
 * one is replaced, it stays the one that it was.
 */
export function currentFirst(
  machines: readonly Machine[],
  home: Home | undefined,
  replacedId?: string,
): readonly Machine[] {
  if (machines.length < 2) return machines;
  return [...machines].sort((a, b) => {
    if (a.id === replacedId || b.id === replacedId) return a.id === replacedId ? -1 : 1;
    if (home !== undefined && holdsHome(a, home) !== holdsHome(b, home)) {
      return holdsHome(a, home) ? -1 : 1;
    }
    return ordinalOf(a) - ordinalOf(b) || (a.id < b.id ? -1 : 1);
  });
}

/** The launch count in a machine's tag; 0 where a person removed or garbled it. */
export function ordinalOf(machine: Machine): number {
  const ordinal = Number(machine.tags[tagKeys.ordinal]);
  return Number.isInteger(ordinal) ? ordinal : 0;
}

/** Finds the record's machine and home in what was observed. */
export function findResources(
  record: DevInstanceRecord,
  index: ResourceIndex,
  observed: Observed,
  now: Instant,
): Found {
  const home = record.homeId === undefined ? undefined : index.homesById.get(record.homeId);
  const named =
    record.machineId === undefined ? undefined : index.machinesById.get(record.machineId);
  const byUid = index.machinesByUid.get(record.uid) ?? [];
  const all = named === undefined || byUid.includes(named) ? byUid : [...byUid, named];
  const besides = besidesOf(record, index, observed, now);
  const own = all.filter((one) => isLive(one) && isNeither(record, one));
  const [machine, secondMachine] = currentFirst(own, home, record.replacement?.oldId);
  return {
    machine,
    secondMachine,
    successor: besides.successor,
    kept: besides.kept,
    former: machine === undefined ? formerFate(record, named, observed) : 'none',
    home,
    homeFate: homeFate(record, home, observed),
  };
}

/** What is found in the account for one record. */
export type Found = Pick<
  Situation,
  'machine' | 'former' | 'secondMachine' | 'successor' | 'kept' | 'home' | 'homeFate'
>;

/** Whether a machine is neither on its way nor kept. */
function isNeither({ replacement, kept }: DevInstanceRecord, { id }: Machine): boolean {
  return id !== replacement?.newId && id !== kept?.machineId;
}

const nothingBeside: Pick<Situation, 'successor' | 'kept'> = {
  successor: { fate: 'none' },
  kept: { fate: 'none' },
};

function besidesOf(
  { replacement, kept }: DevInstanceRecord,
  index: ResourceIndex,
  observed: Observed,
  now: Instant,
): Pick<Situation, 'successor' | 'kept'> {
  if (replacement === undefined && kept === undefined) return nothingBeside;
  const find = (id: string | undefined, since: Instant | undefined, endedAt: Instant | undefined) =>
    findBeside({ id, since, endedAt }, { index, observed, now });
  return {
    successor: find(replacement?.newId, replacement?.launchedAt, replacement?.endedAt),
    kept: find(kept?.machineId, undefined, kept?.endedAt),
  };
}

function formerFate(
  record: DevInstanceRecord,
  named: Machine | undefined,
  observed: Observed,
): Situation['former'] {
  if (record.machineId === undefined) return 'none';
  if (named !== undefined) return 'terminated';
  return observed.absent.has(record.machineId) ? 'absent' : 'unread';
}

function homeFate(
  record: DevInstanceRecord,
  home: Home | undefined,
  observed: Observed,
): Situation['homeFate'] {
  if (record.homeId === undefined) return 'none';
  if (home !== undefined) return 'found';
  return observed.absent.has(record.homeId) ? 'absent' : 'unread';
}

/** Whether a listing that creates and destruction depend on failed or was partial (decision 3). */
export function isUnread(observed: Observed, what: 'machines' | 'homes'): boolean {
  return observed.failures.some((failure) => failure.what === what);
}
