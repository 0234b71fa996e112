import { type Ec2WriteAccess, ec2Cloud } from '../../controller/aws/ec2-cloud.ts';
import type { Action, Outcome } from '../../controller/core/action.ts';
import type { Interest } from '../../controller/core/observed.ts';
import { homeDeviceName, tagKeys } from '../../controller/core/tags.ts';
import type { Cloud } from '../../controller/ports.ts';
import type { SimAccount } from '../../controller/sim/account.ts';
import { simChannel, simGroup, simSubnets } from './sim-fleet.ts';

type Of<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>;

/** The production adapter over a simulated account. */
export function cloudOver(sim: SimAccount, changes: Partial<Ec2WriteAccess> = {}): Cloud {
  const { ec2, ssm, sts, clock } = sim;
  const region = 'eu-west-1';
  const clients = { ec2, ec2Mutations: ec2, ssm, ssmMutations: ssm, sts };
  return ec2Cloud({ ...clients, clock, region, fleet: 'dev', ...changes });
}

/** Interest in nothing but what carries the fleet's tag. */
export function interestIn(changes: Partial<Interest> = {}): Interest {
  return {
    account: '111122223333',
    fleet: 'dev',
    machineIds: [],
    homeIds: [],
    snapshotIds: [],
    subnetIds: [],
    channels: [],
    stableOf: [],
    imageIds: [],
    instanceTypes: [],
    ...changes,
  };
}

/** Whoever asks may mutate. */
export const always = () => true;

/** What the simulated channel names now. */
export async function imageIdOf(cloud: Cloud): Promise<string> {
  const { images } = await cloud.observe(interestIn({ channels: [simChannel] }));
  const image = images.get(simChannel.name);
  if (image?.usable !== true) throw new Error('the simulated channel has no usable image');
  return image.imageId;
}

/** The launch of a DevInstance's machine, as the plan writes it. */
export function launchOf(
  name: string,
  imageId: string,
  changes: Partial<Of<'launch'>['request']> = {},
): Of<'launch'> {
  const common = {
    [tagKeys.fleet]: 'dev',
    [tagKeys.devInstance]: name,
    [tagKeys.uid]: `uid-${name}`,
    [tagKeys.owner]: name,
  };
  return {
    kind: 'launch',
    name,
    request: {
      clientToken: `launch-${name}-1`,
      imageId,
      instanceType: 't3.xlarge',
      subnetId: simSubnets[0],
      securityGroups: [simGroup],
      instanceProfile: 'dev-instance',
      rootDeviceName: '/dev/sda1',
      rootSizeGib: 50,
      rootType: 'gp3',
      userData: '#cloud-config\n# ñ\n',
      machineTags: { ...common, [tagKeys.role]: 'machine', [tagKeys.ordinal]: '1' },
      rootTags: { ...common, [tagKeys.role]: 'root' },
      ...changes,
    },
  };
}

/** The creation of a DevInstance's home, as the plan writes it. */
export function createHomeOf(
  name: string,
  changes: Partial<Of<'create-home'>['request']> = {},
): Of<'create-home'> {
  return {
    kind: 'create-home',
    name,
    request: {
      clientToken: `home-${name}`,
      az: 'eu-west-1a',
      sizeGib: 100,
      type: 'gp3',
      tags: {
        [tagKeys.fleet]: 'dev',
        [tagKeys.devInstance]: name,
        [tagKeys.uid]: `uid-${name}`,
        [tagKeys.owner]: name,
        [tagKeys.role]: 'home',
      },
      ...changes,
    },
  };
}

/** Performs one action and answers its outcome. */
export async function performOne(
  cloud: Cloud,
  action: Action,
  mayMutate: () => boolean = always,
): Promise<Outcome> {
  const [outcome] = await cloud.perform([action], mayMutate);
  if (outcome === undefined) throw new Error('no outcome');
  return outcome;
}

/** What a successful action made. Throws where it was not done. */
export function done(outcome: Outcome): Extract<Outcome, { result: 'done' }> {
  if (outcome.result !== 'done') throw new Error(`not done: ${JSON.stringify(outcome)}`);
  return outcome;
}

export interface MachineWithHome {
  readonly machineId: string;
  readonly homeId: string;
}

/** Launches machines with their homes attached through the adapter, and lets them start. */
export async function machinesWithHomes(
  sim: SimAccount,
  cloud: Cloud,
  names: readonly string[],
): Promise<readonly MachineWithHome[]> {
  const imageId = await imageIdOf(cloud);
  const launches = names.map((name) => launchOf(name, imageId));
  const machines = (await cloud.perform(launches, always)).map(done);
  const homes = (
    await cloud.perform(
      names.map((name) => createHomeOf(name)),
      always,
    )
  ).map(done);
  await sim.clock.sleep(30_000);
  const attachments = names.map((name, index) => ({
    kind: 'attach-home' as const,
    name,
    machineId: machines[index]?.machineId ?? '',
    homeId: homes[index]?.homeId ?? '',
    deviceName: homeDeviceName,
  }));
  for (const outcome of await cloud.perform(attachments, always)) done(outcome);
  await sim.clock.sleep(10_000);
  return attachments.map(({ machineId, homeId }) => ({ machineId, homeId }));
}
