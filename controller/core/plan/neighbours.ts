import type { ResolvedChannel } from '../desired.ts';
import type { Instant } from '../instant.ts';
import type { Home, ImageReading } from '../observed.ts';
import type { DevInstanceRecord } from '../record.ts';
import { everyName, type LedgerRequest } from '../request.ts';
import { isExpired } from '../rollout/best-before.ts';
import type { RolloutPlace } from '../rollout/place.ts';
import type { Override } from '../schedule/schedule-memory.ts';
import { tagKeys } from '../tags.ts';
import { orphanStopAt } from './duty.ts';
import type { Situation } from './situation.ts';
import { standingOf } from './standing.ts';
import type { Interlock, World } from './world.ts';

/** The DevInstance whose record holds a home. */
export interface HomeHolder {
  readonly record: DevInstanceRecord;
  /** No file names it any more, or its retirement is complete: its home may be taken over. */
  readonly hasGivenUp: boolean;
  /** When its machine is stopped for good, where its file is gone. */
  readonly stopsAt: Instant;
}

/** What one DevInstance must know of the others. Each answer is put together when first asked for. */
export interface Neighbours {
  /** Whose home a volume is by the ledger; of two that name it, the one whose uid it carries. */
  holderOf(home: Pick<Home, 'id' | 'tags'>): HomeHolder | undefined;
  /** The DevInstances without a home whose spec asks for this volume, by name. */
  claimantsOf(volumeId: string): readonly string[];
  /** The oldest request for work on a DevInstance that is still open and has not expired. */
  requestOf(name: string): LedgerRequest | undefined;
  /** What people asked for beside its schedule, expired ones included: each replaces those before. */
  overridesOf(name: string): readonly Override[];
  /** The request that keeps the controller's hands off a DevInstance, or off all, if it stands. */
  suspensionOf(name: string): LedgerRequest | undefined;
  /** Whether a request is still open, expired or not. */
  isOpen(requestId: string): boolean;
  /** What its image channel has for a DevInstance; undefined where it follows none that is known. */
  placeOf(situation: Situation): RolloutPlace | undefined;
  /** Whether an image is past the best-before of its channel. */
  isExpired(image: UsableImage, channel: ResolvedChannel | undefined): boolean;
}

type UsableImage = Extract<ImageReading, { usable: true }>;

/** The places that rollouts have for DevInstances, by channel: known once all situations are. */
export type RolloutPlaces = ReadonlyMap<
  string,
  { readonly placeOf: (situation: Situation) => RolloutPlace }
>;

/** Looks the others up in the world; `brake` as `standingOf` takes it. */
export function neighboursOf(
  world: World,
  brake: Interlock | undefined,
  places: RolloutPlaces = new Map(),
): Neighbours {
  const { requests, now, desired } = world;
  const open = new Map(requests.map((request) => [request.id, request]));
  const asked = askedByName(requests, now);
  let holders: ReadonlyMap<string, readonly DevInstanceRecord[]> | undefined;
  let claimants: ReadonlyMap<string, readonly string[]> | undefined;
  return {
    holderOf: ({ id, tags }) => {
      holders ??= recordsByHome(world);
      const named = holders.get(id) ?? [];
      const record = named.find(({ uid }) => uid === tags[tagKeys.uid]) ?? named[0];
      if (record === undefined) return undefined;
      const isRetired = record.retirement?.isComplete === true;
      const hasGivenUp = isRetired || standingOf(world, record, brake).kind === 'orphaned';
      return { record, hasGivenUp, stopsAt: orphanStopAt({ record, now }) };
    },
    claimantsOf: (volumeId) => {
      claimants ??= claimantsByVolume(world);
      return claimants.get(volumeId) ?? [];
    },
    requestOf: (name) => asked.works.get(name),
    overridesOf: (name) => asked.overrides.get(name) ?? none,
    suspensionOf: (name) => asked.suspensions.get(name) ?? asked.suspensions.get(everyName),
    isOpen: (requestId) => open.has(requestId),
    placeOf: (situation) => {
      const { image } = situation.spec;
      return 'channel' in image ? places.get(image.channel)?.placeOf(situation) : undefined;
    },
    isExpired: (image, own) => {
      const channel = own ?? desired.channels.get(image.channel ?? '');
      return channel !== undefined && isExpired(image, channel, now);
    },
  };
}

const none: readonly never[] = [];

/** What is asked for, by the kind of asking and the DevInstance. */
function askedByName(requests: readonly LedgerRequest[], now: Instant) {
  const works = new Map<string, LedgerRequest>();
  const overrides = new Map<string, readonly Override[]>();
  const suspensions = new Map<string, LedgerRequest>();
  for (const request of requests) {
    const { name, work, expiresAt } = request;
    if (work.kind === 'override') {
      overrides.set(name, [...(overrides.get(name) ?? []), overrideOf(request, work, now)]);
    } else if (expiresAt > now) {
      const found = work.kind === 'suspend' ? suspensions : works;
      if (!found.has(name)) found.set(name, request);
    }
  }
  return { works, overrides, suspensions };
}

function overrideOf(
  { id, actor, reason, at, expiresAt }: LedgerRequest,
  { state, command, foundOff }: Extract<LedgerRequest['work'], { kind: 'override' }>,
  now: Instant,
): Override {
  // What is in the ledger was asked for, though the asker's clock may run ahead of ours.
  const from = at < now ? at : now;
  const found = foundOff === undefined ? {} : { foundOff };
  return { id, state, command, actor, reason, from, until: expiresAt, ...found };
}

function recordsByHome({ records }: World): ReadonlyMap<string, readonly DevInstanceRecord[]> {
  const found = new Map<string, DevInstanceRecord[]>();
  for (const record of records.values()) {
    if (record.homeId === undefined) continue;
    found.set(record.homeId, [...(found.get(record.homeId) ?? []), record]);
  }
  return found;
}

function claimantsByVolume({ desired, records }: World): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  // One whose file is invalid goes on by its last valid spec, and claims what that claims.
  const kept = [...desired.invalid.keys()].flatMap((name) => records.get(name)?.effective ?? []);
  for (const { name, homeVolume, lifecycle } of [...desired.devInstances.values(), ...kept]) {
    const { from } = homeVolume;
    if (from === undefined || !('volumeId' in from) || lifecycle === 'retired') continue;
    if (records.get(name)?.homeId !== undefined) continue;
    found.set(from.volumeId, [...(found.get(from.volumeId) ?? []), name].sort());
  }
  return found;
}
