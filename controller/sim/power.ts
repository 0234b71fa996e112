import type {
  InstanceStateChange,
  StartInstancesRequest,
  StartInstancesResult,
  StopInstancesRequest,
  StopInstancesResult,
  TerminateInstancesRequest,
  TerminateInstancesResult,
} from '@aws-sdk/client-ec2';
import { fromMillis } from '../core/instant.ts';
import { checkCapacity, takeCapacity } from './capacity.ts';
import { ec2Error } from './errors.ts';
import { bootAt, replanHost, reportOf } from './host.ts';
import { attachedVolumes, powerOf, toInstanceState } from './lifecycle.ts';
import { refuseSickZone } from './outages.ts';
import { checkInstanceQuotas } from './quotas.ts';
import { getInstance, getInstances } from './resources.ts';
import type { Scene } from './scene.ts';
import type { SimInstance, SimVolume } from './state.ts';
import { isStuck, settlesAt } from './sticks.ts';

/** Who turned a machine off, in EC2's words. */
type ShutdownCause = 'Client.UserInitiatedShutdown' | 'Client.InstanceInitiatedShutdown';

/** StartInstances: from stopped; running and pending ones are left as they are. */
export function startInstances(scene: Scene, input: StartInstancesRequest): StartInstancesResult {
  const instances = getInstances(scene, input.InstanceIds);
  const stopped = instances.filter((i) => powerOf(i, scene.now) === 'stopped');
  for (const instance of instances) {
    const power = powerOf(instance, scene.now);
    if (power === 'stopped' || power === 'running' || power === 'pending') continue;
    const message = `The instance '${instance.id}' is not in a state from which it can be started.`;
    throw ec2Error('IncorrectInstanceState', message);
  }
  const wanted = new Map<string, SimInstance[]>();
  for (const instance of stopped) {
    const pool = `${instance.az}/${instance.type}`;
    wanted.set(pool, [...(wanted.get(pool) ?? []), instance]);
  }
  for (const [first, ...rest] of wanted.values()) {
    if (first === undefined) continue;
    refuseSickZone(scene, first.az);
    checkInstanceQuotas(scene, first.type, 1 + rest.length);
    checkCapacity(scene, first.az, first.type, 1 + rest.length);
  }
  const changes = instances.map((i) =>
    change(scene, i, () => {
      if (stopped.includes(i)) start(scene, i);
    }),
  );
  return { StartingInstances: changes };
}

function start(scene: Scene, instance: SimInstance): void {
  const { now, delays } = scene;
  takeCapacity(scene, instance.az, instance.type, 1);
  const runningAt = settlesAt(scene, instance, 'pending', delays.launchMs);
  instance.power = { passing: 'pending', settled: 'running', since: now, settlesAt: runningAt };
  instance.launchedAt = now;
  instance.reason = undefined;
  instance.transitionReason = '';
  instance.poweredBy = scene.actor;
  instance.boot = bootAt(scene, instance, instance.boot.count + 1, runningAt);
  replanHost(scene, instance);
}

/**
 * StopInstances: from running; stopping and stopped ones are left as they are. One that is
 * protected fails them all.
 */
export function stopInstances(scene: Scene, input: StopInstancesRequest): StopInstancesResult {
  if (input.Hibernate === true) {
    const message = 'The instance was not launched with hibernation enabled';
    throw ec2Error('UnsupportedHibernationConfiguration', message);
  }
  const instances = getInstances(scene, input.InstanceIds);
  for (const instance of instances) {
    const power = powerOf(instance, scene.now);
    if (power === 'running' && instance.protection?.stop === true) {
      throw protectedError(instance, 'stopped', 'disableApiStop');
    }
    if (power === 'running' || power === 'stopping' || power === 'stopped') continue;
    throw ec2Error(
      'IncorrectInstanceState',
      `This instance '${instance.id}' is not in a state from which it can be stopped.`,
    );
  }
  const changes = instances.map((i) =>
    change(scene, i, () => {
      if (powerOf(i, scene.now) === 'running') stop(scene, i, 'Client.UserInitiatedShutdown');
    }),
  );
  return { StoppingInstances: changes };
}

