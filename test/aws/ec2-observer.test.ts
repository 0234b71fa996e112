import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { ec2Observer } from '../../controller/aws/ec2-observer.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { OperatorError } from '../../controller/ports.ts';
import type { SimAccount } from '../../controller/sim/account.ts';
import { cloudOver, interestIn, machinesWithHomes } from '../support/aws-cloud.ts';
import { newSim, simChannel, simSubnets } from '../support/sim-fleet.ts';

async function fleetOf(names: readonly string[], sim: SimAccount = newSim()) {
  const cloud = cloudOver(sim);
  const machines = await machinesWithHomes(sim, cloud, names);
  return { sim, cloud, machines };
}

function callsAfter(sim: SimAccount, index: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { action } of sim.calls.slice(index)) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}

test('tells the account and region', async () => {
  const identity = await cloudOver(newSim()).identity();
  expect(identity).toEqual({ account: '111122223333', region: 'eu-west-1' });
});

test('reads machines and homes by the fleet tag, and nothing else', async () => {
  const { sim, cloud, machines } = await fleetOf(['ada-01', 'bob-01']);
  await sim.people.createVolume({ AvailabilityZone: 'eu-west-1a', Size: 1 });
  const { machines: seen, homes, absent, failures } = await cloud.observe(interestIn());
  expect(seen.map(({ id }) => id).sort()).toEqual(
    machines.map(({ machineId }) => machineId).sort(),
  );
  expect(homes.map(({ id }) => id).sort()).toEqual(machines.map(({ homeId }) => homeId).sort());
  expect([absent.size, failures]).toEqual([0, []]);
  sim.ghost.assertSilent();
});

test('tells of a machine what the plan needs', async () => {
  const { cloud, machines } = await fleetOf(['ada-01']);
  const { machines: seen } = await cloud.observe(interestIn());
  expect(seen[0]).toMatchObject({
    state: 'running',
    type: 't3.xlarge',
    az: 'eu-west-1a',
    subnetId: simSubnets[0],
    rootDeviceName: '/dev/sda1',
    checks: 'initializing',
    tags: { [tagKeys.uid]: 'uid-ada-01', [tagKeys.ordinal]: '1' },
  });
  expect(seen[0]?.devices).toContainEqual({
    deviceName: '/dev/sdf',
    volumeId: machines[0]?.homeId,
    deleteOnTermination: false,
  });
});

test('checks are ok when both are, impaired when one is, and none while stopped', async () => {
  const { sim, cloud, machines } = await fleetOf(['ada-01', 'bob-01', 'eve-01']);
  const [ada, bob, eve] = machines.map(({ machineId }) => machineId);
  await sim.clock.sleep(300_000);
  await sim.conditions.setImpaired(bob ?? '', true);
  await sim.people.stop(eve ?? '');
  await sim.clock.sleep(60_000);
  const { machines: seen } = await cloud.observe(interestIn());
  const checks = new Map(seen.map(({ id, checks }) => [id, checks]));
  expect([ada, bob, eve].map((id) => checks.get(id ?? ''))).toEqual(['ok', 'impaired', 'none']);
});

test('a home that is being modified says so', async () => {
  const { sim, cloud, machines } = await fleetOf(['ada-01']);
  const homeId = machines[0]?.homeId ?? '';
  const grow = { kind: 'modify-home', name: 'ada-01', homeId, sizeGib: 120, type: 'gp3' } as const;
  await cloud.perform([grow], () => true);
  const states = [];
  for (const millis of [0, 10_000, 3_600_000]) {
    await sim.clock.sleep(millis);
    states.push((await cloud.observe(interestIn())).homes[0]?.modifying);
  }
  expect(states).toEqual(['modifying', 'optimizing', undefined]);
});

