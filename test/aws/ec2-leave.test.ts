import { expect, test } from 'vitest';
import type { Action } from '../../controller/core/action.ts';
import { homeDeviceName, tagKeys } from '../../controller/core/tags.ts';
import { always, done, performOne } from '../support/aws-cloud.ts';
import {
  afterReads,
  bareMachine,
  callsOf,
  detachOf,
  extraVolume,
  homeOf,
  machineOf,
  onceMore,
  type StoppedMachine,
  stateOf,
  stoppedMachine,
  terminateOf,
} from '../support/leaving.ts';

const notSent = { result: 'not-sent' };
const changed = { result: 'refused', code: 'ChangedMeanwhile', capacity: false };

test('a stopped machine whose home is off it is terminated, by its id alone', async () => {
  const one = await bareMachine();
  const outcome = await performOne(one.cloud, terminateOf(one));
  expect(outcome).toEqual({ result: 'done', machineId: one.machineId });
  expect(callsOf(one.sim, 'TerminateInstances')).toEqual([{ InstanceIds: [one.machineId] }]);
  await one.sim.clock.sleep(60_000);
  expect(await stateOf(one)).toBe('terminated');
  expect(await homeOf(one)).toMatchObject({ State: 'available' });
  one.sim.ghost.assertSilent();
});

test('a machine that never had a home is terminated once it is stopped', async () => {
  const one = await bareMachine();
  const { homeId: _, ...homeless } = terminateOf(one);
  expect(done(await performOne(one.cloud, homeless)).machineId).toBe(one.machineId);
});

test('each machine is terminated by a call of its own', async () => {
  const one = await bareMachine();
  const machineId = await onceMore(one, 'bob-01');
  const { homeId: _, ...bob } = terminateOf({ ...one, machineId, uid: 'uid-bob-01' });
  await one.cloud.perform([terminateOf(one), bob], always);
  const ids = callsOf(one.sim, 'TerminateInstances').map(({ InstanceIds }) => InstanceIds);
  expect(ids).toHaveLength(2);
  expect(ids).toEqual(expect.arrayContaining([[one.machineId], [machineId]]));
});

test.each(['shutting-down', 'terminated'])(
  'a machine that is %s already needs no second call',
  async (state) => {
    const one = await bareMachine();
    await one.sim.people.terminate(one.machineId);
    await one.sim.clock.sleep(state === 'terminated' ? 60_000 : 0);
    expect(await stateOf(one)).toBe(state);
    expect(await performOne(one.cloud, terminateOf(one))).toEqual({ result: 'done' });
    expect(callsOf(one.sim, 'TerminateInstances')).toEqual([]);
  },
);

interface Refusal {
  readonly what: string;
  /** What happened between the plan and the call. */
  readonly meanwhile: (one: StoppedMachine) => Promise<unknown>;
  readonly outcome: object;
  readonly action?: (one: StoppedMachine) => Action;
}

const startAgain = async ({ sim, machineId }: StoppedMachine, millis: number) => {
  await sim.people.start(machineId);
  await sim.clock.sleep(millis);
};
const retag = (key: string, value: string) => (one: StoppedMachine) =>
  one.sim.people.tag(one.machineId, { [key]: value });
const fault = (action: string) => async (one: StoppedMachine) =>
  one.sim.faults.add({ action, when: 'before', error: 'UnauthorizedOperation' });

