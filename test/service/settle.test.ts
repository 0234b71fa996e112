import { expect, test } from 'vitest';
import type { Outcome } from '../../controller/core/action.ts';
import { hourMs, minuteMs } from '../../controller/core/instant.ts';
import { LedgerConflict } from '../../controller/ports.ts';
import { unfinished } from '../../controller/service/settle.ts';
import { hasty, makeRig, type Rig } from '../support/rig.ts';
import { readTruth } from '../support/truth.ts';
import { fleetSettings, makeDesired, makeSpec } from '../support/world.ts';

const spec = makeSpec();

async function living(count = 1): Promise<Rig> {
  const specs = Array.from({ length: count }, (_, n) => makeSpec({ name: `dev-${n}` }));
  const rig = await makeRig(makeDesired(specs), { delays: hasty });
  await rig.settle();
  return rig;
}

test('settled: a first run ends when the machine is ready, a second one after one pass', async () => {
  const rig = await makeRig(makeDesired([spec]), { delays: hasty });
  const first = await rig.settle();
  expect(first.end).toBe('settled');
  expect(first.passes).toBeGreaterThan(3);
  expect(first.last.plan.statuses.map((status) => status.phase)).toEqual(['Running']);
  expect(await rig.settle()).toMatchObject({ end: 'settled', passes: 1 });
});

test('interlock: it ends at once', async () => {
  const rig = await living(2);
  rig.desired = makeDesired([]);
  expect(await rig.settle()).toMatchObject({ end: 'interlock', passes: 1 });
});

test('an interlock counts after a complete observation only', async () => {
  const rig = await living(2);
  rig.desired = makeDesired([]);
  rig.account.faults.add({ action: 'DescribeSubnets', when: 'before', error: 'InternalError' });
  expect(await rig.settle()).toMatchObject({ end: 'interlock', passes: 2, last: { failures: [] } });
});

test('unreadable: three readings in a row, and nothing done in doubt', async () => {
  const rig = await living();
  rig.account.faults.add({
    action: 'DescribeVolumes',
    when: 'before',
    error: 'InternalError',
    times: 1_000,
  });
  const { end, passes, last } = await rig.settle();
  expect([end, passes]).toEqual(['unreadable', 3]);
  expect(last.failures.map((failure) => failure.what)).toEqual(['homes', 'homes']);
});

test('images and builders that cannot be listed are told, and keep nothing waiting', async () => {
  const rig = await makeRig(makeDesired([spec]), { delays: hasty });
  const unread = { channelImages: undefined, builders: undefined };
  const failures = (['channel-images', 'builders'] as const).map((what) => ({
    what,
    message: 'DescribeImages failed',
    remedy: 'Allow it.',
  }));
  rig.lens = (observed) => ({ ...observed, ...unread, failures });
  const { end, last } = await rig.settle();
  expect(end).toBe('settled');
  expect(last.plan.statuses.map(({ phase }) => phase)).toEqual(['Running']);
  expect(last.failures).toEqual(failures);
});

test('readings that fail now and then are tried again', async () => {
  const rig = await living();
  for (const nth of [1, 2]) {
    rig.account.faults.add({
      action: 'DescribeSubnets',
      nth,
      when: 'before',
      error: 'InternalError',
    });
  }
  expect(await rig.settle()).toMatchObject({ end: 'settled', passes: 3 });
});