test('what the listing omits and the ledger or a tag names is read by id', async () => {
  const { sim, cloud, machines } = await fleetOf(['ada-01', 'bob-01']);
  const [ada, bob] = machines;
  if (ada === undefined || bob === undefined) throw new Error('two machines');
  await sim.people.tag(ada.machineId, { [tagKeys.home]: `${ada.homeId}:new` });
  sim.conditions.omitFromListings([ada.machineId, ada.homeId]);
  const blind = await cloud.observe(interestIn());
  expect(blind.machines.map(({ id }) => id)).toEqual([bob.machineId]);
  const seeing = await cloud.observe(interestIn({ machineIds: [ada.machineId] }));
  expect(seeing.machines.map(({ id }) => id)).toContain(ada.machineId);
  expect(seeing.homes.map(({ id }) => id)).toContain(ada.homeId);
  expect(seeing.absent.size).toBe(0);
});

test('ids that do not exist are absent, one by one', async () => {
  const { cloud, machines } = await fleetOf(['ada-01']);
  const machineId = machines[0]?.machineId ?? '';
  const gone = ['i-0123456789abcdef0', 'i-0123456789abcdef1', 'vol-0123456789abcdef0'];
  const { absent, machines: seen } = await cloud.observe(
    interestIn({ machineIds: [machineId, ...gone.slice(0, 2)], homeIds: gone.slice(2) }),
  );
  expect([...absent].sort()).toEqual(gone);
  expect(seen).toHaveLength(1);
});

test.each([
  ['DescribeInstances', 'machines'],
  ['DescribeVolumes', 'homes'],
])('a failed %s is a failure and makes nothing absent', async (action, what) => {
  const { sim, cloud, machines } = await fleetOf(['ada-01']);
  const interest = interestIn({
    machineIds: [machines[0]?.machineId ?? '', 'i-0123456789abcdef0'],
    homeIds: [machines[0]?.homeId ?? '', 'vol-0123456789abcdef0'],
  });
  sim.faults.add({ action, when: 'before', error: 'InternalError' });
  const { absent, failures, ...seen } = await cloud.observe(interest);
  expect(failures.map((failure) => failure.what)).toEqual([what]);
  expect([...absent].filter((id) => id.startsWith(what === 'machines' ? 'i-' : 'vol-'))).toEqual(
    [],
  );
  // What the ledger names is found by id all the same.
  expect([seen.machines.length, seen.homes.length]).toEqual([1, 1]);
});

test('a failed DescribeImages is a failure of images and of nothing else', async () => {
  const { sim, cloud } = await fleetOf(['ada-01']);
  sim.faults.add({ action: 'DescribeImages', when: 'before', error: 'timeout', times: 9 });
  const seen = await cloud.observe(interestIn({ channels: [simChannel] }));
  expect(seen.failures.map(({ what }) => what)).toEqual(['images', 'channel-images']);
  expect([seen.machines.length, seen.homes.length]).toEqual([1, 1]);
});

test.each([
  ['DescribeInstanceStatus', 'checks'],
  ['DescribeVolumesModifications', 'homes'],
  ['DescribeSubnets', 'subnets'],
  ['GetParameters', 'images'],
  ['DescribeInstanceTypes', 'types'],
])('a failed %s is a failure of %s and of nothing else', async (action, what) => {
  const { sim, cloud } = await fleetOf(['ada-01']);
  sim.faults.add({ action, when: 'before', error: 'timeout', times: 9 });
  const { machines, homes, failures } = await cloud.observe(
    interestIn({
      subnetIds: [simSubnets[0]],
      channels: [simChannel],
      instanceTypes: ['t3.xlarge'],
    }),
  );
  expect(failures.map((failure) => failure.what)).toEqual([what]);
  expect([machines.length, homes.length]).toEqual([1, 1]);
});

/** A client that drops MaxResults, so that the simulated account cuts pages of its own size. */
function unpaged(sim: SimAccount): SimAccount['ec2'] {
  const send = async (command: { input: object }) => {
    if (!(command instanceof DescribeInstancesCommand)) return sim.ec2.send(command as never);
    const { MaxResults: _dropped, ...input } = command.input;
    return sim.ec2.send(new DescribeInstancesCommand(input));
  };
  return { send } as unknown as SimAccount['ec2'];
}

