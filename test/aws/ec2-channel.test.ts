import { DescribeImagesCommand, DescribeSnapshotsCommand, type Image } from '@aws-sdk/client-ec2';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import type { ChannelAction } from '../../controller/core/rollout/channel-action.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import type { SimAccount } from '../../controller/sim/account.ts';
import { always, cloudOver } from '../support/aws-cloud.ts';
import { afterReads, callsOf } from '../support/leaving.ts';
import { codeOf, launchInput } from '../support/sim-calls.ts';
import { newSim, simChannel } from '../support/sim-fleet.ts';

const channel = simChannel.name;
const parameter = '/config/dev-instances/eu-west-1/golden-ami/latest-id';

function perform(sim: SimAccount, action: ChannelAction, mayMutate = always) {
  return cloudOver(sim).performOnChannel(action, mayMutate);
}

async function imageOf(sim: SimAccount, id: string): Promise<Image | undefined> {
  const answer = await sim.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
  return answer.Images?.find(({ ImageId }) => ImageId === id);
}

function mutationsOf(sim: SimAccount): readonly string[] {
  return sim.calls.filter(({ isMutation }) => isMutation).map(({ action }) => action);
}

/** An image that nothing uses, and one before it. */
async function unusedImage(sim: SimAccount): Promise<string> {
  const id = await sim.people.publishImage(simChannel);
  await sim.people.publishImage(simChannel);
  return id;
}

const deregister = (imageId: string): ChannelAction => ({
  kind: 'deregister-image',
  channel,
  imageId,
});

test('publishing writes the parameter, whether or not it was there', async () => {
  const sim = newSim();
  for (const imageId of ['ami-0123456789abcdef0', 'ami-0123456789abcdef1']) {
    const done = await perform(sim, { kind: 'publish-image', channel, parameter, imageId });
    expect(done).toEqual({ result: 'done' });
    const { Parameter } = await sim.ssm.send(new GetParameterCommand({ Name: parameter }));
    expect(Parameter).toMatchObject({ Value: imageId, Type: 'String', DataType: 'text' });
  }
  sim.ghost.assertSilent();
});

test('tagging an image says what became of it and keeps its other tags', async () => {
  const sim = newSim();
  const imageId = await unusedImage(sim);
  for (const phase of ['completed', 'denied'] as const) {
    const done = await perform(sim, { kind: 'tag-image', channel, imageId, phase });
    expect(done).toEqual({ result: 'done' });
    expect((await imageOf(sim, imageId))?.Tags).toEqual([
      { Key: tagKeys.fleet, Value: 'dev' },
      { Key: tagKeys.channel, Value: channel },
      { Key: tagKeys.phase, Value: phase },
    ]);
  }
  sim.ghost.assertSilent();
});

test.each<[string, Parameters<SimAccount['people']['publishImage']>[1], string, RegExp]>([
  ['of another account', { ownerId: '999988887777' }, 'ImageNotOurs', /to account 999988887777/],
  ['without tags', { tags: {} }, 'ImageNotOurs', /does not carry the tag devinstance:fleet=dev/],
  [
    'of another fleet',
    { tags: { [tagKeys.fleet]: 'qa' } },
    'ImageNotOurs',
    /devinstance:fleet=dev/,
  ],
])('an image %s is not tagged', async (_what, flaws, code, message) => {
  const sim = newSim();
  const imageId = await sim.people.publishImage(simChannel, flaws);
  const outcome = await perform(sim, { kind: 'tag-image', channel, imageId, phase: 'denied' });
  expect(outcome).toMatchObject({
    result: 'refused',
    code,
    message: expect.stringMatching(message),
  });
  expect(outcome).toHaveProperty('remedy', expect.stringMatching(/^Build the images/));
  expect(mutationsOf(sim)).toEqual([]);
});

test('an image that is not there is not tagged', async () => {
  const sim = newSim();
  const imageId = 'ami-0123456789abcdef0';
  const outcome = await perform(sim, { kind: 'tag-image', channel, imageId, phase: 'denied' });
  expect(outcome).toMatchObject({ result: 'refused', code: 'ChangedMeanwhile' });
});

