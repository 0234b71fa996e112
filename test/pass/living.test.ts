import { expect, test } from 'vitest';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import { hourMs, minuteMs } from '../../controller/core/instant.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { hasty, makeRig, type Rig } from '../support/rig.ts';
import { readTruth } from '../support/truth.ts';
import { fleetSettings, makeDesired, makeSpec } from '../support/world.ts';

const spec = makeSpec();

async function livingRig(first: EffectiveSpec = spec): Promise<Rig> {
  const rig = await makeRig(makeDesired([first]), { delays: hasty });
  expect((await rig.settle()).end).toBe('settled');
  return rig;
}

/** The live machines and homes, in the words of the account. */
async function look(rig: Rig) {
  const { machines, homes } = await readTruth(rig.account);
  const live = machines.filter((machine) => machine.State?.Name !== 'terminated');
  return {
    states: live.map((machine) => machine.State?.Name),
    types: live.map((machine) => machine.InstanceType),
    machineIds: live.map((machine) => machine.InstanceId ?? ''),
    homeIds: homes.map((home) => home.VolumeId ?? ''),
    homeSizes: homes.map((home) => home.Size),
    attachedTo: homes.flatMap((home) =>
      home.Attachments?.map((attachment) => attachment.InstanceId),
    ),
    phases: [...live, ...homes].map(
      ({ Tags = [] }) => Tags.find((tag) => tag.Key === tagKeys.phase)?.Value,
    ),
  };
}

function ask(rig: Rig, over: Partial<EffectiveSpec> | undefined): void {
  rig.desired = makeDesired(over === undefined ? [] : [makeSpec(over)]);
}

test('a machine stops after its window and starts with the next one', async () => {
  const rig = await livingRig();
  await rig.wait(10 * hourMs);
  await rig.settle();
  expect((await look(rig)).states).toEqual(['stopped']);
  await rig.wait(13 * hourMs);
  await rig.settle();
  expect((await look(rig)).states).toEqual(['running']);
});

test('a controller that was down over two transitions does what is due now, once', async () => {
  const rig = await livingRig();
  await rig.wait(3 * 24 * hourMs + 12 * hourMs);
  await rig.settle();
  expect((await look(rig)).states).toEqual(['stopped']);
  expect(rig.events.filter((event) => event === 'StopInstances')).toHaveLength(1);
  expect(rig.events).not.toContain('StartInstances');
});

test('a machine that a person terminates comes back around the same home', async () => {
  const rig = await livingRig();
  const before = await look(rig);
  const disk = rig.account.disk(before.homeIds[0] ?? '');
  await rig.account.people.terminate(before.machineIds[0] ?? '');
  await rig.settle();
  const after = await look(rig);
  expect(after.machineIds).not.toEqual(before.machineIds);
  expect(after.states).toEqual(['running']);
  expect(after.homeIds).toEqual(before.homeIds);
  expect(after.attachedTo).toEqual(after.machineIds);
  expect(rig.account.disk(after.homeIds[0] ?? '')).toEqual(disk);
});

test('a machine that a person shuts down in its window stays off until the next window', async () => {
  const rig = await livingRig();
  const [machineId = ''] = (await look(rig)).machineIds;
  await rig.wait(2 * minuteMs);
  await rig.account.people.shutDown(machineId);
  await rig.settle();
  await rig.wait(hourMs);
  await rig.settle();
  expect((await look(rig)).states).toEqual(['stopped']);
  await rig.wait(24 * hourMs);
  await rig.settle();
  expect((await look(rig)).states).toEqual(['running']);
});

test('a machine that a person starts at night runs for the hold and no longer', async () => {
  const rig = await livingRig();
  await rig.wait(11 * hourMs);
  await rig.settle();
  const [machineId = ''] = (await look(rig)).machineIds;
  await rig.wait(5 * minuteMs);
  await rig.account.people.start(machineId);
  await rig.settle();
  await rig.wait(3 * hourMs);
  await rig.settle();
  expect((await look(rig)).states).toEqual(['running']);
  await rig.wait(hourMs);
  await rig.settle();
  expect((await look(rig)).states).toEqual(['stopped']);
});

test('a machine made outside its window runs for the hold, then follows its schedule', async () => {
  const rig = await makeRig(makeDesired([spec]), { at: '2026-11-22T12:00:00.000Z', delays: hasty });
  await rig.settle();
  expect((await look(rig)).states).toEqual(['running']);
  await rig.wait(4 * hourMs);
  await rig.settle();
  expect((await look(rig)).states).toEqual(['stopped']);
});

test('a bigger home in git grows the volume online', async () => {
  const rig = await livingRig();
  ask(rig, { homeVolume: { ...spec.homeVolume, sizeGib: 150 } });
  await rig.settle();
  expect(await look(rig)).toMatchObject({ homeSizes: [150], states: ['running'] });
  expect(rig.events).not.toContain('StopInstances');
});

