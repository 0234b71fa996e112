import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Action } from '../../controller/core/action.ts';
import { homeDeviceName } from '../../controller/core/tags.ts';
import type { Cloud } from '../../controller/ports.ts';
import type { SimAccount } from '../../controller/sim/account.ts';
import {
  always,
  cloudOver,
  done,
  interestIn,
  type MachineWithHome,
  machinesWithHomes,
  performOne,
} from '../support/aws-cloud.ts';
import { newSim } from '../support/sim-fleet.ts';

async function fleetOf(count: number) {
  const sim = newSim();
  const cloud = cloudOver(sim);
  const names = Array.from({ length: count }, (_, i) => `dev-${i}`);
  return { sim, cloud, machines: await machinesWithHomes(sim, cloud, names) };
}

async function oneMachine() {
  const { sim, cloud, machines } = await fleetOf(1);
  const [machine] = machines;
  if (machine === undefined) throw new Error('one machine');
  return { sim, cloud, ...machine };
}

function power(
  kind: 'start' | 'stop',
  machines: readonly { readonly machineId: string }[],
): readonly Action[] {
  return machines.map(({ machineId }, i) => {
    const name = `dev-${i}`;
    return kind === 'start' ? { kind, name, machineId } : { kind, name, machineId, cause: 'duty' };
  });
}

async function statesOf(cloud: Cloud): Promise<ReadonlyMap<string, string>> {
  const { machines } = await cloud.observe(interestIn());
  return new Map(machines.map(({ id, state }) => [id, state]));
}

async function stopAll(sim: SimAccount, cloud: Cloud, machines: readonly MachineWithHome[]) {
  for (const outcome of await cloud.perform(power('stop', machines), always)) done(outcome);
  await sim.clock.sleep(60_000);
}

function callsOf(sim: SimAccount, action: string) {
  return sim.calls.filter((call) => call.action === action);
}

test('a hundred machines stop in two calls', async () => {
  const { sim, cloud, machines } = await fleetOf(100);
  await stopAll(sim, cloud, machines);
  expect(new Set((await statesOf(cloud)).values())).toEqual(new Set(['stopped']));
  expect(callsOf(sim, 'StopInstances')).toHaveLength(2);
  sim.ghost.assertSilent();
});

test.each(['i-0123456789abcdef0', 'stopping'])(
  'one machine that cannot be started (%s) stops no other',
  async (bad) => {
    const { sim, cloud, machines } = await fleetOf(20);
    await stopAll(sim, cloud, machines);
    const [first, ...rest] = machines;
    if (first === undefined) throw new Error('machines');
    if (bad === 'stopping') {
      await sim.people.start(first.machineId);
      await sim.clock.sleep(30_000);
      await sim.people.stop(first.machineId);
    }
    const badId = bad === 'stopping' ? first.machineId : bad;
    const wanted = [...rest.slice(0, 7), { machineId: badId }, ...rest.slice(7)];
    const outcomes = await cloud.perform(power('start', wanted), always);
    expect(outcomes.map(({ result }) => result)).toEqual(
      wanted.map(({ machineId }) => (machineId === badId ? 'refused' : 'done')),
    );
    expect(outcomes[7]).toMatchObject({ message: expect.stringContaining(badId) });
    expect(callsOf(sim, 'StartInstances').length).toBeLessThanOrEqual(3);
  },
);

test('want of capacity for one type leaves machines of another to start', async () => {
  const { sim, cloud, machines } = await fleetOf(16);
  await stopAll(sim, cloud, machines);
  const big = machines[5]?.machineId ?? '';
  const retype = { kind: 'set-type', name: 'dev-5', machineId: big, instanceType: 'm7i.xlarge' };
  done(await performOne(cloud, retype as Action));
  await sim.conditions.setCapacity('eu-west-1a', 'm7i.xlarge', 0);
  const outcomes = await cloud.perform(power('start', machines), always);
  expect(outcomes.filter(({ result }) => result === 'done')).toHaveLength(15);
  expect(outcomes[5]).toMatchObject({
    result: 'refused',
    code: 'InsufficientInstanceCapacity',
    capacity: true,
  });
  expect((await statesOf(cloud)).get(big)).toBe('stopped');
});

test.each([
  ['RequestLimitExceeded', 'before', 'not-sent'],
  ['timeout', 'after', 'unknown'],
  ['ExpiredToken', 'before', 'refused'],
] as const)('a batch that ends with %s is not sent again', async (error, when, result) => {
  const { sim, cloud, machines } = await fleetOf(4);
  sim.faults.add({ action: 'StopInstances', when, error });
  const outcomes = await cloud.perform(power('stop', machines), always);
  expect(outcomes.map((each) => each.result)).toEqual([result, result, result, result]);
  expect(callsOf(sim, 'StopInstances')).toHaveLength(1);
});

test('after a throttled call the next waits, although its bucket was full', async () => {
  const { sim, cloud, machines } = await fleetOf(1);
  sim.faults.add({ action: 'StopInstances', when: 'before', error: 'RequestLimitExceeded' });
  await cloud.perform(power('stop', machines), always);
  const before = sim.clock.now();
  await cloud.perform(power('stop', machines), always);
  expect(Date.parse(sim.clock.now()) - Date.parse(before)).toBe(200);
});

