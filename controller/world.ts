import type { DesiredFleet, ParsedSpecs } from './core/desired.ts';
import { describeMarker, isSameMarker } from './core/marker.ts';
import type { Interest } from './core/observed.ts';
import type { World } from './core/plan/world.ts';
import type { ChannelRecord, DevInstanceRecord } from './core/record.ts';
import {
  type Clock,
  type Identity,
  type Ledger,
  type Observer,
  OperatorError,
  type Specs,
  type StoredRecord,
} from './ports.ts';

/** All that a planning caller needs: nothing here can write. */
export interface ReadPorts {
  readonly specs: Specs;
  readonly observer: Observer;
  readonly ledger: Pick<Ledger, 'description' | 'marker' | 'records' | 'requests' | 'channels'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** The world as it was read, with what the plan does not need but its readers do. */
export interface Reading {
  readonly world: World;
  readonly parsed: ParsedSpecs;
  readonly stored: ReadonlyMap<string, StoredRecord>;
}

/**
 * Reads specs, account and ledger, in this order: who we are to AWS, whether the ledger belongs to
 * this fleet, and only then everything else. Throws OperatorError where any of them forbids to go on.
 */
export async function readWorld(ports: ReadPorts, observeOnly: boolean): Promise<Reading> {
  const parsed = await ports.specs.read();
  const desired = usableFleet(parsed);
  const identity = await checkPlace(desired, ports);
  const stored = new Map((await ports.ledger.records()).map((item) => [item.record.name, item]));
  const records = new Map([...stored].map(([name, item]) => [name, item.record]));
  const requests = (await ports.ledger.requests()).filter(({ ended }) => ended === undefined);
  const channels = new Map((await ports.ledger.channels()).map((item) => [item.name, item]));
  const interest = interestOf({ desired, records, requests, channels }, identity.account);
  const observed = await ports.observer.observe(interest);
  const world: World = {
    desired,
    records,
    channels,
    requests,
    observed,
    now: ports.clock.now(),
    observeOnly,
  };
  return { world, parsed, stored };
}

/**
 * Who we are to AWS, once account, region and ledger are known to be the fleet's: asked before
 * anything is written, be it a lease. Throws OperatorError where they are not.
 */
export async function checkPlace(
  desired: DesiredFleet,
  { observer, ledger }: Pick<ReadPorts, 'observer' | 'ledger'>,
): Promise<Identity> {
  const identity = await observer.identity();
  checkIdentity(desired, identity);
  await checkMarker(desired, identity, ledger);
  return identity;
}

/** The fleet that the specs ask for. Throws OperatorError where they hold no usable Fleet. */
export function usableFleet(parsed: ParsedSpecs): DesiredFleet {
  if (parsed.desired !== undefined) return parsed.desired;
  const first = parsed.problems.find((problem) => problem.severity === 'error');
  const where =
    first === undefined ? '' : `: ${first.file}:${first.line}:${first.column} ${first.message}`;
  throw new OperatorError(`the specs hold no usable Fleet${where}`, 'run devinstance validate');
}

/** The controller refuses to act in any account or region but the Fleet's. */
export function checkIdentity(desired: DesiredFleet, identity: Identity): void {
  const { account, region, name } = desired.fleet;
  if (account !== undefined && account !== identity.account) {
    throw new OperatorError(
      `these credentials belong to account ${identity.account}, Fleet ${name} is in ${account}`,
      'use credentials of that account, or correct spec.account in the Fleet',
    );
  }
  if (region !== identity.region) {
    throw new OperatorError(
      `the region is ${identity.region}, Fleet ${name} is in ${region}`,
      `set AWS_REGION=${region}, or correct spec.region in the Fleet`,
    );
  }
}

async function checkMarker(
  desired: DesiredFleet,
  identity: Identity,
  ledger: Pick<Ledger, 'description' | 'marker'>,
): Promise<void> {
  const marker = await ledger.marker();
  if (marker === undefined) {
    throw new OperatorError(
      `the ledger ${ledger.description} has no marker of any fleet`,
      'check its name; for a new fleet run devinstance ledger init',
    );
  }
  const own = { fleet: desired.fleet.name, account: identity.account, region: identity.region };
  if (isSameMarker(marker, own)) return;
  throw new OperatorError(
    `the ledger ${ledger.description} belongs to ${describeMarker(marker)}, not to ${describeMarker(own)}`,
    'name the right ledger: one stays with its fleet, account and region for ever',
  );
}

/** Everything beyond the fleet's tag that an observation must look at. */
export function interestOf(
  {
    desired,
    records,
    requests,
    channels,
  }: Pick<World, 'desired' | 'records' | 'requests' | 'channels'>,
  account: string,
): Interest {
  const all = [...records.values()];
  const specs = [...desired.devInstances.values(), ...all.map((record) => record.effective)];
  const sources = specs
    .filter(({ name }) => records.get(name)?.homeId === undefined)
    .flatMap(({ homeVolume }) => homeVolume.from ?? []);
  // What no file asks for any more is never launched and changes no type.
  const frozen = all.filter(({ name }) => desired.invalid.has(name));
  const followed = [...desired.devInstances.values(), ...frozen.map(({ effective }) => effective)];
  return {
    account,
    fleet: desired.fleet.name,
    machineIds: known(
      all.flatMap(({ machineId, replacement, kept }) => [
        machineId,
        replacement?.newId,
        kept?.machineId,
      ]),
    ),
    homeIds: known([
      ...all.flatMap(({ homeId, restore }) => [homeId, restore?.homeId]),
      ...sources.map((from) => ('volumeId' in from ? from.volumeId : undefined)),
    ]),
    snapshotIds: known([
      ...all.flatMap(snapshotsOf),
      ...sources.map((from) => ('snapshotId' in from ? from.snapshotId : undefined)),
      ...requests.map(({ work }) => ('snapshotId' in work ? work.snapshotId : undefined)),
    ]),
    subnetIds: known(specs.flatMap((spec) => spec.subnets)),
    channels: [...desired.channels.values()],
    stableOf: [...desired.channels.keys()].filter(
      (name) => channels.get(name)?.completed === undefined,
    ),
    imageIds: known([
      ...specs.map((spec) => ('id' in spec.image ? spec.image.id : undefined)),
      ...all.flatMap((record) => imagesOf(record, requests)),
      ...[...channels.values()].flatMap(channelImagesOf),
    ]),
    instanceTypes: known(followed.flatMap((spec) => [spec.instanceType, ...spec.fallbackTypes])),
  };
}

/** The snapshots that a DevInstance still waits for or needs. */
function snapshotsOf(record: DevInstanceRecord) {
  const { retirement, requestedSnapshot, kept } = record;
  const ofRetirement = retirement?.isComplete ? undefined : retirement?.snapshotId;
  return [ofRetirement, requestedSnapshot?.snapshotId, kept?.snapshotId, ...surplusOf(record)];
}

/** The oldest snapshot that is one too many, and the newest, which must be complete before it goes. */
function surplusOf({ replacementSnapshots: made = [], effective }: DevInstanceRecord) {
  return made.length > effective.keepHomeSnapshots ? [made[0], made.at(-1)] : [];
}

/** The images that a channel's machines are to have, may have or go back to. */
function channelImagesOf({ completed, former = [], rollout }: ChannelRecord) {
  return [completed?.imageId, rollout?.revision.imageId, ...former.map(({ imageId }) => imageId)];
}

/**
 * The images that a machine is made of, or may be made of again. The previous one may be long gone,
 * and an id that does not exist costs a pass more calls: it is read only for who wants it back.
 */
function imagesOf(
  { name, image, replacement, kept, previous }: DevInstanceRecord,
  requests: World['requests'],
) {
  const isAsked = requests.some(({ work, name: of }) => work.kind === 'rollback' && of === name);
  const before = isAsked ? previous?.image.imageId : undefined;
  return [image?.imageId, replacement?.target.image.imageId, kept?.image?.imageId, before];
}

/** The values that are there, each once. */
function known<T>(values: readonly (T | undefined)[]): T[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}