test('deregistering takes the image and its snapshot', async () => {
  const sim = newSim();
  const imageId = await unusedImage(sim);
  const snapshotId = (await imageOf(sim, imageId))?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId;
  expect(await perform(sim, deregister(imageId))).toEqual({ result: 'done' });
  expect(await imageOf(sim, imageId)).toBeUndefined();
  const { Snapshots } = await sim.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
  expect(Snapshots?.map(({ SnapshotId }) => SnapshotId)).not.toContain(snapshotId);
  // Repeated after a crash, it is found done.
  expect(await perform(sim, deregister(imageId))).toEqual({ result: 'done' });
  expect(mutationsOf(sim)).toEqual(['DeregisterImage']);
  sim.ghost.assertSilent();
});

const users: readonly [string, (sim: SimAccount, id: string) => Promise<unknown>][] = [
  ['runs', async () => {}],
  ['is stopped', (sim, id) => sim.people.stop(id)],
  ['is going', (sim, id) => sim.people.terminate(id)],
];

test.each(users)('an image of which anybody’s machine %s stays', async (_what, doTo) => {
  const sim = newSim();
  const imageId = await unusedImage(sim);
  const input = { ...(await launchInput(sim)), ImageId: imageId, TagSpecifications: [] };
  const [machineId = ''] = await sim.people.launch(input);
  await sim.clock.sleep(60_000);
  await doTo(sim, machineId);
  expect(await perform(sim, deregister(imageId))).toMatchObject({
    result: 'refused',
    code: 'ImageInUse',
    message: `image ${imageId} still has machines: ${machineId}`,
  });
  expect(await imageOf(sim, imageId)).toBeDefined();
});

test('once its last machine is terminated, an image may go', async () => {
  const sim = newSim();
  const imageId = await unusedImage(sim);
  const input = { ...(await launchInput(sim)), ImageId: imageId, TagSpecifications: [] };
  const [machineId = ''] = await sim.people.launch(input);
  await sim.people.terminate(machineId);
  await sim.clock.sleep(60_000);
  expect(await perform(sim, deregister(imageId))).toEqual({ result: 'done' });
  sim.ghost.assertSilent();
});

test.each<[string, Readonly<Record<string, string>>]>([
  ['no tags any more', {}],
  ['another channel', { [tagKeys.fleet]: 'dev', [tagKeys.channel]: 'gpu' }],
  ['another fleet', { [tagKeys.fleet]: 'qa', [tagKeys.channel]: channel }],
])('an image with %s stays', async (_what, tags) => {
  const sim = newSim();
  const imageId = await sim.people.publishImage(simChannel, { tags });
  const outcome = await perform(sim, deregister(imageId));
  expect(outcome).toMatchObject({ result: 'refused', code: 'ChangedMeanwhile' });
  expect(mutationsOf(sim)).toEqual([]);
});

test.each<[Partial<Image>, object]>([
  [{ OwnerId: '999988887777' }, { result: 'refused', code: 'ImageNotOurs' }],
  [{ State: 'disabled' }, { result: 'refused', code: 'ChangedMeanwhile' }],
  [{ State: 'deregistered' }, { result: 'done' }],
  // What comes back is not what was asked for.
  [{ ImageId: 'ami-0123456789abcdef0' }, { result: 'done' }],
])('an image that reads as %j right before is not deregistered', async (changes, outcome) => {
  const sim = newSim();
  const imageId = await unusedImage(sim);
  const send = async (command: DescribeImagesCommand) => {
    const answer = await sim.ec2.send(command);
    return { ...answer, Images: answer.Images?.map((image) => ({ ...image, ...changes })) };
  };
  const ec2 = { send } as unknown as SimAccount['ec2'];
  const cloud = cloudOver(sim, { ec2, ec2Mutations: sim.ec2 });
  expect(await cloud.performOnChannel(deregister(imageId), always)).toMatchObject(outcome);
  expect(mutationsOf(sim)).toEqual([]);
});

test.each(['DescribeImages', 'DescribeInstances', 'GetCallerIdentity'])(
  'without an answer to %s nothing is deregistered',
  async (action) => {
    const sim = newSim();
    const imageId = await unusedImage(sim);
    sim.faults.add({ action, when: 'before', error: 'timeout' });
    expect(await perform(sim, deregister(imageId))).toMatchObject({ result: 'not-sent' });
    expect(mutationsOf(sim)).toEqual([]);
  },
);

