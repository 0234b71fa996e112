import { DescribeInstancesCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import type { Action } from '../../controller/core/action.ts';
import type { Cloud } from '../../controller/ports.ts';
import type { SimAccount } from '../../controller/sim/account.ts';
import {
  cloudOver,
  done,
  imageIdOf,
  launchOf,
  machinesWithHomes,
  performOne,
} from './aws-cloud.ts';
import { newSim } from './sim-fleet.ts';

/** A stopped machine of `ada-01` and its home, with the adapter over their account. */
export interface StoppedMachine {
  readonly sim: SimAccount;
  readonly cloud: Cloud;
  readonly machineId: string;
  readonly homeId: string;
  /** In the machine's tags. */
  readonly uid: string;
}

/** Makes a machine with its home attached and stops it. */
export async function stoppedMachine(): Promise<StoppedMachine> {
  const sim = newSim();
  const cloud = cloudOver(sim);
  const [made] = await machinesWithHomes(sim, cloud, ['ada-01']);
  if (made === undefined) throw new Error('no machine was made');
  await sim.people.stop(made.machineId);
  await sim.clock.sleep(60_000);
  return { sim, cloud, ...made, uid: 'uid-ada-01' };
}

/** The same once its home is off it: the terminate that was planned for it would be right. */
export async function bareMachine(): Promise<StoppedMachine> {
  const one = await stoppedMachine();
  done(await performOne(one.cloud, detachOf(one)));
  await one.sim.clock.sleep(60_000);
  return one;
}

/** Creates a volume that is nobody's, attaches it to the machine, and answers its id. */
export async function extraVolume({ sim, machineId }: StoppedMachine): Promise<string> {
  const id = await sim.people.createVolume({ AvailabilityZone: 'eu-west-1a', Size: 10 });
  await sim.clock.sleep(60_000);
  await sim.people.attach(id, machineId, '/dev/sdg');
  await sim.clock.sleep(60_000);
  return id;
}

/** Launches and stops a machine without a home in the same account, and answers its id. */
export async function onceMore({ sim, cloud }: StoppedMachine, name: string): Promise<string> {
  const launch = launchOf(name, await imageIdOf(cloud));
  const { machineId = '' } = done(await performOne(cloud, launch));
  await sim.clock.sleep(60_000);
  await sim.people.stop(machineId);
  await sim.clock.sleep(60_000);
  return machineId;
}

/** The detach that was planned for it. */
export function detachOf({ machineId, homeId, uid }: Omit<StoppedMachine, 'sim' | 'cloud'>) {
  const kind = 'detach-home' as const;
  return { kind, name: 'ada-01', machineId, machineUid: uid, homeId } satisfies Action;
}

/** The terminate that was planned for it. */
export function terminateOf({ machineId, homeId, uid }: Omit<StoppedMachine, 'sim' | 'cloud'>) {
  const kind = 'terminate' as const;
  return { kind, name: 'ada-01', machineId, uid, homeId } satisfies Action;
}

/** The machine as EC2 tells of it. */
export async function machineOf({ sim, machineId }: StoppedMachine) {
  const input = { InstanceIds: [machineId] };
  const { Reservations } = await sim.ec2.send(new DescribeInstancesCommand(input));
  return Reservations?.[0]?.Instances?.[0];
}

/** The machine's state as EC2 tells it. */
export async function stateOf(one: StoppedMachine): Promise<string | undefined> {
  return (await machineOf(one))?.State?.Name;
}

/** The home as EC2 tells of it. */
export async function homeOf({ sim, homeId }: StoppedMachine) {
  const input = { VolumeIds: [homeId] };
  return (await sim.ec2.send(new DescribeVolumesCommand(input))).Volumes?.[0];
}

/** The parameters of the calls of one action. */
export function callsOf(sim: SimAccount, action: string) {
  return sim.calls.filter((call) => call.action === action).map(({ parameters }) => parameters);
}

/** Whether one may mutate: not any more once so many reads were made from now on. */
export function afterReads(sim: SimAccount, reads: number): () => boolean {
  const before = sim.calls.length;
  return () => sim.calls.length < before + reads;
}