function stop(scene: Scene, instance: SimInstance, cause: ShutdownCause): void {
  const { now, delays } = scene;
  const stoppedAt = settlesAt(scene, instance, 'stopping', delays.stopMs);
  instance.lastReport = reportOf(instance, now);
  instance.power = { passing: 'stopping', settled: 'stopped', since: now, settlesAt: stoppedAt };
  say(instance, cause, now);
  replanHost(scene, instance);
  for (const volume of attachedVolumes(scene, instance)) {
    const { attachment } = volume;
    // A busy device is let go of when the operating system is down.
    const isBusy = attachment?.detachingAt !== undefined && attachment.detachedAt === undefined;
    if (attachment !== undefined && isBusy && !isStuck(volume, 'busy')) {
      attachment.detachedAt = stoppedAt;
    }
  }
}

/** A shutdown from inside: stops or terminates, as the launch said. */
export function shutDown(scene: Scene, id: string): void {
  const instance = getInstance(scene, id);
  if (powerOf(instance, scene.now) !== 'running') {
    throw ec2Error('IncorrectInstanceState', `The instance '${id}' is not running.`);
  }
  if (instance.shutdownBehaviour === 'stop') {
    stop(scene, instance, 'Client.InstanceInitiatedShutdown');
  } else {
    terminate(scene, instance, 'Client.InstanceInitiatedShutdown');
  }
}

/**
 * TerminateInstances: succeeds on every known instance, in any state. A protected one fails the
 * call and spares the instances of its zone; those of other zones are terminated all the same (BM).
 */
export function terminateInstances(
  scene: Scene,
  input: TerminateInstancesRequest,
): TerminateInstancesResult {
  const instances = getInstances(scene, input.InstanceIds);
  const kept = instances.filter(
    (each) => !isDying(each, scene.now) && (each.protection?.terminate || each.protection?.stop),
  );
  const keptZones = new Set(kept.map(({ az }) => az));
  const going = instances.filter(({ az }) => !keptZones.has(az));
  const [first] = kept;
  if (first !== undefined) {
    const attribute = first.protection?.terminate ? 'disableApiTermination' : 'disableApiStop';
    const error = protectedError(first, 'terminated', attribute);
    if (going.length === 0) throw error;
    scene.failLate(error);
  }
  const changes = going.map((i) =>
    change(scene, i, () => {
      if (!isDying(i, scene.now)) terminate(scene, i, 'Client.UserInitiatedShutdown');
    }),
  );
  return { TerminatingInstances: changes };
}

function isDying(instance: SimInstance, now: number): boolean {
  const power = powerOf(instance, now);
  return power === 'shutting-down' || power === 'terminated';
}

function protectedError({ id }: SimInstance, what: string, attribute: string): Error {
  const message =
    `The instance '${id}' may not be ${what}. ` +
    `Modify its '${attribute}' instance attribute and try again.`;
  return ec2Error('OperationNotPermitted', message);
}

function terminate(scene: Scene, instance: SimInstance, cause: ShutdownCause): void {
  const { now, delays } = scene;
  const volumes = attachedVolumes(scene, instance);
  const goneAt = settlesAt(scene, instance, 'shutting-down', delays.terminateMs);
  instance.lastReport = reportOf(instance, now);
  const passing = 'shutting-down';
  instance.power = { passing, settled: 'terminated', since: now, settlesAt: goneAt };
  say(instance, cause, now);
  replanHost(scene, instance);
  for (const volume of volumes) letGo(volume, goneAt);
}

/** What becomes of a volume when its instance is gone. */
export function letGo(volume: SimVolume, goneAt: number): void {
  const { attachment } = volume;
  if (attachment === undefined) return;
  if (attachment.deleteOnTermination) volume.deletedAt = goneAt;
  attachment.detachedAt = Math.min(attachment.detachedAt ?? goneAt, goneAt);
}

function say(instance: SimInstance, cause: ShutdownCause, now: number): void {
  const isApi = cause === 'Client.UserInitiatedShutdown';
  const words = isApi ? 'User initiated shutdown' : 'Instance initiated shutdown';
  instance.reason = { code: cause, message: `${cause}: ${words}` };
  const at = fromMillis(now).slice(0, 19).replace('T', ' ');
  instance.transitionReason = isApi ? `User initiated (${at} GMT)` : '';
}

function change(scene: Scene, instance: SimInstance, act: () => void): InstanceStateChange {
  const previous = powerOf(instance, scene.now);
  act();
  return {
    InstanceId: instance.id,
    PreviousState: toInstanceState(previous),
    CurrentState: toInstanceState(powerOf(instance, scene.now)),
  };
}
