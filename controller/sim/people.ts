import type { CreateVolumeRequest, RunInstancesRequest } from '@aws-sdk/client-ec2';
import type { ResolvedChannel } from '../core/desired.ts';
import { leave, use } from './activity.ts';
import { attachVolume, detachVolume } from './attachments.ts';
import { startBuilder } from './builders.ts';
import { replanHost } from './host.ts';
import { deregisterImage } from './images.ts';
import { modifyInstanceAttribute } from './instance-attributes.ts';
import { runInstances } from './launch.ts';
import { contentOf } from './lifecycle.ts';
import { putParameter } from './parameters.ts';
import { shutDown, startInstances, stopInstances, terminateInstances } from './power.ts';
import { findResource, getInstance, getVolume } from './resources.ts';
import type { Scene } from './scene.ts';
import { type ImageFlaws, publishImage } from './seed.ts';
import { createSnapshot, deleteSnapshot } from './snapshots.ts';
import type { Act } from './stage.ts';
import { createTags, toTagList } from './tags.ts';
import { changeTags } from './visibility.ts';
import { createVolume, deleteVolume } from './volumes.ts';

/**
 * What a person does beside the controller, in the console or inside a machine. Neither faults nor
 * the ghost nor the recorder see it; EC2's own rules hold.
 */
export interface People {
  /** Launches instances and answers their ids. */
  launch(input: RunInstancesRequest): Promise<readonly string[]>;
  start(instanceId: string): Promise<void>;
  stop(instanceId: string): Promise<void>;
  /** `shutdown` inside the machine: another StateReason than a stop through the API. */
  shutDown(instanceId: string): Promise<void>;
  terminate(instanceId: string): Promise<void>;
  /** Creates a volume and answers its id. */
  createVolume(input: CreateVolumeRequest): Promise<string>;
  /** Makes a snapshot of a volume and answers its id. */
  snapshot(volumeId: string, tags: Readonly<Record<string, string>>): Promise<string>;
  deleteSnapshot(snapshotId: string): Promise<void>;
  attach(volumeId: string, instanceId: string, deviceName: string): Promise<void>;
  detach(volumeId: string, how?: { readonly force: boolean }): Promise<void>;
  deleteVolume(volumeId: string): Promise<void>;
  tag(resourceId: string, tags: Readonly<Record<string, string>>): Promise<void>;
  untag(resourceId: string, keys: readonly string[]): Promise<void>;
  /** Lets the volume behind a device die with its instance. */
  setDeleteOnTermination(instanceId: string, deviceName: string): Promise<void>;
  /** Has the API refuse to stop or terminate an instance, or no longer. */
  protect(
    instanceId: string,
    how: { readonly stop?: boolean; readonly terminate?: boolean },
  ): Promise<void>;
  /** Logs in to a machine and stays. */
  use(instanceId: string): Promise<void>;
  /** Logs out, as the last one. */
  leave(instanceId: string): Promise<void>;
  /** Loses the file system's signature; the data stays, but looks like an empty disk. */
  wipeSignature(volumeId: string): Promise<void>;
  /**
   * Publishes a newer image to a channel's parameter, as the image pipeline does, with what is
   * wrong with it, if anything; its id.
   */
  publishImage(channel: ResolvedChannel, flaws?: ImageFlaws): Promise<string>;
  /** Starts a machine of EC2 Image Builder for a channel, which stays until it is terminated; its id. */
  startBuilder(channel: ResolvedChannel): Promise<string>;
  /** Deregisters an image; its snapshot stays. */
  deregisterImage(imageId: string): Promise<void>;
  /** Writes a parameter, over what it held before. */
  putParameter(name: string, value: string): Promise<void>;
}

/** The people of an account. */
export function peopleOf(act: Act): People {
  const asPerson = (work: (scene: Scene) => unknown): Promise<void> =>
    act(work).then(() => undefined);
  return {
    launch: (input) =>
      act((scene) =>
        (runInstances(scene, input).Instances ?? []).flatMap(({ InstanceId: id }) => id ?? []),
      ),
    start: (id) => asPerson((scene) => startInstances(scene, { InstanceIds: [id] })),
    stop: (id) => asPerson((scene) => stopInstances(scene, { InstanceIds: [id] })),
    shutDown: (id) => asPerson((scene) => shutDown(scene, id)),
    terminate: (id) => asPerson((scene) => terminateInstances(scene, { InstanceIds: [id] })),
    createVolume: (input) => act((scene) => createVolume(scene, input).VolumeId ?? ''),
    snapshot: (volumeId, tags) =>
      act((scene) => {
        const TagSpecifications = [{ ResourceType: 'snapshot' as const, Tags: toTagList(tags) }];
        return createSnapshot(scene, { VolumeId: volumeId, TagSpecifications }).SnapshotId ?? '';
      }),
    deleteSnapshot: (id) => asPerson((scene) => deleteSnapshot(scene, { SnapshotId: id })),
    attach: (volumeId, instanceId, deviceName) =>
      asPerson((scene) =>
        attachVolume(scene, { VolumeId: volumeId, InstanceId: instanceId, Device: deviceName }),
      ),
    detach: (volumeId, how) =>
      asPerson((scene) => detachVolume(scene, { VolumeId: volumeId, Force: how?.force === true })),
    deleteVolume: (id) => asPerson((scene) => deleteVolume(scene, { VolumeId: id })),
    tag: (id, tags) =>
      asPerson((scene) => createTags(scene, { Resources: [id], Tags: toTagList(tags) })),
    untag: (id, keys) =>
      asPerson((scene) => {
        const { kind, resource } = findResource(scene, id);
        const left = Object.entries(resource.tags).filter(([key]) => !keys.includes(key));
        changeTags(scene, resource, Object.fromEntries(left));
        if (kind === 'instance') replanHost(scene, resource);
      }),
    setDeleteOnTermination: (id, deviceName) => {
      const Ebs = { DeleteOnTermination: true };
      const BlockDeviceMappings = [{ DeviceName: deviceName, Ebs }];
      return asPerson((scene) =>
        modifyInstanceAttribute(scene, { InstanceId: id, BlockDeviceMappings }),
      );
    },
    protect: (id, { stop, terminate }) =>
      asPerson((scene) => {
        const value = (attribute: 'DisableApiStop' | 'DisableApiTermination', Value: boolean) =>
          modifyInstanceAttribute(scene, { InstanceId: id, [attribute]: { Value } });
        if (stop !== undefined) value('DisableApiStop', stop);
        if (terminate !== undefined) value('DisableApiTermination', terminate);
      }),
    use: (id) => asPerson((scene) => use(getInstance(scene, id))),
    leave: (id) => asPerson((scene) => leave(getInstance(scene, id), scene.now)),
    wipeSignature: (id) =>
      asPerson((scene) => {
        const volume = getVolume(scene, id);
        const content = contentOf(scene, volume);
        if (content !== undefined) volume.content = { ...content, signature: false };
      }),
    publishImage: (channel, flaws) =>
      act((scene) => publishImage(scene.state, channel, scene.now, flaws)),
    startBuilder: (channel) => act((scene) => startBuilder(scene, channel)),
    deregisterImage: (id) => asPerson((scene) => deregisterImage(scene, { ImageId: id })),
    putParameter: (name, value) => {
      const input = { Name: name, Value: value, Type: 'String', Overwrite: true } as const;
      return asPerson((scene) => putParameter(scene, input));
    },
  };
}