test('another type in git waits for the scheduled stop and is there in the morning', async () => {
  const rig = await livingRig();
  ask(rig, { instanceType: 'm7i.xlarge' });
  await rig.settle();
  expect(await look(rig)).toMatchObject({ types: ['t3.xlarge'], states: ['running'] });
  await rig.wait(10 * hourMs);
  await rig.settle();
  expect(await look(rig)).toMatchObject({ types: ['m7i.xlarge'], states: ['stopped'] });
  await rig.wait(13 * hourMs);
  await rig.settle();
  expect((await look(rig)).states).toEqual(['running']);
});

test('another type with upgrade any-time is taken at once', async () => {
  const rig = await livingRig();
  ask(rig, { instanceType: 'm7i.xlarge', upgrade: { when: 'any-time' } });
  await rig.settle();
  expect(await look(rig)).toMatchObject({ types: ['m7i.xlarge'], states: ['running'] });
});

test('another type with upgrade any-time leaves a machine on that ran outside its window', async () => {
  const rig = await makeRig(makeDesired([spec]), { at: '2026-11-22T12:00:00.000Z', delays: hasty });
  await rig.settle();
  ask(rig, { instanceType: 'm7i.xlarge', upgrade: { when: 'any-time' } });
  await rig.settle();
  expect(await look(rig)).toMatchObject({ types: ['m7i.xlarge'], states: ['running'] });
  await rig.wait(4 * hourMs);
  await rig.settle();
  expect((await look(rig)).states).toEqual(['stopped']);
});

test('a type that AWS refuses stops its machine once, until another type is named', async () => {
  const rig = await livingRig();
  const error = 'InvalidInstanceAttributeValue';
  rig.account.faults.add({ action: 'ModifyInstanceAttribute', when: 'before', error, times: 99 });
  ask(rig, { instanceType: 'm7i.large', upgrade: { when: 'any-time' } });
  expect((await rig.settle()).end).toBe('settled');
  expect(await look(rig)).toMatchObject({ types: ['t3.xlarge'], states: ['running'] });
  expect(rig.events.filter((event) => event === 'StopInstances')).toHaveLength(1);
  await rig.wait(hourMs);
  const { end, last } = await rig.settle();
  expect(end).toBe('settled');
  expect(rig.events).not.toContain('StopInstances');
  expect(last.plan.holds).toEqual([
    expect.objectContaining({
      reason: 'TypeRefused',
      message: expect.stringContaining('m7i.large'),
    }),
  ]);
  rig.account.faults.clear();
  ask(rig, { instanceType: 'm7i.xlarge', upgrade: { when: 'any-time' } });
  await rig.settle();
  expect(await look(rig)).toMatchObject({ types: ['m7i.xlarge'], states: ['running'] });
});

test('a start without capacity falls back to the type that ran last, and keeps it until the next stop', async () => {
  const rig = await livingRig();
  await rig.account.conditions.setCapacity('eu-west-1a', 'm7i.xlarge', 0);
  await rig.account.conditions.setCapacity('eu-west-1b', 'm7i.xlarge', 0);
  await rig.account.conditions.setCapacity('eu-west-1c', 'm7i.xlarge', 0);
  ask(rig, { instanceType: 'm7i.xlarge', upgrade: { when: 'any-time' } });
  await rig.settle();
  expect(await look(rig)).toMatchObject({ types: ['t3.xlarge'], states: ['running'] });
  await rig.settle();
  expect(rig.events).not.toContain('StopInstances');
});

test('a launch without capacity in one zone goes to the other', async () => {
  const rig = await makeRig(makeDesired([spec]), { delays: hasty });
  const [first] = (await rig.plan()).changes;
  expect(first?.kind).toBe('create');
  await rig.account.conditions.setCapacity('eu-west-1a', 't3.xlarge', 0);
  await rig.settle();
  const { machines, homes } = await readTruth(rig.account);
  expect(machines.map((machine) => machine.Placement?.AvailabilityZone)).toEqual(['eu-west-1b']);
  expect(homes.map((home) => home.AvailabilityZone)).toEqual(['eu-west-1b']);
});

test('a removed file orphans machine and home: both stay, the machine stops in time', async () => {
  const rig = await livingRig();
  ask(rig, undefined);
  rig.desired = makeDesired([makeSpec({ name: 'bob-01' })]);
  await rig.settle();
  const [adaState] = (await look(rig)).states;
  expect(adaState).toBe('running');
  await rig.wait(4 * hourMs + minuteMs);
  await rig.settle();
  const { machines, homes } = await readTruth(rig.account);
  const ofAda = [...machines, ...homes].filter(({ Tags = [] }) =>
    Tags.some((tag) => tag.Key === tagKeys.devInstance && tag.Value === 'ada-01'),
  );
  expect(ofAda).toHaveLength(2);
  expect(
    ofAda.flatMap(({ Tags = [] }) =>
      Tags.filter((tag) => tag.Key === tagKeys.phase).map((tag) => tag.Value),
    ),
  ).toEqual(['orphaned', 'orphaned']);
  expect(machines.find((machine) => ofAda.includes(machine))?.State?.Name).toBe('stopped');
  ask(rig, {});
  rig.desired = makeDesired([spec, makeSpec({ name: 'bob-01' })]);
  await rig.settle();
  const back = (await readTruth(rig.account)).machines.find((machine) =>
    machine.Tags?.some((tag) => tag.Value === 'ada-01'),
  );
  expect(back?.State?.Name).toBe('running');
  expect(back?.Tags).toContainEqual({ Key: tagKeys.phase, Value: 'active' });
});