test('timed-out: what never becomes ready is waited for no longer than said', async () => {
  const rig = await makeRig(makeDesired([spec]), { delays: { ...hasty, launchMs: 3 * hourMs } });
  const started = Date.parse(rig.account.clock.now());
  const { end, last } = await rig.settle();
  expect(end).toBe('settled');
  expect(last.plan.holds.map((held) => held.reason)).toEqual(['StuckPending']);
  const waited = Date.parse(rig.account.clock.now()) - started;
  expect(waited).toBeGreaterThanOrEqual(15 * minuteMs);
  expect(waited).toBeLessThan(16 * minuteMs);
  const slow = await makeRig(makeDesired([spec]), { delays: { ...hasty, launchMs: 3 * hourMs } });
  expect(await slow.settle({ timeoutMs: 5 * minuteMs })).toMatchObject({ end: 'timed-out' });
  const took = Date.parse(slow.account.clock.now()) - started;
  expect(took).toBeGreaterThanOrEqual(5 * minuteMs);
  expect(took).toBeLessThan(5 * minuteMs + 5_000);
});

test('a refusal is tried three times, then the run ends with it', async () => {
  const rig = await makeRig(makeDesired([spec]), { delays: hasty });
  rig.account.faults.add({
    action: 'RunInstances',
    when: 'before',
    error: 'UnauthorizedOperation',
    times: 1_000,
  });
  const { end, last } = await rig.settle();
  expect(end).toBe('settled');
  expect(rig.events.filter((event) => event === 'RunInstances')).toHaveLength(3);
  expect(unfinished(last).map((record) => record.retries?.[0]?.attempts)).toEqual([3]);
  expect(last.plan.holds).toMatchObject([
    {
      reason: 'BackingOff',
      remedy: expect.stringMatching(/^Allow this role.* \(next attempt 2026-/),
    },
  ]);
});

test('a call of unknown end is cleared up before the run ends, however long that takes', async () => {
  const rig = await makeRig(makeDesired([spec]), { delays: hasty });
  rig.account.faults.add({ action: 'RunInstances', when: 'before', error: 'timeout', times: 6 });
  expect(await rig.settle()).toMatchObject({ end: 'settled' });
  const { machines } = await readTruth(rig.account);
  expect(machines.map((machine) => machine.State?.Name)).toEqual(['running']);
});

test('observe mode waits for nothing that it will not do', async () => {
  const rig = await makeRig(makeDesired([spec]), { delays: hasty });
  rig.account.faults.add({ action: 'RunInstances', when: 'before', error: 'timeout' });
  await rig.pass();
  const [before] = await rig.ledger.records();
  expect(before?.record.step?.action.kind).toBe('launch');
  rig.desired = makeDesired([spec], { fleet: { ...fleetSettings, mode: 'observe' } });
  const { end, passes } = await rig.settle();
  expect(end).toBe('settled');
  expect(passes).toBeLessThan(5);
  expect(await rig.ledger.records()).toEqual([before]);
});

test('two kinds of refusal at once end the run all the same', async () => {
  const rig = await living();
  await rig.wait(11 * hourMs);
  rig.desired = makeDesired([makeSpec({ name: 'dev-0', tags: { team: 'core' } })]);
  for (const action of ['CreateTags', 'StopInstances']) {
    rig.account.faults.add({
      action,
      when: 'before',
      error: 'UnauthorizedOperation',
      times: 1_000,
    });
  }
  const { end } = await rig.settle();
  expect(end).toBe('settled');
  expect(rig.events.filter((event) => event === 'StopInstances').length).toBeLessThan(8);
});

test('a ledger that another one writes to: the pass begins again, a second time is too much', async () => {
  const rig = await makeRig(makeDesired([spec]), { delays: hasty });
  const put = rig.ledger.putRecord;
  let conflicts = 1;
  Object.assign(rig.ledger, {
    putRecord: async (...args: Parameters<typeof put>) => {
      if (conflicts === 0) return put(...args);
      conflicts -= 1;
      throw new LedgerConflict('someone else wrote');
    },
  });
  expect(
    (await rig.pass()).outcomes.map(({ outcome }: { outcome: Outcome }) => outcome.result),
  ).toEqual(['done']);
  conflicts = 2;
  await expect(rig.settle()).rejects.toThrow(LedgerConflict);
  expect((await readTruth(rig.account)).machines).toHaveLength(1);
});
