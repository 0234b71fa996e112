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
import { bootAt, replanHost } from './host.ts';
import { attachedVolumes, isGoing, powerOf, toInstanceState } from './lifecycle.ts';
import { getInstance, getInstances } from './resources.ts';
import type { Scene } from './scene.ts';
import type { SimInstance } from './state.ts';

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
    if (first !== undefined) checkCapacity(scene, first.az, first.type, 1 + rest.length);
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
  const settlesAt = now + delays.launchMs;
  instance.power = { passing: 'pending', settled: 'running', since: now, settlesAt };
  instance.launchedAt = now;
  instance.reason = undefined;
  instance.transitionReason = '';
  instance.poweredBy = scene.actor;
  instance.boot = bootAt(scene, instance.id, instance.boot.count + 1, settlesAt);
  replanHost(scene, instance);
}

/** StopInstances: from running; stopping and stopped ones are left as they are. */
export function stopInstances(scene: Scene, input: StopInstancesRequest): StopInstancesResult {
  if (input.Hibernate === true) {
    const message = 'The instance was not launched with hibernation enabled';
    throw ec2Error('UnsupportedHibernationConfiguration', message);
  }
  const instances = getInstances(scene, input.InstanceIds);
  for (const instance of instances) {
    const power = powerOf(instance, scene.now);
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
  const settlesAt = now + delays.stopMs;
  instance.power = { passing: 'stopping', settled: 'stopped', since: now, settlesAt };
  say(instance, cause, now);
  replanHost(scene, instance);
  for (const volume of attachedVolumes(scene, instance)) {
    const { attachment } = volume;
    // A busy device is let go of when the operating system is down.
    if (attachment?.detachingAt !== undefined && attachment.detachedAt === undefined) {
      attachment.detachedAt = settlesAt;
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

/** TerminateInstances: every call on a known instance succeeds, in any state. */
export function terminateInstances(
  scene: Scene,
  input: TerminateInstancesRequest,
): TerminateInstancesResult {
  const instances = getInstances(scene, input.InstanceIds);
  const changes = instances.map((i) =>
    change(scene, i, () => {
      if (!isGoing(i)) terminate(scene, i, 'Client.UserInitiatedShutdown');
    }),
  );
  return { TerminatingInstances: changes };
}

function terminate(scene: Scene, instance: SimInstance, cause: ShutdownCause): void {
  const { now, delays } = scene;
  const volumes = attachedVolumes(scene, instance);
  const settlesAt = now + delays.terminateMs;
  instance.power = { passing: 'shutting-down', settled: 'terminated', since: now, settlesAt };
  say(instance, cause, now);
  replanHost(scene, instance);
  for (const volume of volumes) {
    const { attachment } = volume;
    if (attachment === undefined) continue;
    if (attachment.deleteOnTermination) volume.deletedAt = settlesAt;
    attachment.detachedAt = Math.min(attachment.detachedAt ?? settlesAt, settlesAt);
  }
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