test('an empty source trips the interlock and nothing is orphaned', async () => {
  const rig = await livingRig();
  ask(rig, undefined);
  const { end } = await rig.settle();
  expect(end).toBe('interlock');
  expect((await look(rig)).phases).toEqual([undefined, undefined]);
});

test('two of ten files gone trip the interlock, the others go on', async () => {
  const specs = Array.from({ length: 10 }, (_, n) => makeSpec({ name: `dev-${n}` }));
  const rig = await makeRig(makeDesired(specs), { delays: hasty });
  await rig.settle();
  rig.desired = makeDesired(
    specs.slice(2).map((one) => ({ ...one, homeVolume: { ...one.homeVolume, sizeGib: 120 } })),
  );
  const { end, last } = await rig.settle();
  expect(end).toBe('interlock');
  expect(last.plan.interlocks.map((interlock) => interlock.reason)).toEqual(['InterlockDisrupted']);
  await rig.wait(minuteMs);
  const seen = await look(rig);
  expect(seen.phases.every((phase) => phase === undefined)).toBe(true);
  expect(seen.homeSizes.filter((size) => size === 120)).toHaveLength(8);
});

test('in observe mode the plan is whole and nothing is written or done', async () => {
  const rig = await makeRig(makeDesired([spec], { fleet: { ...fleetSettings, mode: 'observe' } }), {
    delays: hasty,
  });
  const { last } = await rig.settle();
  expect(last.plan.changes.map((change) => [change.kind, change.withheldBy])).toEqual([
    ['create', 'ObserveMode'],
  ]);
  expect(rig.events.filter((event) => !/^(Describe|Get)/.test(event))).toEqual([]);
  expect(await rig.ledger.records()).toEqual([]);
});

test('a dry run writes nothing and says what the next pass does', async () => {
  const rig = await makeRig(makeDesired([spec]), { delays: hasty });
  const dry = await rig.plan();
  expect(await rig.ledger.records()).toEqual([]);
  expect(rig.account.calls.filter((call) => call.isMutation)).toEqual([]);
  const { plan: wet } = await rig.pass();
  expect(dry.changes).toEqual(wet.changes);
});

test('tags edited by hand come back; a home set to die with its machine is protected', async () => {
  const rig = await livingRig();
  const { homeIds, machineIds } = await look(rig);
  await rig.account.people.tag(homeIds[0] ?? '', { Name: 'mine' });
  await rig.account.people.setDeleteOnTermination(machineIds[0] ?? '', '/dev/sdf');
  await rig.settle();
  const { machines, homes } = await readTruth(rig.account);
  expect(homes[0]?.Tags).toContainEqual({ Key: 'Name', Value: 'ada-01-home' });
  const device = machines[0]?.BlockDeviceMappings?.find((one) => one.DeviceName === '/dev/sdf');
  expect(device?.Ebs?.DeleteOnTermination).toBe(false);
});

test('a lost ledger is filled again from the tags, and nothing is made twice', async () => {
  const rig = await livingRig();
  const before = await look(rig);
  const [old] = await rig.ledger.records();
  await rig.loseLedger();
  await rig.settle();
  expect(await look(rig)).toEqual(before);
  const [adopted] = await rig.ledger.records();
  expect(adopted?.record).toMatchObject({
    name: 'ada-01',
    owner: 'ada',
    effective: spec,
    ordinal: 1,
    homeWasReady: true,
    az: old?.record.az,
    uid: old?.record.uid,
    machineId: before.machineIds[0],
    homeId: before.homeIds[0],
  });
});

test('a removed machine whose home is gone is held, and no second home is made', async () => {
  const rig = await livingRig();
  const { machineIds, homeIds } = await look(rig);
  await rig.account.people.terminate(machineIds[0] ?? '');
  await rig.wait(10 * minuteMs);
  await rig.account.people.deleteVolume(homeIds[0] ?? '');
  const { last } = await rig.settle();
  expect(last.plan.holds.map((held) => held.reason)).toEqual(['HomeMissing']);
  expect((await look(rig)).states).toEqual([]);
});

test('a listing that omits machine and home is not believed', async () => {
  const rig = await livingRig();
  const { machineIds, homeIds } = await look(rig);
  rig.account.conditions.omitFromListings([...machineIds, ...homeIds]);
  await rig.settle();
  expect(rig.events.filter((event) => !/^(Describe|Get)/.test(event))).toEqual([]);
});
