import type { HostReport } from '../core/observed.ts';
import { tagKeys } from '../core/tags.ts';
import { attachmentOf, attachmentStateOf, contentOf, type Moment, powerOf } from './lifecycle.ts';
import { never, type Scene } from './scene.ts';
import type { SimBoot, SimInstance, SimMount, SimVolume } from './state.ts';

/** Boot number `count` of the machine, once it is running at `runningAt`. */
export function bootAt(
  scene: Scene,
  { id, flaw }: Pick<SimInstance, 'id' | 'flaw'>,
  count: number,
  runningAt: number,
): SimBoot {
  const { bootMs, firstWordMs } = scene.delays;
  const isBroken = flaw === 'unbootable';
  const upAt = isBroken ? never : runningAt + bootMs;
  const heardAt = isBroken ? never : runningAt + Math.min(bootMs, firstWordMs);
  return { id: `${id}/boot-${count}`, count, heardAt, upAt };
}

/**
 * Plans what the machine's host does from now on, after something it can see has changed. What
 * already happened is kept and its writes are stored; what was only planned is planned again.
 */
export function replanHost(scene: Scene, instance: SimInstance): void {
  storeWrites(scene, instance);
  const planned = instance.power.settled === 'running' ? planMount(scene, instance) : undefined;
  const { boot } = instance;
  if (boot.home !== undefined && planned?.cause === boot.home.cause) return;
  boot.home = planned;
  if (planned?.outcome === 'formats') noteFormat(scene, instance, planned);
}

function storeWrites(scene: Scene, instance: SimInstance): void {
  const { home } = instance.boot;
  if (home === undefined || scene.now < home.at) return;
  const volume = scene.state.volumes[home.volumeId];
  if (volume === undefined) return;
  volume.content = contentOf(scene, volume);
}

/** The home this machine's tag names, if the host can read it there and has the device. */
function planMount(scene: Scene, instance: SimInstance): SimMount | undefined {
  const { boot, flaw } = instance;
  if (flaw === 'unbootable') return undefined;
  const wanted = homeTag(instance);
  const volume = wanted && scene.state.volumes[wanted.volumeId];
  const attachedAt = volume && deviceSince(scene, instance, volume);
  if (wanted === undefined || volume === undefined || attachedAt === undefined) return undefined;
  const mounted = boot.home?.volumeId === volume.id && boot.home.outcome !== 'fails';
  // A mounted file system stays mounted whatever the tag says afterwards.
  if (mounted && boot.home !== undefined && boot.home.at <= scene.now) return boot.home;
  const signature = contentOf(scene, volume)?.signature === true;
  const begin = Math.max(scene.now, boot.upAt, attachedAt);
  const { mountMs, formatMs, readyMs } = scene.delays;
  const permission = wanted.mayFormat ? 'new' : 'old';
  const cause = `${boot.id} ${volume.id} ${attachedAt} ${permission} ${signature}`;
  const base = { volumeId: volume.id, cause };
  if (flaw === 'home-fails') {
    const at = begin + mountMs;
    return { ...base, at, outcome: 'fails', reason: `${volume.id} cannot be mounted`, readyAt: at };
  }
  if (signature) {
    const at = begin + mountMs;
    return { ...base, at, outcome: 'mounts', readyAt: at + readyMs };
  }
  const at = begin + formatMs;
  if (wanted.mayFormat) return { ...base, at, outcome: 'formats', readyAt: at + readyMs };
  const reason = `${volume.id} has no file system and may not be formatted`;
  return { ...base, at: begin + mountMs, outcome: 'fails', reason, readyAt: at };
}

/** What `devinstance:home` says, where instance metadata shows tags at all. */
function homeTag(instance: SimInstance): { volumeId: string; mayFormat: boolean } | undefined {
  const value = instance.tags[tagKeys.home];
  if (value === undefined || instance.metadata.instanceTags !== 'enabled') return undefined;
  const match = /^(vol-[0-9a-f]+)(:new)?$/.exec(value);
  if (match?.[1] === undefined) return undefined;
  return { volumeId: match[1], mayFormat: match[2] !== undefined };
}

function deviceSince(scene: Scene, instance: SimInstance, volume: SimVolume): number | undefined {
  const attachment = attachmentOf(volume, scene.now);
  if (attachment?.instanceId !== instance.id) return undefined;
  const state = attachmentStateOf(attachment, scene.now);
  // A busy device is still there: the host has it mounted.
  return state === 'detaching' ? undefined : attachment.attachedAt;
}

/** A format over data is what S4 forbids, however the signature was lost. */
function noteFormat(scene: Scene, instance: SimInstance, mount: SimMount): void {
  const volume = scene.state.volumes[mount.volumeId];
  if (volume?.content === undefined) return;
  scene.note('S4', `${instance.id} may format ${volume.id}, which holds data`);
}

/** True where the host has that volume mounted now. */
export function isMounted(instance: SimInstance, volumeId: string, now: number): boolean {
  const { home } = instance.boot;
  return home?.volumeId === volumeId && home.outcome !== 'fails' && home.at <= now;
}

/**
 * The last report of the machine's host. The table that it writes to keeps it while the machine is
 * off, and until the next boot reports: an old `ready` says nothing of the machine as it is now.
 */
export function reportOf(instance: SimInstance, now: number): HostReport | undefined {
  const { boot, lastReport } = instance;
  const isHeard = powerOf(instance, now) === 'running' && now >= (boot.heardAt ?? 0);
  return isHeard ? currentReport(instance, now) : lastReport;
}

function currentReport({ id, boot, tags }: SimInstance, now: number): HostReport {
  const base = { machineId: id, bootId: boot.id, specHash: tags[tagKeys.specHash] ?? '' };
  if (now < boot.upAt) return { ...base, phase: 'booting' };
  const { home } = boot;
  if (home === undefined || now < home.at) return { ...base, phase: 'home' };
  if (home.outcome === 'fails') {
    return { ...base, phase: 'failed', reason: home.reason ?? 'the home did not mount' };
  }
  return { ...base, phase: now < home.readyAt ? 'home' : 'ready' };
}

/** The last reports of the hosts, by machine id; none of machines that are terminated. */
export function reportsAt(moment: Moment): ReadonlyMap<string, HostReport> {
  const reports = new Map<string, HostReport>();
  for (const instance of Object.values(moment.state.instances)) {
    if (powerOf(instance, moment.now) === 'terminated') continue;
    const report = reportOf(instance, moment.now);
    if (report !== undefined) reports.set(instance.id, report);
  }
  return reports;
}