const terminateRefusals: readonly Refusal[] = [
  {
    what: 'that runs again',
    meanwhile: (one) => startAgain(one, 60_000),
    outcome: { ...changed, message: expect.stringContaining('is running') },
  },
  {
    what: 'that starts again',
    meanwhile: (one) => startAgain(one, 0),
    outcome: { ...changed, message: expect.stringContaining('is pending') },
  },
  {
    what: 'that is not stopped yet',
    meanwhile: async (one) => {
      await startAgain(one, 60_000);
      await one.sim.people.stop(one.machineId);
    },
    outcome: { ...changed, message: expect.stringContaining('is stopping') },
  },
  ...[tagKeys.fleet, tagKeys.uid, tagKeys.role].map((key) => ({
    what: `whose ${key} is another by now`,
    meanwhile: retag(key, 'other'),
    outcome: { ...changed, message: expect.stringContaining('no longer carries the tags') },
  })),
  {
    what: 'whose home was attached to it again',
    meanwhile: async ({ sim, homeId, machineId }) => {
      await sim.people.attach(homeId, machineId, homeDeviceName);
      await sim.clock.sleep(60_000);
    },
    outcome: { ...changed, message: expect.stringContaining('is in-use') },
  },
  {
    what: 'whose home has failed',
    meanwhile: ({ sim, homeId }) => sim.conditions.breakVolume(homeId),
    outcome: { ...changed, message: expect.stringContaining('is error') },
  },
  {
    what: 'whose home is gone',
    meanwhile: async ({ sim, homeId }) => {
      await sim.people.deleteVolume(homeId);
      await sim.clock.sleep(600_000);
    },
    outcome: { ...changed, message: expect.stringContaining('is not there') },
  },
  {
    what: 'with a volume that would be deleted with it',
    meanwhile: async (one) => {
      await extraVolume(one);
      await one.sim.people.setDeleteOnTermination(one.machineId, '/dev/sdg');
    },
    outcome: { result: 'refused', code: 'VolumesAtRisk', capacity: false },
  },
  {
    what: "with another DevInstance's home attached",
    meanwhile: async (one) =>
      one.sim.people.tag(await extraVolume(one), { [tagKeys.role]: 'home' }),
    outcome: { result: 'refused', code: 'VolumesAtRisk', capacity: false },
  },
  {
    what: 'without a known home, but with one attached',
    meanwhile: async ({ sim, homeId, machineId }) => {
      await sim.people.attach(homeId, machineId, homeDeviceName);
      await sim.clock.sleep(60_000);
    },
    action: (one) => {
      const { homeId: _, ...homeless } = terminateOf(one);
      return homeless;
    },
    outcome: { result: 'refused', code: 'VolumesAtRisk', capacity: false },
  },
  { what: 'that cannot be read', meanwhile: fault('DescribeInstances'), outcome: notSent },
  { what: 'whose home cannot be read', meanwhile: fault('DescribeVolumes'), outcome: notSent },
  {
    what: 'without a known home, whose other volume cannot be read',
    meanwhile: async (one) => {
      await extraVolume(one);
      await fault('DescribeVolumes')(one);
    },
    action: (one) => {
      const { homeId: _, ...homeless } = terminateOf(one);
      return homeless;
    },
    outcome: notSent,
  },
];

test.each(terminateRefusals)('a machine $what is not terminated', async (refusal) => {
  const one = await bareMachine();
  await refusal.meanwhile(one);
  const action = refusal.action?.(one) ?? terminateOf(one);
  expect(await performOne(one.cloud, action)).toMatchObject(refusal.outcome);
  expect(callsOf(one.sim, 'TerminateInstances')).toEqual([]);
  expect(['shutting-down', 'terminated']).not.toContain(await stateOf(one));
  one.sim.ghost.assertSilent();
});

test('a machine that is not there is not terminated', async () => {
  const one = await bareMachine();
  const gone = terminateOf({ ...one, machineId: 'i-0123456789abcdef0' });
  expect(await performOne(one.cloud, gone)).toMatchObject(changed);
  expect(callsOf(one.sim, 'TerminateInstances')).toEqual([]);
});

test('a volume of somebody else that outlives the machine does not keep it', async () => {
  const one = await bareMachine();
  const extra = await extraVolume(one);
  done(await performOne(one.cloud, terminateOf(one)));
  await one.sim.clock.sleep(60_000);
  expect(await homeOf({ ...one, homeId: extra })).toMatchObject({ State: 'available' });
});

const ends: readonly [string, object][] = [
  ['UnauthorizedOperation', { result: 'refused', code: 'UnauthorizedOperation' }],
  ['InternalError', { result: 'unknown' }],
  ['RequestLimitExceeded', notSent],
];

