import type { ResolvedChannel } from '../core/desired.ts';
import { tagKeys } from '../core/tags.ts';
import { asType } from './instance-types.ts';
import { runInstances } from './launch.ts';
import { idOf, type Scene } from './scene.ts';
import { addImage } from './seed.ts';
import { toTagList } from './tags.ts';

/** Owns the images that golden ones are built on. */
const canonical = '099720109477';

/** Launches a machine as EC2 Image Builder does to build an image of a channel; answers its id. */
export function startBuilder(scene: Scene, { name, architecture }: ResolvedChannel): string {
  const tags = { CreatedBy: 'EC2 Image Builder', [tagKeys.channel]: name };
  const { Instances } = runInstances(scene, {
    ImageId: baseImage(scene, architecture),
    InstanceType: asType(architecture === 'arm64' ? 't4g.large' : 't3.large'),
    SubnetId: Object.keys(scene.state.subnets)[0],
    MinCount: 1,
    MaxCount: 1,
    TagSpecifications: [{ ResourceType: 'instance', Tags: toTagList(tags) }],
  });
  return Instances?.[0]?.InstanceId ?? '';
}

/** The image that a builder starts from: not the channel's own, which it would keep in use. */
function baseImage({ state, now }: Scene, architecture: string): string {
  const name = `ubuntu ${architecture}`;
  const id = idOf('ami', name);
  addImage(state, { id, name, architecture, ownerId: canonical, createdAt: now, tags: {} });
  return id;
}
