import { expect, test } from 'vitest';
import { minuteMs } from '../../controller/core/instant.ts';
import type { Observed } from '../../controller/core/observed.ts';
import { hasty, makeRig, type Rig } from '../support/rig.ts';
import { readTruth } from '../support/truth.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

// Readings that are late, and calls whose end is not known: nothing is done twice, nothing is
// taken for a person's act.

const spec = makeSpec();

/** Machines that EC2 does not show yet, neither in listings nor by id. */
function blindTo({ machines, absent, ...rest }: Observed): Observed {
  const ids = machines.map((machine) => machine.id);
  return { ...rest, machines: [], absent: new Set([...absent, ...ids]) };
}

async function living(over: Parameters<typeof makeSpec>[0] = {}): Promise<Rig> {
  const rig = await makeRig(makeDesired([makeSpec(over)]), { delays: hasty });
  await rig.settle();
  return rig;
}

async function live(rig: Rig) {
  const { machines } = await readTruth(rig.account);
  return machines.filter((machine) => machine.State?.Name !== 'terminated');
}

async function passes(rig: Rig, count: number, everyMs: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await rig.pass();
    await rig.wait(everyMs);
  }
}

test('a launch that comes through at its sixth minute is not repeated before it can be seen', async () => {
  const rig = await makeRig(makeDesired([spec]), { delays: hasty });
  rig.account.faults.add({ action: 'RunInstances', when: 'before', error: 'timeout', times: 3 });
  rig.lens = blindTo;
  await passes(rig, 6, 2 * minuteMs);
  expect(await live(rig)).toHaveLength(1);
});

test('a launch of unknown end is not given up for a refusal of its replay', async () => {
  const rig = await makeRig(makeDesired([spec]), { delays: hasty });
  rig.account.faults.add({ action: 'RunInstances', when: 'after', error: 'timeout' });
  await rig.pass();
  expect(await live(rig)).toHaveLength(1);
  // The adapter looks by tag before it replays: let that look fail to find it, too.
  rig.lens = blindTo;
  rig.account.conditions.omitFromListings(
    (await live(rig)).map(({ InstanceId = '' }) => InstanceId),
  );
  rig.account.faults.add({
    action: 'RunInstances',
    when: 'before',
    error: 'UnauthorizedOperation',
  });
  await rig.wait(2_000);
  await passes(rig, 4, 5_000);
  rig.account.conditions.completeListings();
  expect(await live(rig)).toHaveLength(1);
});

test('a stop of unknown end that is seen late is not taken for a stop by hand', async () => {
  const rig = await living({ upgrade: { when: 'any-time' } });
  await rig.wait(5 * minuteMs);
  rig.desired = makeDesired([
    makeSpec({ instanceType: 'm7i.xlarge', upgrade: { when: 'any-time' } }),
  ]);
  rig.account.faults.add({ action: 'StopInstances', when: 'after', error: 'timeout' });
  let before: Observed | undefined;
  rig.lens = (observed) => {
    before = observed;
    return observed;
  };
  await rig.pass();
  const stale = before;
  rig.lens = (observed) => stale ?? observed;
  await rig.pass();
  rig.lens = (observed) => observed;
  await rig.wait(2_000);
  await rig.settle();
  expect((await live(rig)).map((m) => [m.State?.Name, m.InstanceType])).toEqual([
    ['running', 'm7i.xlarge'],
  ]);
});

test("a start of unknown end at night is nobody else's: no hold begins", async () => {
  const rig = await living();
  await rig.wait(13 * 60 * minuteMs);
  await rig.settle();
  await rig.wait(9.5 * 60 * minuteMs);
  rig.account.faults.add({ action: 'StartInstances', when: 'after', error: 'timeout' });
  let before: Observed | undefined;
  rig.lens = (observed) => {
    before = observed;
    return observed;
  };
  await rig.wait(30 * minuteMs);
  await rig.pass();
  const stale = before;
  rig.lens = (observed) => stale ?? observed;
  await rig.pass();
  rig.lens = (observed) => observed;
  await rig.settle();
  const [stored] = await rig.ledger.records();
  expect(stored?.record.power).toMatchObject({ state: 'running', by: 'controller' });
});

test('machines that die while they launch are replaced more and more slowly', async () => {
  const rig = await makeRig(makeDesired([spec]), { delays: { ...hasty, terminateMs: 20_000 } });
  let launches = 0;
  for (let n = 0; n < 60; n += 1) {
    const { outcomes } = await rig.pass();
    launches += outcomes.filter(({ action }) => action.kind === 'launch').length;
    for (const { InstanceId = '', State } of await live(rig)) {
      if (State?.Name === 'pending') await rig.account.people.terminate(InstanceId);
    }
    await rig.wait(1_000);
  }
  expect(launches).toBeGreaterThan(3);
  expect(launches).toBeLessThan(9);
});

test('a type that EC2 refuses disrupts nobody twice', async () => {
  const rig = await living({ upgrade: { when: 'any-time' } });
  await rig.wait(5 * minuteMs);
  rig.desired = makeDesired([
    makeSpec({ instanceType: 'm7i.xlarge', upgrade: { when: 'any-time' } }),
  ]);
  rig.account.faults.add({
    action: 'ModifyInstanceAttribute',
    when: 'before',
    error: 'InvalidInstanceAttributeValue',
    times: 1_000,
  });
  let stops = 0;
  for (let n = 0; n < 40; n += 1) {
    const { outcomes } = await rig.pass();
    stops += outcomes.filter(({ action }) => action.kind === 'stop').length;
    await rig.wait(15_000);
  }
  expect(stops).toBe(1);
  const { end, last } = await rig.settle();
  expect(end).toBe('settled');
  expect(last.plan.holds.map((held) => held.reason)).toEqual(['TypeRefused']);
  expect((await live(rig)).map((m) => [m.State?.Name, m.InstanceType])).toEqual([
    ['running', 't3.xlarge'],
  ]);
  // Another type in git is another wish.
  rig.account.faults.clear();
  rig.desired = makeDesired([
    makeSpec({ instanceType: 'm7i.2xlarge', upgrade: { when: 'any-time' } }),
  ]);
  await rig.settle();
  expect((await live(rig)).map((m) => [m.State?.Name, m.InstanceType])).toEqual([
    ['running', 'm7i.2xlarge'],
  ]);
});

test('status checks that cannot be read make nobody unready', async () => {
  const rig = await living();
  await rig.wait(minuteMs);
  const before = await rig.ledger.records();
  rig.account.faults.add({
    action: 'DescribeInstanceStatus',
    when: 'before',
    error: 'InternalError',
    times: 1_000,
  });
  for (let n = 0; n < 10; n += 1) {
    const { plan, failures } = await rig.pass();
    expect(failures.map((failure) => failure.what)).toEqual(['checks']);
    expect(plan.interlocks).toEqual([]);
    expect(plan.memos).toEqual([]);
    await rig.wait(2 * minuteMs);
  }
  expect(await rig.ledger.records()).toEqual(before);
});

test('a machine that could not be read is not taken for a stranger that holds the home', async () => {
  const rig = await living();
  rig.lens = ({ machines: _, failures, ...rest }) => ({
    ...rest,
    machines: [],
    failures: [...failures, { what: 'machines', message: 'no answer', remedy: 'wait' }],
  });
  const { plan } = await rig.pass();
  expect(plan.holds.map(({ reason }) => reason)).toEqual(['ReadFailed']);
  expect(plan.holds[0]?.message).toContain('could not be read');
  expect(plan.actions).toEqual([]);
});