test.each(ends)('a terminate that AWS answers with %s is not done', async (error, outcome) => {
  const one = await bareMachine();
  one.sim.faults.add({ action: 'TerminateInstances', when: 'before', error });
  expect(await performOne(one.cloud, terminateOf(one))).toMatchObject(outcome);
  expect(await stateOf(one)).toBe('stopped');
});

test.each(ends)('a detach that AWS answers with %s is not done', async (error, outcome) => {
  const one = await stoppedMachine();
  one.sim.faults.add({ action: 'DetachVolume', when: 'before', error });
  expect(await performOne(one.cloud, detachOf(one))).toMatchObject(outcome);
  expect(await homeOf(one)).toMatchObject({ State: 'in-use' });
});

test.each([
  ['terminate', bareMachine, terminateOf, 'TerminateInstances', 2],
  ['detach', stoppedMachine, detachOf, 'DetachVolume', 1],
] as const)(
  'a %s whose time runs out while it is read again is not sent',
  async (_, prepare, of, call, reads) => {
    const one = await prepare();
    expect(await performOne(one.cloud, of(one), afterReads(one.sim, reads))).toMatchObject(notSent);
    expect(callsOf(one.sim, call)).toEqual([]);
  },
);

test('a home leaves a stopped machine, without force', async () => {
  const one = await stoppedMachine();
  const { machineId, homeId } = one;
  expect(await performOne(one.cloud, detachOf(one))).toEqual({ result: 'done', machineId, homeId });
  expect(callsOf(one.sim, 'DetachVolume')).toEqual([{ VolumeId: homeId, InstanceId: machineId }]);
  await one.sim.clock.sleep(60_000);
  expect(await homeOf(one)).toMatchObject({ State: 'available', Attachments: [] });
  one.sim.ghost.assertSilent();
});

const detachRefusals: readonly Refusal[] = [
  ...terminateRefusals.slice(0, 6),
  { what: 'that cannot be read', meanwhile: fault('DescribeInstances'), outcome: notSent },
];

test.each(detachRefusals)('from a machine $what no home is detached', async (refusal) => {
  const one = await stoppedMachine();
  await refusal.meanwhile(one);
  expect(await performOne(one.cloud, detachOf(one))).toMatchObject(refusal.outcome);
  expect(callsOf(one.sim, 'DetachVolume')).toEqual([]);
  expect((await machineOf(one))?.BlockDeviceMappings).toHaveLength(2);
  one.sim.ghost.assertSilent();
});

async function leaving({ sim, homeId }: StoppedMachine): Promise<void> {
  await sim.conditions.stick(homeId, 'detaching');
  await sim.people.detach(homeId);
}

test.each<[string, (one: StoppedMachine) => Promise<unknown>]>([
  ['is off already', ({ sim, homeId }) => sim.people.detach(homeId)],
  ['is on its way off', leaving],
])('a home that %s counts as detached, though EC2 refuses', async (what, meanwhile) => {
  const one = await stoppedMachine();
  await meanwhile(one);
  await one.sim.clock.sleep(60_000);
  const state = what === 'is off already' ? 'available' : 'in-use';
  expect(await homeOf(one)).toMatchObject({ State: state });
  expect(await performOne(one.cloud, detachOf(one))).toMatchObject({ result: 'done' });
});

test('a home whose detach was refused and that cannot be read is not taken for detached', async () => {
  const one = await stoppedMachine();
  one.sim.faults.add({ action: 'DetachVolume', when: 'before', error: 'IncorrectState' });
  one.sim.faults.add({ action: 'DescribeVolumes', when: 'before', error: 'timeout' });
  expect((await performOne(one.cloud, detachOf(one))).result).toBe('refused');
});

test('a home that moved to another machine meanwhile has left this one', async () => {
  const one = await stoppedMachine();
  const other = await onceMore(one, 'bob-01');
  await one.sim.people.detach(one.homeId);
  await one.sim.clock.sleep(60_000);
  await one.sim.people.attach(one.homeId, other, '/dev/sdh');
  await one.sim.clock.sleep(60_000);
  expect((await performOne(one.cloud, detachOf(one))).result).toBe('done');
  expect((await homeOf(one))?.Attachments).toMatchObject([{ InstanceId: other }]);
});
