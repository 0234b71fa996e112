import type { Instant } from '../instant.ts';
import type { Home, Snapshot } from '../observed.ts';
import type { DevInstanceRecord } from '../record.ts';
import { tagKeys } from '../tags.ts';
import type { World } from './world.ts';

/** One home as `home list` shows it: also a lost one, and one that nobody holds any more. */
export interface HomeRow {
  /** The DevInstance by the ledger, else by the volume's tag. */
  readonly name: string;
  readonly owner: string;
  readonly homeId: string;
  /** As EC2 says; `missing` where it was asked for by id and is not there, `unread` where nobody knows. */
  readonly state: string;
  /** `active`, `orphaned`, `released` or `restoring`. */
  readonly phase: string;
  readonly sizeGib?: number;
  readonly az?: string;
  /** The machine it is attached to. */
  readonly machineId?: string;
  /** Complete ones. */
  readonly snapshots: number;
  readonly latest?: { readonly id: string; readonly at: Instant };
  /** What people asked for with homes and is not done yet. */
  readonly requests: readonly ('snapshot-home' | 'restore-home')[];
}

/** All homes of a fleet by name, with the snapshots that carry its tag. */
export function homeRows(world: World, snapshots: readonly Snapshot[]): readonly HomeRow[] {
  const { observed, records, desired } = world;
  const ofFleet = observed.homes.filter(
    ({ tags }) => tags[tagKeys.fleet] === desired.fleet.name && tags[tagKeys.role] === 'home',
  );
  const holders = new Map([...records.values()].map((record) => [record.homeId, record.name]));
  const rows = ofFleet.map((home) => rowOf(home, holders.get(home.id), world, snapshots));
  const there = new Set(ofFleet.map(({ id }) => id));
  const lost = [...records.values()].flatMap(({ name, owner, homeId }): readonly HomeRow[] => {
    if (homeId === undefined || there.has(homeId)) return [];
    const state = observed.absent.has(homeId) ? 'missing' : 'unread';
    const rest = { requests: requestsOf(world, name), ...snapshotFacts(homeId, snapshots) };
    return [{ name, owner, homeId, state, phase: 'active', ...rest }];
  });
  return [...rows, ...lost].sort((a, b) => compare(a.name, b.name) || compare(a.homeId, b.homeId));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function rowOf(
  home: Home,
  holder: string | undefined,
  world: World,
  snapshots: readonly Snapshot[],
): HomeRow {
  const { id, tags, state, sizeGib, az } = home;
  const name = holder ?? tags[tagKeys.devInstance] ?? '';
  const machineId = home.attachments.find((each) => each.state !== 'detached')?.instanceId;
  return {
    name,
    owner: tags[tagKeys.owner] ?? '',
    homeId: id,
    state,
    phase: tags[tagKeys.phase] ?? 'active',
    sizeGib,
    az,
    ...(machineId === undefined ? {} : { machineId }),
    requests: holder === undefined ? [] : requestsOf(world, name),
    ...snapshotFacts(id, snapshots),
  };
}

function requestsOf({ requests, now }: World, name: string) {
  return requests
    .filter((request) => request.name === name && request.expiresAt > now)
    .map(({ work }) => work.kind)
    .filter((kind) => kind === 'snapshot-home' || kind === 'restore-home');
}

function snapshotFacts(homeId: string, snapshots: readonly Snapshot[]) {
  const complete = newestFirst(snapshots.filter(({ volumeId }) => volumeId === homeId));
  const [newest] = complete;
  return {
    snapshots: complete.length,
    ...(newest === undefined ? {} : { latest: { id: newest.id, at: newest.startedAt } }),
  };
}

/** The complete snapshots of a DevInstance's home, also of those it had before, newest first. */
export function completeSnapshotsOf(
  { homeId, uid }: Pick<DevInstanceRecord, 'homeId' | 'uid'>,
  snapshots: readonly Snapshot[],
): readonly Snapshot[] {
  return newestFirst(
    snapshots.filter(({ volumeId, tags }) => volumeId === homeId || tags[tagKeys.uid] === uid),
  );
}

function newestFirst(snapshots: readonly Snapshot[]): readonly Snapshot[] {
  return snapshots
    .filter(({ state }) => state === 'completed')
    .sort((a, b) => compare(b.startedAt, a.startedAt) || compare(a.id, b.id));
}
