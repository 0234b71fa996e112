import type {
  AttachVolumeRequest,
  CreateSnapshotRequest,
  CreateTagsRequest,
  CreateVolumeRequest,
  DeleteSnapshotRequest,
  DeleteVolumeRequest,
  DetachVolumeRequest,
  ModifyInstanceAttributeRequest,
  ModifyVolumeRequest,
  RunInstancesRequest,
  StartInstancesRequest,
  StopInstancesRequest,
  TagSpecification,
  TerminateInstancesRequest,
} from '@aws-sdk/client-ec2';
import { tagKeys } from '../core/tags.ts';
import { beforeDeregister, beforePutParameter } from './ghost-images.ts';
import {
  attachedVolumes,
  attachmentOf,
  isDeleted,
  isGoing,
  powerOf,
  shownTags,
} from './lifecycle.ts';
import { lossesOf } from './lost-copies.ts';
import type { Scene } from './scene.ts';
import type { SimInstance, SimVolume, Violation } from './state.ts';
import { tokenKey } from './tokens.ts';
import { instancesOf, volumesOf } from './uids.ts';
import { isListed } from './visibility.ts';

/** What an invariant says about one call. */
export interface Finding {
  readonly rule: Violation['rule'];
  readonly message: string;
}

type Look = (scene: Scene, input: never) => readonly Finding[];

/**
 * What will be wrong if this call takes effect, read from the account before it does. The ghost
 * knows the truth, not what the caller saw.
 */
export function foresee(scene: Scene, action: string, input: object): readonly Finding[] {
  return beforeEffect[action]?.(scene, input as never) ?? [];
}

/** What is wrong now that the call has taken effect. */
export function inspect(scene: Scene, action: string, input: object): readonly Finding[] {
  return afterEffect[action]?.(scene, input as never) ?? [];
}

const beforeEffect: Readonly<Record<string, Look>> = {
  RunInstances: beforeRun,
  StartInstances: (scene, input: StartInstancesRequest) => foreign(scene, input.InstanceIds),
  StopInstances: (scene, input: StopInstancesRequest) => foreign(scene, input.InstanceIds),
  TerminateInstances: beforeTerminate,
  CreateVolume: beforeCreateVolume,
  DeleteVolume: beforeDeleteVolume,
  AttachVolume: beforeAttach,
  DetachVolume: beforeDetach,
  ModifyVolume: (scene, input: ModifyVolumeRequest) => foreign(scene, [input.VolumeId]),
  ModifyInstanceAttribute: beforeModifyAttribute,
  CreateSnapshot: (scene, input: CreateSnapshotRequest) => foreign(scene, [input.VolumeId]),
  DeleteSnapshot: beforeDeleteSnapshot,
  CreateTags: (scene, input: CreateTagsRequest) => foreign(scene, input.Resources),
  DeregisterImage: beforeDeregister,
  PutParameter: beforePutParameter,
};

const afterEffect: Readonly<Record<string, Look>> = {
  RunInstances: afterRun,
  StartInstances: afterStart,
  CreateVolume: afterCreateVolume,
  CreateTags: afterCreateTags,
};

function beforeRun(_scene: Scene, input: RunInstancesRequest): readonly Finding[] {
  const findings = [...withoutToken(input.ClientToken)];
  if (tagIn(input.TagSpecifications, 'volume', tagKeys.role) === 'home') {
    findings.push({ rule: 'S1', message: 'a home is made by a launch, which would delete it' });
  }
  return findings;
}

/** An omitted DeleteOnTermination means true. */
function beforeModifyAttribute(
  scene: Scene,
  input: ModifyInstanceAttributeRequest,
): readonly Finding[] {
  const findings = [...foreign(scene, [input.InstanceId])];
  const instance = scene.state.instances[input.InstanceId ?? ''];
  const homes = instance === undefined ? [] : attachedVolumes(scene, instance).filter(isHome);
  for (const { id, attachment } of homes) {
    const mapping = input.BlockDeviceMappings?.find(
      ({ DeviceName: name }) => name === attachment?.deviceName,
    );
    if (mapping === undefined || mapping.Ebs?.DeleteOnTermination === false) continue;
    findings.push({ rule: 'S1', message: `home ${id} is set to be deleted with its machine` });
  }
  return findings;
}

