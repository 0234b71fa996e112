import type { DesiredFleet, ResolvedChannel } from '../core/desired.ts';
import { type Instant, toMillis } from '../core/instant.ts';
import { tagKeys } from '../core/tags.ts';
import { architectureOf } from './instance-types.ts';
import { idOf } from './scene.ts';
import { type AccountState, emptyAccount, type SimImage } from './state.ts';

const exampleAccount = '111122223333';
const zoneLetters = ['a', 'b', 'c'];
const rootSnapshotGib = 8;

/** A new account in which these specs can come true: its network, images and parameters. */
export function seedAccount(desired: DesiredFleet, now: Instant): AccountState {
  const { account = exampleAccount, region } = desired.fleet;
  const state = emptyAccount(account, region);
  addMissing(state, desired, toMillis(now));
  return state;
}

/**
 * Adds what these specs name and the account lacks; what is there stays as it is. Subnets are laid
 * over three zones in turn.
 */
export function addMissing(state: AccountState, desired: DesiredFleet, now: number): void {
  state.fleet ??= desired.fleet.name;
  const specs = [...desired.devInstances.values()];
  for (const id of sorted(specs.flatMap(({ subnets }) => subnets))) addSubnet(state, id);
  for (const id of sorted(specs.flatMap(({ securityGroups }) => securityGroups))) {
    state.securityGroups[id] ??= { id, name: `dev-instances-${id}`, vpcId: vpcOf(state) };
  }
  for (const channel of desired.channels.values()) {
    const { architecture, follow, pin } = channel;
    if (!Object.hasOwn(state.parameters, follow)) publishImage(state, channel, now);
    if (pin === undefined) continue;
    const tags = pipelineTags(state, channel);
    addImage(state, { id: pin, name: pin, architecture, createdAt: now, tags });
  }
  for (const { image, instanceType } of specs) {
    if (!('id' in image)) continue;
    const architecture = architectureOf(instanceType) ?? 'x86_64';
    addImage(state, { id: image.id, name: image.id, architecture, createdAt: now, tags: {} });
  }
}

const seeded = ['subnets', 'securityGroups', 'images', 'parameters'] as const;

/** True where these specs name nothing that the account lacks. */
export function hasAll(state: AccountState, desired: DesiredFleet): boolean {
  const { subnets, securityGroups, images, parameters, snapshots } = state;
  const trial: AccountState = {
    ...state,
    subnets: { ...subnets },
    securityGroups: { ...securityGroups },
    images: { ...images },
    parameters: { ...parameters },
    snapshots: { ...snapshots },
  };
  addMissing(trial, desired, 0);
  if (trial.fleet !== state.fleet) return false;
  return seeded.every(
    (what) => Object.keys(trial[what]).length === Object.keys(state[what]).length,
  );
}

/** What may be different, or wrong, with an image that a person publishes. */
export type ImageFlaws = Partial<
  Pick<
    SimImage,
    | 'architecture'
    | 'createdAt'
    | 'extraDevices'
    | 'failsAfterMinutes'
    | 'flaw'
    | 'ownerId'
    | 'rootSnapshotId'
    | 'state'
    | 'tags'
  >
>;

/**
 * Makes a new image with the tags that the image pipeline gives it, and names it in the channel's
 * parameter; answers its id. Of another account's image nobody here sees the tags.
 */
export function publishImage(
  state: AccountState,
  channel: ResolvedChannel,
  now: number,
  flaws: ImageFlaws = {},
): string {
  const { follow, architecture, name } = channel;
  const versions = Object.hasOwn(state.parameters, follow) ? state.parameters[follow] : undefined;
  const version = (versions?.length ?? 0) + 1;
  const id = idOf('ami', `${state.account}/${state.region}/${follow}/${version}`);
  const isOwn = (flaws.ownerId ?? state.account) === state.account;
  const tags = isOwn ? pipelineTags(state, channel) : {};
  const made = { id, name: `${name} 1.0.${version}`, architecture, createdAt: now, tags };
  addImage(state, { ...made, ...flaws });
  const entry = { value: id, type: 'String', dataType: 'aws:ec2:image', modifiedAt: now };
  state.parameters[follow] = [...(versions ?? []), entry];
  return id;
}

function addSubnet(state: AccountState, id: string): void {
  if (state.subnets[id] !== undefined) return;
  const index = Object.keys(state.subnets).length;
  const az = `${state.region}${zoneLetters[index % zoneLetters.length]}`;
  state.subnets[id] = { id, az, vpcId: vpcOf(state), index, nextHost: 0 };
}

function pipelineTags({ fleet }: AccountState, { name }: ResolvedChannel): Record<string, string> {
  return { ...(fleet !== undefined && { [tagKeys.fleet]: fleet }), [tagKeys.channel]: name };
}

type NewImage = ImageFlaws & Pick<SimImage, 'id' | 'name' | 'architecture' | 'createdAt' | 'tags'>;

/** Adds an image with its root snapshot, where there is none with that id. */
export function addImage(state: AccountState, image: NewImage): void {
  const { id, createdAt } = image;
  if (state.images[id] !== undefined) return;
  const { rootSnapshotId = idOf('snap', `root of ${id}`) } = image;
  state.snapshots[rootSnapshotId] ??= {
    id: rootSnapshotId,
    volumeId: 'vol-ffffffff',
    sizeGib: rootSnapshotGib,
    description: `Root of ${id}`,
    encrypted: false,
    startedAt: createdAt,
    completedAt: createdAt,
    tags: {},
  };
  state.images[id] = {
    rootDeviceName: '/dev/sda1',
    rootSnapshotId,
    rootSnapshotGib,
    ownerId: state.account,
    state: 'available',
    ...image,
  };
}

function vpcOf({ account, region }: AccountState): string {
  return idOf('vpc', `${account}/${region}`);
}

function sorted(ids: readonly string[]): string[] {
  return [...new Set(ids)].sort();
}