test('pages are followed by their token, and one that fails is a failure', async () => {
  const sim = newSim({ pageSize: 2 });
  await fleetOf(['a-1', 'b-1', 'c-1'], sim);
  const paged = cloudOver(sim, { ec2: unpaged(sim) });
  const whole = await paged.observe(interestIn());
  expect([whole.machines.length, whole.failures]).toEqual([3, []]);
  sim.faults.add({ action: 'DescribeInstances', nth: 2, when: 'before', error: 'Unavailable' });
  const partial = await paged.observe(interestIn());
  expect(partial.machines).toHaveLength(2);
  expect(partial.failures.map(({ what }) => what)).toEqual(['machines']);
});

test('a subnet that does not exist is left out and harms no other', async () => {
  const { cloud } = await fleetOf([]);
  const { subnets, failures } = await cloud.observe(
    interestIn({ subnetIds: [simSubnets[0], 'subnet-0123456789abcdef0', simSubnets[1]] }),
  );
  expect([...subnets.values()].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
    { id: simSubnets[0], az: 'eu-west-1a' },
    { id: simSubnets[1], az: 'eu-west-1b' },
  ]);
  expect(failures).toEqual([]);
});

test.each([
  ['GetCallerIdentity', 'ExpiredToken', /credentials have expired/],
  ['GetCallerIdentity', 'RequestLimitExceeded', /throttles/],
  ['GetCallerIdentity', 'timeout', /did not give an answer/],
  ['DescribeInstances', 'UnauthorizedOperation', /lack the permission/],
  ['DescribeInstances', 'AuthFailure', /refuses the credentials/],
])('%s with %s is for an operator to mend', async (action, error, cause) => {
  const sim = newSim();
  sim.faults.add({ action, when: 'before', error });
  const cloud = cloudOver(sim);
  const reading = cloud.identity().then(() => cloud.observe(interestIn()));
  await expect(reading).rejects.toThrow(OperatorError);
  await expect(reading).rejects.toThrow(cause);
});

test('a settled pass makes one read of each kind', async () => {
  const { sim, cloud } = await fleetOf(['ada-01', 'bob-01']);
  const before = sim.calls.length;
  await cloud.identity();
  await cloud.observe(
    interestIn({
      subnetIds: [...simSubnets],
      channels: [simChannel],
      instanceTypes: ['t3.xlarge', 't3a.xlarge'],
    }),
  );
  expect(callsAfter(sim, before)).toEqual({
    GetCallerIdentity: 1,
    // The second listing is that of Image Builder's machines.
    DescribeInstances: 2,
    DescribeInstanceStatus: 1,
    DescribeVolumes: 1,
    DescribeVolumesModifications: 1,
    DescribeSubnets: 1,
    GetParameters: 1,
    // By id, and those of the channels.
    DescribeImages: 2,
    DescribeInstanceTypes: 1,
  });
});

test('observing mutates nothing, and an observer has no way to', async () => {
  const { sim } = await fleetOf(['ada-01']);
  const before = sim.calls.length;
  const { ec2, ssm, sts, clock } = sim;
  const observer = ec2Observer({ ec2, ssm, sts, clock, region: 'eu-west-1' });
  await observer.observe(interestIn({ channels: [simChannel] }));
  expect(sim.calls.slice(before).filter(({ isMutation }) => isMutation)).toEqual([]);
  expect(Object.keys(observer).sort()).toEqual(['identity', 'listSnapshots', 'observe']);
});

test('what the hosts report is passed on, and a failure to read it is told', async () => {
  const sim = newSim();
  const none = await cloudOver(sim).observe(interestIn());
  expect(none.reports).toBeUndefined();
  const told = await cloudOver(sim, { reports: async () => sim.reports() }).observe(interestIn());
  expect(told.reports?.size).toBe(0);
  const failing = cloudOver(sim, {
    reports: async () => {
      throw new Error('no table');
    },
  });
  expect((await failing.observe(interestIn())).failures.map(({ what }) => what)).toEqual([
    'reports',
  ]);
});
