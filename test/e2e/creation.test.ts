import type { Instance, Volume } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { homeDeviceName, tagKeys } from '../../controller/core/tags.ts';
import { type E2eFleet, makeE2eFleet } from '../support/e2e-fleet.ts';
import { type FleetTruth, motoAccount, motoRegion, tagsOf } from '../support/moto-account.ts';
import type { ProgramEnd } from '../support/program.ts';
import { isMutation } from '../support/recording-proxy.ts';

const moto = inject('moto');
const fleetName = 'sample';
const names = [
  'ada-01',
  'barbara-01',
  'dennis-01',
  'grace-01',
  'katherine-01',
  'ken-01',
  'linus-01',
  'margaret-01',
  'radia-01',
  'shwetak-01',
];

describe.skipIf(moto === null)('the sample fleet, made from nothing', () => {
  let fleet: E2eFleet;
  let init: readonly ProgramEnd[];
  let firstPlan: ProgramEnd;
  let creation: ProgramEnd;
  let truth: FleetTruth;

  beforeAll(async () => {
    if (moto === null) return;
    fleet = await makeE2eFleet(moto, { fleet: fleetName, hasLedger: false });
    init = [await fleet.run('ledger', 'init'), await fleet.run('ledger', 'init')];
    firstPlan = await fleet.run('plan', '-o', 'json', '--detailed-exitcode');
    creation = await fleet.run('controller', '--until-settled');
    truth = await fleet.truth();
  }, 120_000);

  afterAll(() => fleet?.remove());

  const machineOf = (name: string) => named(truth.machines, name);
  const homeOf = (name: string) => named(truth.homes, name);

  test('ledger init can be repeated', () => {
    expect(init.map(({ code, err }) => ({ code, err }))).toEqual([
      { code: 0, err: '' },
      { code: 0, err: '' },
    ]);
    const tables = fleet.calls.filter(({ action }) => action === 'CreateTable');
    expect(tables).toHaveLength(1);
  });

  test('the plan before it says what will be made, and exits 2 where asked to tell', () => {
    const lines = jsonLines(firstPlan.out);
    const creates = lines.filter(({ type }) => type === 'planned_change');
    expect(firstPlan).toMatchObject({ code: 2, err: '' });
    expect(creates.map(({ name, action }) => `${action} ${name}`)).toEqual(
      names.map((name) => `create ${name}`),
    );
    expect(new Set(lines.map(({ schemaVersion }) => schemaVersion))).toEqual(new Set([1]));
    expect(lines.at(-1)).toMatchObject({ type: 'change_summary' });
  });

  test('the controller ends well, with one machine and one home each', () => {
    expect(creation).toMatchObject({ code: 0, err: '' });
    expect(truth.machines.map(nameOf).sort()).toEqual(names);
    expect(truth.homes.map(nameOf).sort()).toEqual(names);
  });

  test.each(names)('%s runs as the design says, its home attached to stay', (name) => {
    const [machine, home] = [machineOf(name), homeOf(name)];
    expect(machine).toMatchObject({
      State: { Name: 'running' },
      ImageId: moto?.network.imageId,
      SecurityGroups: [{ GroupId: moto?.network.securityGroup }],
      IamInstanceProfile: { Arn: `arn:aws:iam::${motoAccount}:instance-profile/dev-instance` },
      MetadataOptions: { HttpTokens: 'required', InstanceMetadataTags: 'enabled' },
      Placement: { AvailabilityZone: home.AvailabilityZone },
    });
    expect(moto?.network.subnets).toContain(machine.SubnetId);
    expect(home).toMatchObject({
      State: 'in-use',
      Encrypted: true,
      VolumeType: 'gp3',
      Attachments: [{ InstanceId: machine.InstanceId, State: 'attached' }],
    });
    const mapping = machine.BlockDeviceMappings?.find(
      ({ DeviceName }) => DeviceName === homeDeviceName,
    );
    expect(mapping?.Ebs).toMatchObject({ VolumeId: home.VolumeId, DeleteOnTermination: false });
  });

  test.each(names)('%s and its home carry the same identity', (name) => {
    const [machine, home] = [tagsOf(machineOf(name)), tagsOf(homeOf(name))];
    const owner = name.replace('-01', '');
    const shared = {
      [tagKeys.fleet]: fleetName,
      [tagKeys.devInstance]: name,
      [tagKeys.owner]: owner,
      [tagKeys.uid]: expect.stringMatching(/^[a-z0-9-]{8,}$/),
    };
    expect(machine).toMatchObject({
      ...shared,
      [tagKeys.name]: name,
      [tagKeys.role]: 'machine',
      [tagKeys.ordinal]: '1',
      [tagKeys.image]: moto?.network.imageId,
      [tagKeys.home]: homeOf(name).VolumeId,
    });
    expect(home).toMatchObject({ ...shared, [tagKeys.role]: 'home' });
    expect(home[tagKeys.uid]).toBe(machine[tagKeys.uid]);
  });

  test('types and sizes are those of the specs', () => {
    expect(machineOf('ken-01').InstanceType).toBe('m7i.xlarge');
    expect(machineOf('ada-01').InstanceType).toBe('t3.xlarge');
    expect(homeOf('grace-01')).toMatchObject({ Size: 800, Iops: 6000, Throughput: 250 });
    expect(homeOf('linus-01')).toMatchObject({ Size: 200 });
  });

  test('a second run writes nothing but the lease', async () => {
    const before = fleet.calls.length;
    const again = await fleet.run('controller', '--until-settled');
    expect(again).toMatchObject({ code: 0, err: '' });
    const calls = fleet.calls.slice(before);
    expect(calls.filter(({ service }) => service === 'ec2').length).toBeGreaterThan(0);
    expect(calls.filter(isMutation)).toEqual([]);
  });

  test('then the plan is empty and changes nothing', async () => {
    const before = fleet.calls.length;
    const plan = await fleet.run('plan', '-o', 'json', '--detailed-exitcode');
    expect(plan).toMatchObject({ code: 0, err: '' });
    expect(jsonLines(plan.out).filter(({ type }) => type === 'planned_change')).toEqual([]);
    expect(fleet.calls.slice(before).filter(isMutation)).toEqual([]);
  });

  test('get lists what is there', async () => {
    const get = await fleet.run('get', '-o', 'json');
    expect(get).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(get.out)).toEqual(
      names.map((name) =>
        expect.objectContaining({
          name,
          phase: 'Running',
          sync: 'Synced',
          health: 'Healthy',
          machineId: machineOf(name).InstanceId,
          homeId: homeOf(name).VolumeId,
          homeSizeGib: homeOf(name).Size,
        }),
      ),
    );
    expect(machineOf('ada-01').Placement?.AvailabilityZone).toContain(motoRegion);
  });
});

function nameOf(resource: Instance | Volume): string {
  return tagsOf(resource)[tagKeys.devInstance] ?? '';
}

function named<T extends Instance | Volume>(resources: readonly T[], name: string): T {
  const found = resources.find((resource) => nameOf(resource) === name);
  if (found === undefined) throw new Error(`nothing carries the name ${name}`);
  return found;
}

function jsonLines(text: string): readonly Record<string, unknown>[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}