function beforeTerminate(scene: Scene, input: TerminateInstancesRequest): readonly Finding[] {
  const findings = [...foreign(scene, input.InstanceIds)];
  for (const id of input.InstanceIds ?? []) {
    const instance = scene.state.instances[id];
    if (instance === undefined || isGoing(instance)) continue;
    for (const volume of attachedVolumes(scene, instance).filter(isHome)) {
      findings.push({ rule: 'S5', message: `${id} is terminated with home ${volume.id} attached` });
      if (volume.attachment?.deleteOnTermination === true) {
        findings.push({ rule: 'S1', message: `terminating ${id} deletes home ${volume.id}` });
      }
    }
  }
  return findings;
}

function beforeCreateVolume(_scene: Scene, input: CreateVolumeRequest): readonly Finding[] {
  const findings = [...withoutToken(input.ClientToken)];
  const role = tagIn(input.TagSpecifications, 'volume', tagKeys.role);
  if (role === 'home' && input.MultiAttachEnabled === true) {
    findings.push({ rule: 'S2', message: 'a home is created that several machines may attach' });
  }
  return findings;
}

function beforeDeleteVolume(scene: Scene, input: DeleteVolumeRequest): readonly Finding[] {
  const findings = [...foreign(scene, [input.VolumeId])];
  const volume = scene.state.volumes[input.VolumeId ?? ''];
  if (volume !== undefined && isHome(volume)) {
    findings.push({ rule: 'S1', message: `home ${volume.id} is deleted` });
  }
  return findings;
}

function beforeDeleteSnapshot(scene: Scene, input: DeleteSnapshotRequest): readonly Finding[] {
  const losses = lossesOf(scene, input.SnapshotId ?? '');
  const findings = losses.map((message) => ({ rule: 'S1' as const, message }));
  return [...foreign(scene, [input.SnapshotId]), ...findings];
}

function beforeAttach(scene: Scene, input: AttachVolumeRequest): readonly Finding[] {
  const findings = [...foreign(scene, [input.InstanceId, input.VolumeId])];
  const instance = scene.state.instances[input.InstanceId ?? ''];
  const volume = scene.state.volumes[input.VolumeId ?? ''];
  if (instance === undefined || volume === undefined) return findings;
  if (isHome(volume) && volume.multiAttach) {
    findings.push({ rule: 'S2', message: `${volume.id} may be attached to several machines` });
  }
  for (const key of [tagKeys.uid, tagKeys.owner]) {
    const [machine, home] = [instance.tags[key], volume.tags[key]];
    if (machine !== undefined && machine === home) continue;
    const message = `${volume.id} (${key} ${home}) is attached to ${instance.id} (${machine})`;
    findings.push({ rule: 'S6', message });
  }
  return findings;
}

function beforeDetach(scene: Scene, input: DetachVolumeRequest): readonly Finding[] {
  const volume = scene.state.volumes[input.VolumeId ?? ''];
  const attachment = volume && attachmentOf(volume, scene.now);
  const instance = attachment && scene.state.instances[attachment.instanceId];
  const findings = [...foreign(scene, [input.VolumeId, instance?.id])];
  if (volume === undefined || instance === undefined || !isHome(volume)) return findings;
  if (input.Force === true) {
    findings.push({ rule: 'S2', message: `home ${volume.id} is detached by force` });
  }
  const power = powerOf(instance, scene.now);
  if (power !== 'stopped' && power !== 'terminated') {
    const message = `home ${volume.id} is detached from ${instance.id}, which is ${power}`;
    findings.push({ rule: 'S3', message });
  }
  return findings;
}

function afterRun(scene: Scene, input: RunInstancesRequest): readonly Finding[] {
  const findings = [...tokenInTwoZones(scene, 'RunInstances', input.ClientToken)];
  const uid = tagIn(input.TagSpecifications, 'instance', tagKeys.uid);
  if (uid === undefined) return findings;
  const machines = instancesOf(scene.state, uid);
  findings.push(...liveTogether(scene, uid, machines));
  // Of a person's copy that no listing shows yet nobody can know.
  const there = machines.filter(
    (one) => !isGoing(one) && (one.poweredBy === 'controller' || isListed(scene, one)),
  );
  if (there.length > 2) {
    findings.push({ rule: 'S5', message: `${uid} has ${there.length} machines` });
  }
  const ordinal = tagIn(input.TagSpecifications, 'instance', tagKeys.ordinal);
  // The number of one that no longer shows its tags may come again: a lost ledger cannot know it.
  const twins = machines.filter(
    (machine) => shownTags(scene, machine)[tagKeys.ordinal] === ordinal,
  );
  if (ordinal !== undefined && twins.length > 1) {
    const message = `${listIds(twins)} are both number ${ordinal} of ${uid}`;
    findings.push({ rule: 'S8', message });
  }
  return findings;
}

