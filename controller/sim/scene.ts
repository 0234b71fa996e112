import { createHash } from 'node:crypto';
import type { AccountState, Actor, Violation } from './state.ts';

/** How long things take, in milliseconds of virtual time. */
export interface Delays {
  /** pending to running. */
  readonly launchMs: number;
  /** running to both status checks ok. */
  readonly checksMs: number;
  readonly stopMs: number;
  readonly terminateMs: number;
  /** How long a terminated instance is still listed. */
  readonly terminatedVisibleMs: number;
  /** How long a terminated instance keeps its tags. */
  readonly terminatedTagsMs: number;
  readonly createVolumeMs: number;
  /** `deleting`, until the volume is gone. */
  readonly deleteVolumeMs: number;
  readonly attachMs: number;
  readonly detachMs: number;
  /** ModifyVolume until the new size is usable. */
  readonly modifyMs: number;
  readonly optimizePerGibMs: number;
  readonly snapshotMs: number;
  /** running to the host's first word of this boot, `booting`; at the latest it is up by then. */
  readonly firstWordMs: number;
  /** running to the operating system being up. */
  readonly bootMs: number;
  readonly mountMs: number;
  readonly formatMs: number;
  /** From the mounted home to ready. */
  readonly readyMs: number;
  /** From a create call until a read by id finds the resource. */
  readonly readLagMs: number;
  /** From a create call until listings have it. */
  readonly listLagMs: number;
  /** From a create or tag call until tag filters see the tags. */
  readonly tagLagMs: number;
  /** From a create call until other calls take the id. */
  readonly changeLagMs: number;
}

/** Ordinary durations. AWS publishes none; the order of magnitude is what matters. */
export const usualDelays: Delays = {
  launchMs: 20_000,
  checksMs: 90_000,
  stopMs: 40_000,
  terminateMs: 30_000,
  terminatedVisibleMs: 3_600_000,
  terminatedTagsMs: 600_000,
  createVolumeMs: 3_000,
  deleteVolumeMs: 2_000,
  attachMs: 2_000,
  detachMs: 3_000,
  modifyMs: 5_000,
  optimizePerGibMs: 20_000,
  snapshotMs: 60_000,
  firstWordMs: 5_000,
  bootMs: 15_000,
  mountMs: 2_000,
  formatMs: 5_000,
  readyMs: 5_000,
  readLagMs: 0,
  listLagMs: 0,
  tagLagMs: 0,
  changeLagMs: 0,
};

/**
 * EC2 on a bad day: its parts learn of a new resource one after another (EVC: seconds to minutes;
 * tag filters last, and a change may still be refused when a read already succeeds).
 */
export const laggy: Partial<Delays> = {
  readLagMs: 2_000,
  listLagMs: 5_000,
  tagLagMs: 15_000,
  changeLagMs: 4_000,
};

/** Behaviour that AWS shows at times: set for one account object, not stored. */
export interface Quirks {
  /** Ids that listings leave out although a read by id finds them. */
  readonly hidden: Set<string>;
  /** A token used again with other parameters is answered with the old result, not refused. */
  answersChangedTokens: boolean;
  /** Cuts listings unevenly and shuffles them, by this seed. */
  roughPages: string | undefined;
  /** Whether calls beyond EC2's rates are refused. */
  throttles: boolean;
}

/** What a handler works on: the account, the virtual now, and who is calling. */
export interface Scene {
  readonly state: AccountState;
  /** Milliseconds since the epoch, virtual. */
  readonly now: number;
  readonly delays: Delays;
  readonly actor: Actor;
  /** A resource may be known to reads and not yet, or no longer, to changes. */
  readonly intent: 'read' | 'change';
  /** What AWS does differently for this account object. */
  readonly quirks: Quirks;
  /** The page a listing without MaxResults is cut into. */
  readonly pageSize: number;
  /** Tells the ghost of something that only the account itself can see. */
  readonly note: (rule: Violation['rule'], message: string) => void;
  /** Lets the call fail although what it has done so far stays. */
  readonly failLate: (error: Error) => void;
}

/** The end of what is stuck: the last instant of dates, less what may be added to it. */
export const never = 8.64e15 - 1e9;

/** The next id with that prefix, `i-0…`: equal histories give equal ids. */
export function mintId(scene: Scene, prefix: string): string {
  const { state } = scene;
  state.sequence += 1;
  return idOf(prefix, `${state.account}/${state.region}/${state.sequence}`);
}

/** An id of AWS's long form that only depends on the text. */
export function idOf(prefix: string, text: string): string {
  const hash = createHash('sha256').update(`${prefix}/${text}`).digest('hex');
  return `${prefix}-0${hash.slice(0, 16)}`;
}

/** A short text that is equal for equal parameters, whatever the order of their keys. */
export function fingerprint(value: unknown): string {
  return createHash('sha256').update(canonicalText(value)).digest('hex').slice(0, 32);
}

function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonicalText(part)}`)}}`;
}

/** A copy that shares nothing with the original: plain data, dates and bytes. */
export function cloneData<T>(value: T): T {
  return copyOf(value) as T;
}

function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  if (value instanceof Date) return new Date(value.getTime());
  if (value instanceof Uint8Array) return value.slice();
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) copy[key] = copyOf((value as Record<string, unknown>)[key]);
  return copy;
}
