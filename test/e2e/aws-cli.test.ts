import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { homeDeviceName, tagKeys } from '../../controller/core/tags.ts';
import { awsCli, isAwsCliThere } from '../support/aws-cli.ts';
import { type E2eFleet, makeE2eFleet } from '../support/e2e-fleet.ts';

const moto = inject('moto');
const isCliThere = isAwsCliThere();
if (!isCliThere) process.stdout.write('SKIPPED: reading through the AWS CLI needs aws on PATH\n');

const fleetName = 'read-back';
const names = ['ada-01', 'linus-01'];

/** What the CLI is asked for of each machine and home. */
interface CliMachine {
  readonly id: string;
  readonly type: string;
  readonly state: string;
  readonly zone: string;
  readonly imageId: string;
  readonly tokens: string;
  readonly endpoint: string;
  readonly hops: number;
  readonly metadataTags: string;
  readonly devices: readonly {
    readonly name: string;
    readonly volumeId: string;
    readonly dies: boolean;
  }[];
}

interface CliHome {
  readonly id: string;
  readonly state: string;
  readonly zone: string;
  readonly size: number;
  readonly encrypted: boolean;
  readonly attachments: readonly {
    readonly instanceId: string;
    readonly device: string;
    readonly state: string;
  }[];
}

/** One line of `devinstance get -o json`. */
interface Status {
  readonly name: string;
  readonly machineId: string;
  readonly homeId: string;
  readonly homeSizeGib: number;
}

const machineQuery = `Reservations[].Instances[].{
  id: InstanceId, type: InstanceType, state: State.Name, zone: Placement.AvailabilityZone,
  imageId: ImageId, tokens: MetadataOptions.HttpTokens, endpoint: MetadataOptions.HttpEndpoint,
  hops: MetadataOptions.HttpPutResponseHopLimit, metadataTags: MetadataOptions.InstanceMetadataTags,
  devices: BlockDeviceMappings[].{
    name: DeviceName, volumeId: Ebs.VolumeId, dies: Ebs.DeleteOnTermination}}`;

const homeQuery = `Volumes[].{
  id: VolumeId, state: State, zone: AvailabilityZone, size: Size, encrypted: Encrypted,
  attachments: Attachments[].{instanceId: InstanceId, device: Device, state: State}}`;

describe.skipIf(moto === null || !isCliThere)('what the AWS CLI reads of a fleet', () => {
  let fleet: E2eFleet;
  let statuses: readonly Status[];
  let machines: readonly CliMachine[];
  let volumes: readonly CliHome[];

  beforeAll(async () => {
    if (moto === null) return;
    fleet = await makeE2eFleet(moto, { fleet: fleetName, only: names });
    expect(await fleet.run('controller', '--until-settled')).toMatchObject({ code: 0, err: '' });
    statuses = JSON.parse((await fleet.run('get', '-o', 'json')).out);
    const ours = ['--filters', `Name=tag:${tagKeys.fleet},Values=${fleetName}`];
    machines = (await ec2('describe-instances', ...ours, '--query', machineQuery)) as CliMachine[];
    volumes = (await ec2('describe-volumes', ...ours, '--query', homeQuery)) as CliHome[];
  }, 120_000);

  afterAll(() => fleet?.remove());

  function ec2(...args: readonly string[]): Promise<unknown> {
    if (moto === null) throw new Error('there is no moto');
    return awsCli(moto.endpoint, 'ec2', ...args);
  }

  function of(name: string) {
    const status = statuses.find((each) => each.name === name);
    const machine = machines.find(({ id }) => id === status?.machineId);
    const home = volumes.find(({ id }) => id === status?.homeId);
    if (status === undefined || machine === undefined || home === undefined) {
      throw new Error(`the AWS CLI does not show what ${name} has`);
    }
    return { status, machine, home };
  }

  async function tagsOf(id: string): Promise<Readonly<Record<string, string>>> {
    const query = ['--query', 'Tags[].[Key, Value]'];
    const filter = ['--filters', `Name=resource-id,Values=${id}`];
    const pairs = (await ec2('describe-tags', ...filter, ...query)) as [string, string][];
    return Object.fromEntries(pairs);
  }

  test('no more and no less than what the controller says it made', () => {
    expect(statuses.map(({ name }) => name)).toEqual(names);
    expect(machines.map(({ id }) => id).sort()).toEqual(
      statuses.map(({ machineId }) => machineId).sort(),
    );
    // A root and a home each.
    expect(volumes).toHaveLength(2 * names.length);
  });

  test.each(names)('%s runs the golden image behind IMDSv2, one hop, tags in metadata', (name) => {
    expect(of(name).machine).toMatchObject({
      state: 'running',
      type: 't3.xlarge',
      imageId: moto?.network.imageId,
      tokens: 'required',
      endpoint: 'enabled',
      hops: 1,
      metadataTags: 'enabled',
    });
  });

  test.each(names)('the home of %s is encrypted, in its zone, attached, and stays', (name) => {
    const { status, machine, home } = of(name);
    expect(home).toEqual({
      id: status.homeId,
      state: 'in-use',
      zone: machine.zone,
      size: status.homeSizeGib,
      encrypted: true,
      attachments: [{ instanceId: machine.id, device: homeDeviceName, state: 'attached' }],
    });
    expect(machine.devices).toContainEqual({
      name: homeDeviceName,
      volumeId: home.id,
      dies: false,
    });
  });

  test.each(names)('the root of %s is encrypted and goes with its machine', (name) => {
    const { machine, home } = of(name);
    const roots = machine.devices.filter(({ volumeId }) => volumeId !== home.id);
    expect(roots.map(({ dies }) => dies)).toEqual([true]);
    const root = volumes.find(({ id }) => id === roots[0]?.volumeId);
    expect(root).toMatchObject({ encrypted: true, state: 'in-use' });
  });

  test.each(names)('machine and home of %s carry one identity', async (name) => {
    const { machine, home } = of(name);
    const [ofMachine, ofHome] = [await tagsOf(machine.id), await tagsOf(home.id)];
    const identity = {
      [tagKeys.fleet]: fleetName,
      [tagKeys.devInstance]: name,
      [tagKeys.owner]: name.replace('-01', ''),
      [tagKeys.uid]: ofMachine[tagKeys.uid],
    };
    expect(ofMachine).toMatchObject({
      ...identity,
      [tagKeys.role]: 'machine',
      [tagKeys.home]: home.id,
    });
    expect(ofHome).toMatchObject({ ...identity, [tagKeys.role]: 'home' });
    expect(ofMachine[tagKeys.uid]).toMatch(/^[a-z0-9-]{8,}$/);
  });
});