function afterStart(scene: Scene, input: StartInstancesRequest): readonly Finding[] {
  const uids = new Set<string>();
  for (const id of input.InstanceIds ?? []) {
    const uid = scene.state.instances[id]?.tags[tagKeys.uid];
    if (uid !== undefined) uids.add(uid);
  }
  return [...uids].flatMap((uid) => liveTogether(scene, uid, instancesOf(scene.state, uid)));
}

function afterCreateVolume(scene: Scene, input: CreateVolumeRequest): readonly Finding[] {
  const findings = [...tokenInTwoZones(scene, 'CreateVolume', input.ClientToken)];
  const uid = tagIn(input.TagSpecifications, 'volume', tagKeys.uid);
  if (uid === undefined || tagIn(input.TagSpecifications, 'volume', tagKeys.role) !== 'home') {
    return findings;
  }
  return [...findings, ...tooManyHomes(scene, uid)];
}

/** Tags can make a home of a volume, or the home of one uid that of another. */
function afterCreateTags(scene: Scene, input: CreateTagsRequest): readonly Finding[] {
  const uids = new Set<string>();
  for (const id of input.Resources ?? []) {
    const volume = scene.state.volumes[id];
    const uid = volume?.tags[tagKeys.uid];
    if (volume !== undefined && uid !== undefined && isTheHome(volume)) uids.add(uid);
  }
  return [...uids].flatMap((uid) => tooManyHomes(scene, uid));
}

function tooManyHomes(scene: Scene, uid: string): Finding[] {
  const homes = volumesOf(scene.state, uid).filter(
    (volume) => isTheHome(volume) && !isDeleted(volume, scene.now),
  );
  if (homes.length < 2) return [];
  return [{ rule: 'S8', message: `${listIds(homes)} are both the home of ${uid}` }];
}

/** A released home is nobody's any more; one that is being restored is not yet. */
function isTheHome(volume: SimVolume): boolean {
  const phase = volume.tags[tagKeys.phase];
  return isHome(volume) && phase !== 'released' && phase !== 'restoring';
}

/** A person's start is excepted: only what the controller runs is counted as live. */
function liveTogether(scene: Scene, uid: string, machines: readonly SimInstance[]): Finding[] {
  const live = machines.filter((machine) => {
    const power = powerOf(machine, scene.now);
    const isLive = power === 'pending' || power === 'running' || power === 'stopping';
    return isLive && machine.poweredBy === 'controller';
  });
  if (live.length < 2) return [];
  return [{ rule: 'S5', message: `${listIds(live)} of ${uid} are live together` }];
}

function tokenInTwoZones(scene: Scene, action: string, token: string | undefined): Finding[] {
  const made = ['a', 'b', 'c'].flatMap((letter) => {
    const key = tokenKey(action, `${scene.state.region}${letter}`, token);
    return key === undefined ? [] : (scene.state.tokens[key]?.ids ?? []);
  });
  if (made.length < 2) return [];
  return [{ rule: 'S8', message: `one token made ${made.join(', ')}` }];
}

function withoutToken(token: string | undefined): Finding[] {
  if (token !== undefined) return [];
  return [{ rule: 'S8', message: 'a create call has no ClientToken' }];
}

/** Resources without the fleet's tag belong to others. */
function foreign(scene: Scene, ids: readonly (string | undefined)[] | undefined): Finding[] {
  return (ids ?? []).flatMap((id = '') => {
    const { instances, volumes, snapshots, images } = scene.state;
    const found = instances[id] ?? volumes[id] ?? snapshots[id] ?? images[id];
    if (found === undefined || found.tags[tagKeys.fleet] !== undefined) return [];
    return [{ rule: 'S10' as const, message: `${id} has no fleet tag` }];
  });
}

function isHome(volume: SimVolume): boolean {
  return volume.bornHome || volume.tags[tagKeys.role] === 'home';
}

function tagIn(
  specifications: readonly TagSpecification[] | undefined,
  type: TagSpecification['ResourceType'],
  key: string,
): string | undefined {
  return specifications
    ?.find(({ ResourceType }) => ResourceType === type)
    ?.Tags?.find(({ Key }) => Key === key)?.Value;
}

function listIds(resources: readonly { readonly id: string }[]): string {
  return resources.map(({ id }) => id).join(', ');
}
