import {
  CreateTagsCommand,
  DescribeImagesCommand,
  EC2Client,
  type Image,
  RunInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm';
import { tagKeys } from '../../controller/core/tags.ts';
import { type E2eFleet, type Endpoint, makeE2eFleet } from './e2e-fleet.ts';
import { hasHome } from './e2e-replacement.ts';
import {
  buildImage,
  type FleetHistory,
  motoPlace,
  putParameter,
  readFleetHistory,
  tagsOf,
} from './moto-account.ts';
import type { ProxyRules } from './recording-proxy.ts';

export const channel = 'ubuntu-24.04';

/** How long a machine is kept that was replaced. */
export const keptMinutes = 60;

export interface RolledFleetOptions {
  readonly only: readonly string[];
  /** The waves of its channel, as YAML. */
  readonly waves: string;
  readonly rules?: ProxyRules;
}

/** Whose image one is by its tags. */
export interface Whose {
  readonly fleet?: string;
  readonly channel?: string;
}

/**
 * Machines that are always on and replaced at any time. They follow a channel of their fleet's own,
 * whose images have names in its tests.
 */
export interface RolledFleet extends E2eFleet {
  /** Registers an image, with the tags that the pipeline of the channel gives it where none are said; its id. */
  build(image: string, whose?: Whose): Promise<string>;
  /** Gives the tags of the channel to an image that has none. */
  claim(imageId: string): Promise<void>;
  /** Registers an image with these tags, and names it in the parameter that the channel follows. */
  publish(image: string): Promise<string>;
  history(): Promise<FleetHistory>;
  /** A line a machine: `ada-01 1 stopped, first`. */
  machines(): Promise<readonly string[]>;
  /** The images that are left, a line each: `second completed`. */
  images(): Promise<readonly string[]>;
  /** The images that the controller's own parameters name. */
  published(): Promise<{ readonly stable?: string; readonly previous?: string }>;
}

/** Copies the specs and publishes the `first` image; nothing is made of them yet. */
export async function makeRolledFleet(
  moto: Endpoint,
  name: string,
  { only, waves, rules = {} }: RolledFleetOptions,
): Promise<RolledFleet> {
  const { endpoint } = moto;
  const fleet = await makeE2eFleet(moto, { fleet: name, only, rules });
  const parameters = parametersOf(name);
  await follow(fleet, parameters, waves);
  /** The names of images by their ids. */
  const built = new Map<string, string>();
  const history = () => readFleetHistory(endpoint, name);
  const ours = { fleet: name, channel };
  const build = async (image: string, whose: Whose = ours) => {
    const imageId = await buildImage(endpoint, `${name}-${image}`, tagsFor(whose));
    built.set(imageId, image);
    return imageId;
  };
  const publish = async (image: string) => {
    const imageId = await build(image);
    await putParameter(endpoint, parameters.candidate, imageId);
    return imageId;
  };
  await publish('first');
  return {
    ...fleet,
    build,
    claim: (imageId) => tagImage(endpoint, imageId, tagsFor(ours)),
    publish,
    history,
    machines: async () => machineLines(await history(), built),
    images: async () => {
      const left = await readImages(endpoint, [...built.keys()]);
      return left.map((image) => imageLine(image, built)).sort();
    },
    published: async () => {
      const values = await readParameters(endpoint, [parameters.stable, parameters.previous]);
      const held = {
        stable: values.get(parameters.stable),
        previous: values.get(parameters.previous),
      };
      return Object.fromEntries(
        Object.entries(held).flatMap(([what, id]) =>
          id === undefined ? [] : [[what, built.get(id)]],
        ),
      );
    },
  };
}

function tagsFor({ fleet, channel: of }: Whose): Readonly<Record<string, string>> {
  return {
    ...(fleet === undefined ? {} : { [tagKeys.fleet]: fleet }),
    ...(of === undefined ? {} : { [tagKeys.channel]: of }),
  };
}

type Parameters = Readonly<Record<'candidate' | 'stable' | 'previous', string>>;

function parametersOf(fleet: string): Parameters {
  const of = (what: string) => `/e2e/${fleet}/${what}`;
  return { candidate: of('candidate'), stable: of('stable'), previous: of('previous') };
}

async function follow(
  { folder: { edit } }: E2eFleet,
  { candidate, stable, previous }: Parameters,
  waves: string,
): Promise<void> {
  const spec = [
    `follow: ${candidate}`,
    `  publish: {stable: ${stable}, previous: ${previous}}`,
    '  keep: 1',
    `  rollout: {maxConcurrent: 2, waves: ${waves}}`,
    '',
  ];
  await edit(`images/${channel}.yaml`, /follow: [\s\S]*/, spec.join('\n'));
  const always = `schedule: {mode: always}\n  rollbackWindow: ${keptMinutes}m`;
  await edit('classes/standard.yaml', /schedule: .*/, always);
  await edit('classes/standard.yaml', /upgrade: .*/, 'upgrade: {when: any-time}');
}

type Names = ReadonlyMap<string, string>;

function machineLines(history: FleetHistory, names: Names): readonly string[] {
  return history.machines
    .map((machine) => {
      const tags = tagsOf(machine);
      const name = `${tags[tagKeys.devInstance]} ${tags[tagKeys.ordinal]}`;
      const home = hasHome(machine, history) ? ' with the home' : '';
      return `${name} ${machine.State?.Name}${home}, ${names.get(machine.ImageId ?? '')}`;
    })
    .sort();
}

function imageLine(image: Image, names: Names): string {
  const phase = tagsOf(image)[tagKeys.phase];
  return `${names.get(image.ImageId ?? '')}${phase === undefined ? '' : ` ${phase}`}`;
}

/** Those of some images that are still registered. moto leaves out what was deregistered. */
async function readImages(
  endpoint: string,
  ImageIds: readonly string[],
): Promise<readonly Image[]> {
  const ec2 = new EC2Client(motoPlace(endpoint));
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [...ImageIds] }));
  ec2.destroy();
  return Images;
}

async function readParameters(
  endpoint: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const ssm = new SSMClient(motoPlace(endpoint));
  const { Parameters = [] } = await ssm.send(new GetParametersCommand({ Names: [...names] }));
  ssm.destroy();
  return new Map(Parameters.map(({ Name = '', Value = '' }) => [Name, Value]));
}

async function tagImage(
  endpoint: string,
  imageId: string,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  const ec2 = new EC2Client(motoPlace(endpoint));
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await ec2.send(new CreateTagsCommand({ Resources: [imageId], Tags }));
  ec2.destroy();
}

/** Somebody's own machine of an image, with none of our tags. */
export async function launchOwn(endpoint: string, ImageId: string): Promise<void> {
  const ec2 = new EC2Client(motoPlace(endpoint));
  const one = { InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 } as const;
  await ec2.send(new RunInstancesCommand({ ImageId, ...one }));
  ec2.destroy();
}

/** Stops a machine as people do in the console. */
export async function stopByHand(endpoint: string, machineId: string): Promise<void> {
  const ec2 = new EC2Client(motoPlace(endpoint));
  await ec2.send(new StopInstancesCommand({ InstanceIds: [machineId] }));
  ec2.destroy();
}