test('half a listing of its machines is none', async () => {
  const sim = newSim({ pageSize: 5 });
  const imageId = await unusedImage(sim);
  const input = { ...(await launchInput(sim)), TagSpecifications: [], MinCount: 9, MaxCount: 9 };
  const ids = await sim.people.launch({ ...input, ImageId: imageId });
  for (const id of ids.slice(0, 8)) await sim.people.terminate(id);
  await sim.clock.sleep(60_000);
  sim.conditions.roughenPages('half');
  sim.faults.add({ action: 'DescribeInstances', nth: 2, when: 'before', error: 'InternalError' });
  expect(await perform(sim, deregister(imageId))).toMatchObject({ result: 'not-sent' });
  expect(await perform(sim, deregister(imageId))).toMatchObject({ code: 'ImageInUse' });
});

test.each<[string, string, RegExp]>([
  ['OperationNotPermitted', 'refused', /Lift the protection/],
  ['UnauthorizedOperation', 'refused', /Allow this role/],
  ['InvalidParameterValue', 'refused', /Correct the value/],
  ['InvalidAMIID.Unavailable', 'done', /^$/],
  ['RequestLimitExceeded', 'not-sent', /^$/],
  ['InternalError', 'unknown', /^$/],
])('a DeregisterImage that ends in %s is %s', async (error, result, remedy) => {
  const sim = newSim();
  const imageId = await unusedImage(sim);
  sim.faults.add({ action: 'DeregisterImage', when: 'before', error });
  const outcome = await perform(sim, deregister(imageId));
  expect(outcome.result).toBe(result);
  expect('remedy' in outcome ? outcome.remedy : '').toMatch(remedy);
  expect(callsOf(sim, 'DeregisterImage')).toEqual([
    { ImageId: imageId, DeleteAssociatedSnapshots: true },
  ]);
});

test.each<[string, string, RegExp]>([
  ['TooManyUpdates', 'refused', /who else writes/],
  ['ParameterLimitExceeded', 'refused', /higher SSM quota/],
  ['ParameterMaxVersionLimitExceeded', 'refused', /label/],
  ['AccessDeniedException', 'refused', /Allow this role/],
  ['HierarchyTypeMismatchException', 'refused', /plain String parameter/],
  ['ThrottlingException', 'not-sent', /^$/],
  ['timeout', 'unknown', /^$/],
])('a PutParameter that ends in %s is %s', async (error, result, remedy) => {
  const sim = newSim();
  sim.faults.add({ action: 'PutParameter', when: 'before', error });
  const imageId = 'ami-0123456789abcdef0';
  const outcome = await perform(sim, { kind: 'publish-image', channel, parameter, imageId });
  expect(outcome.result).toBe(result);
  expect('remedy' in outcome ? outcome.remedy : '').toMatch(remedy);
  expect(callsOf(sim, 'PutParameter')).toHaveLength(1);
});

test.each<ChannelAction['kind']>(['publish-image', 'tag-image', 'deregister-image'])(
  'a %s is not sent once the lease is gone, not even between read and call',
  async (kind) => {
    const sim = newSim();
    const imageId = await unusedImage(sim);
    const action = { kind, channel, imageId, parameter, phase: 'denied' } as ChannelAction;
    expect(await perform(sim, action, () => false)).toMatchObject({ result: 'not-sent' });
    expect(sim.calls).toEqual([]);
    const reads = kind === 'publish-image' ? 0 : 1;
    expect(await perform(sim, action, afterReads(sim, reads))).toMatchObject({
      result: 'not-sent',
    });
    expect(mutationsOf(sim)).toEqual([]);
  },
);

test('nothing is launched from an image that is gone, and what runs of it goes on', async () => {
  const sim = newSim();
  const imageId = await unusedImage(sim);
  const input = { ...(await launchInput(sim)), ImageId: imageId };
  const [machineId = ''] = await sim.people.launch(input);
  await sim.people.deregisterImage(imageId);
  const again = { ...input, ClientToken: 'again' };
  expect(await codeOf(sim.people.launch(again))).toBe('InvalidAMIID.NotFound');
  await sim.clock.sleep(60_000);
  await sim.people.stop(machineId);
  await sim.clock.sleep(60_000);
  expect(await codeOf(sim.people.start(machineId))).toBe('ok');
});
