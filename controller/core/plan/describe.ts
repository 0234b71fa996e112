import type { Duty, EffectiveSpec } from '../desired.ts';
import type { ImageReading } from '../observed.ts';

/** What a new DevInstance will be, a line each: the machine, its root and home, its image, its schedule. */
export function creationDetails(
  spec: EffectiveSpec,
  image: ImageReading | undefined,
  duty: Duty,
): readonly string[] {
  const home = spec.homeVolume;
  const source =
    home.from === undefined ? 'new and empty' : `from ${Object.values(home.from).join('')}`;
  const subnets = spec.subnets.length === 1 ? spec.subnets[0] : `one of ${spec.subnets.join(', ')}`;
  return [
    `machine ${spec.instanceType}, root ${spec.rootVolume.sizeGib} GiB ${spec.rootVolume.type}, in ${subnets}`,
    `home ${home.sizeGib} GiB ${home.type}, ${source}, kept for ever`,
    `image ${describeImage(spec, image)}`,
    duty.state === 'running'
      ? `schedule ${duty.reason}`
      : `schedule ${duty.reason}: made now, it may run for ${durationText(spec.schedule.manualStartHoldMinutes)}`,
  ];
}

function describeImage(spec: EffectiveSpec, image: ImageReading | undefined): string {
  const channel = 'channel' in spec.image ? `${spec.image.channel} ` : '';
  if (image === undefined) return `${channel}(not read)`;
  if (!image.usable) return `${channel}(${image.reason})`;
  return `${channel}${image.imageId} (${image.imageName})`;
}

/** `1 machine`, `3 machines`. */
export function machinesText(count: number): string {
  return count === 1 ? '1 machine' : `${count} machines`;
}

/** `45 min`, `4 h`, `1 h 30 min`, `3 d`. */
export function durationText(minutes: number): string {
  const days = minutes / (24 * 60);
  if (days > 1 && Number.isInteger(days)) return `${days} d`;
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}