test('starting a running machine and stopping a stopped one change nothing', async () => {
  const { sim, cloud, machines } = await fleetOf(2);
  for (const outcome of await cloud.perform(power('start', machines), always)) done(outcome);
  await stopAll(sim, cloud, machines);
  await stopAll(sim, cloud, machines);
  expect(new Set((await statesOf(cloud)).values())).toEqual(new Set(['stopped']));
});

test('attaching again what is attached there is done; elsewhere it is refused', async () => {
  const { sim, cloud, machines } = await fleetOf(2);
  const attach = (machineId: string) =>
    performOne(cloud, {
      kind: 'attach-home',
      name: 'dev-0',
      machineId,
      homeId: machines[0]?.homeId ?? '',
      deviceName: homeDeviceName,
    });
  expect(await attach(machines[0]?.machineId ?? '')).toMatchObject({ result: 'done' });
  const { homes } = await cloud.observe(interestIn());
  expect(homes.every(({ attachments }) => attachments.length === 1)).toBe(true);
  expect((await attach(machines[1]?.machineId ?? '')).result).toBe('refused');
  expect(callsOf(sim, 'AttachVolume')).toHaveLength(4);
});

test('protecting says false in so many words', async () => {
  const { sim, cloud, machineId, homeId } = await oneMachine();
  const protect = { kind: 'protect-home', name: 'dev-0', machineId, deviceName: homeDeviceName };
  done(await performOne(cloud, protect as Action));
  expect(callsOf(sim, 'ModifyInstanceAttribute')[0]?.parameters).toEqual({
    InstanceId: machineId,
    BlockDeviceMappings: [{ DeviceName: homeDeviceName, Ebs: { DeleteOnTermination: false } }],
  });
  const { machines } = await cloud.observe(interestIn());
  const device = machines[0]?.devices.find(({ volumeId }) => volumeId === homeId);
  expect(device?.deleteOnTermination).toBe(false);
});

test('tags are set on one resource and leave the others', async () => {
  const { cloud, machineId } = await oneMachine();
  const tags = { 'devinstance:home': 'vol-1:new' };
  done(await performOne(cloud, { kind: 'tag', name: 'dev-0', resourceId: machineId, tags }));
  const { machines } = await cloud.observe(interestIn());
  expect(machines[0]?.tags).toMatchObject({ ...tags, 'devinstance:uid': 'uid-dev-0' });
});

test('the type of a stopped machine changes, that of a running one is refused', async () => {
  const { sim, cloud, machineId, homeId } = await oneMachine();
  const retype: Action = {
    kind: 'set-type',
    name: 'dev-0',
    machineId,
    instanceType: 't3.2xlarge',
  };
  expect(await performOne(cloud, retype)).toMatchObject({
    result: 'refused',
    code: 'IncorrectInstanceState',
  });
  await stopAll(sim, cloud, [{ machineId, homeId }]);
  done(await performOne(cloud, retype));
  expect((await cloud.observe(interestIn())).machines[0]?.type).toBe('t3.2xlarge');
});

test('a home grows, and while it does a second time is refused', async () => {
  const { cloud, homeId } = await oneMachine();
  const grow = (sizeGib: number): Action => ({
    kind: 'modify-home',
    name: 'dev-0',
    homeId,
    sizeGib,
    type: 'gp3',
  });
  done(await performOne(cloud, grow(150)));
  expect(await performOne(cloud, grow(200))).toMatchObject({
    result: 'refused',
    code: 'IncorrectModificationState',
  });
});

test('actions of two kinds at once are a mistake of the caller', async () => {
  const { cloud, machineId } = await oneMachine();
  const [stop] = power('stop', [{ machineId }]);
  const [begin] = power('start', [{ machineId }]);
  if (stop === undefined || begin === undefined) throw new Error('two actions');
  await expect(cloud.perform([stop, begin], always)).rejects.toThrow(/one kind/);
});

test('no action at all is no call', async () => {
  const sim = newSim();
  expect(await cloudOver(sim).perform([], always)).toEqual([]);
  expect(sim.calls).toEqual([]);
});

test('nothing in the adapters can force, skip a shutdown, or delete a volume', () => {
  const folder = new URL('../../controller/aws/', import.meta.url);
  const forbidden = /\b(Force|SkipOsShutdown|DryRun)\s*:|(DeleteVolume|DeleteTags)Command/;
  // Where everything is read by id first, and nowhere else.
  const mayTerminate = ['ec2-leave.ts'];
  // By the id of one that a replacement made.
  const mayDeleteSnapshots = ['ec2-snapshots.ts'];
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  expect(files).toContain('ec2-batch.ts');
  for (const file of files) {
    const text = readFileSync(new URL(file, folder), 'utf8');
    expect(`${file}: ${text.match(forbidden)}`).toBe(`${file}: null`);
    const terminates = /(Terminate|DetachVolume)\w*Command/.test(text);
    expect({ file, terminates }).toEqual({ file, terminates: mayTerminate.includes(file) });
    const deletes = text.includes('DeleteSnapshotCommand');
    expect({ file, deletes }).toEqual({ file, deletes: mayDeleteSnapshots.includes(file) });
  }
});
