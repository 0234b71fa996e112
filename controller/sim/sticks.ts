import { bootAt, isMounted, replanHost } from './host.ts';
import { attachedVolumes, attachmentStateOf, powerOf, volumeStateOf } from './lifecycle.ts';
import { never, type Scene } from './scene.ts';
import type { SimInstance, SimSnapshot, SimVolume } from './state.ts';
import type { InstanceStick, VolumeStick } from './stored-conditions.ts';

/** True where the volume stays in that state whenever it comes into it. */
export function isStuck({ sticks = [] }: SimVolume, state: VolumeStick): boolean {
  return sticks.includes(state);
}

/** When a change of power that begins now and should take so long is over. */
export function settlesAt(
  scene: Scene,
  { sticks = [] }: Pick<SimInstance, 'sticks'>,
  passing: InstanceStick,
  millis: number,
): number {
  return sticks.includes(passing) ? never : scene.now + millis;
}

/** Keeps an instance in a passing state, now or whenever it next comes into it. */
export function stickInstance(scene: Scene, instance: SimInstance, state: InstanceStick): void {
  instance.sticks = [...(instance.sticks ?? []), state];
  if (powerOf(instance, scene.now) === state) settlePower(scene, instance, never);
}

/** Lets an instance go on: what it was stuck in is over now. */
export function unstickInstance(scene: Scene, instance: SimInstance): void {
  instance.sticks = undefined;
  if (instance.power.settlesAt >= never) settlePower(scene, instance, scene.now);
}

/** Moves the end of the instance's change of power, and of all that waits for it. */
function settlePower(scene: Scene, instance: SimInstance, at: number): void {
  const { power, boot } = instance;
  const volumes = attachedVolumes(scene, instance);
  replanHost(scene, instance);
  const later = at - power.settlesAt;
  for (const volume of volumes) {
    const { attachment, deletedAt } = volume;
    const detachedAt = attachment?.detachedAt;
    const waits = detachedAt !== undefined && detachedAt >= power.settlesAt;
    if (attachment !== undefined && waits && !isStuck(volume, 'detaching')) {
      attachment.detachedAt = detachedAt + later;
    }
    if (deletedAt === power.settlesAt) volume.deletedAt = at;
  }
  if (power.settled === 'running') {
    // What this boot was going to do is planned anew.
    instance.boot = bootAt(scene, instance, boot.count, at);
  }
  instance.power = { ...power, settlesAt: at };
  replanHost(scene, instance);
}

/** Keeps a volume in a passing state, now or whenever it next comes into it. */
export function stickVolume(scene: Scene, volume: SimVolume, state: VolumeStick): void {
  volume.sticks = [...(volume.sticks ?? []), state];
  const { attachment } = volume;
  if (state === 'creating' && volumeStateOf(volume, scene.now) === state) {
    volume.availableAt = never;
  }
  if (attachment === undefined || attachmentStateOf(attachment, scene.now) !== state) return;
  if (state === 'attaching') attachment.attachedAt = never;
  if (state === 'detaching') attachment.detachedAt = never;
}

/** Lets a volume go on: what it was stuck in is over now. */
export function unstickVolume(scene: Scene, volume: SimVolume): void {
  const { attachment } = volume;
  volume.sticks = undefined;
  if (volume.availableAt >= never) volume.availableAt = scene.now;
  const instance = scene.state.instances[attachment?.instanceId ?? ''];
  if (attachment === undefined || instance === undefined) return;
  if (attachment.attachedAt >= never) attachment.attachedAt = scene.now;
  const isBusy = attachment.detachingAt !== undefined && attachment.detachedAt === undefined;
  const isHeld =
    isMounted(instance, volume.id, scene.now) && powerOf(instance, scene.now) === 'running';
  if ((isBusy && !isHeld) || (attachment.detachedAt ?? 0) >= never) {
    attachment.detachedAt = scene.now;
  }
  replanHost(scene, instance);
}

/** Lets a snapshot that stays pending go on: it is complete now. */
export function unstickSnapshot(scene: Scene, snapshot: SimSnapshot): void {
  if (snapshot.completedAt >= never) snapshot.completedAt = scene.now;
}
