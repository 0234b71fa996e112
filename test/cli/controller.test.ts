import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ControllerOptions, runController } from '../../controller/cli/controller.ts';
import { UsageError } from '../../controller/cli/io.ts';
import { planExitCode, runPlan, timezoneOf } from '../../controller/cli/plan.ts';
import { watchProgress } from '../../controller/cli/progress.ts';
import type { Action } from '../../controller/core/action.ts';
import type { Problem } from '../../controller/core/desired.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { Plan } from '../../controller/core/plan/world.ts';
import { listen, makeCliFleet } from '../support/cli-fleet.ts';
import { channelActions } from '../support/rollout-cases.ts';
import { makeRecord, makeSpec, makeWorld } from '../support/world.ts';

const options = (over: Partial<ControllerOptions>): ControllerOptions => ({
  timeout: '30m',
  ...over,
});
const untilSettled = options({ untilSettled: true });

test.each([
  { what: 'neither way to run', over: {}, message: 'say how long to run' },
  {
    what: 'both ways to run',
    over: { once: true, untilSettled: true },
    message: 'say how long to run',
  },
  {
    what: 'no duration',
    over: { once: true, timeout: 'soon' },
    message: '--timeout is not a duration: "soon"',
  },
])('$what is wrong usage, and nothing is opened', async ({ over, message }) => {
  const fleet = await makeCliFleet();
  const run = runController(options(over), fleet.globals, listen());
  await expect(run).rejects.toThrow(UsageError);
  await expect(run).rejects.toThrow(message);
  expect(existsSync(join(fleet.path, 'account.json'))).toBe(false);
});

test('until settled: exit 0, progress on the way, and a second run finds nothing to do', async () => {
  const fleet = await makeCliFleet();
  const io = listen();
  expect(await runController(untilSettled, fleet.globals, io)).toBe(0);
  expect(io.heard.out).toMatch(/^\+00:00 {2}ada-01 {2}launch \S+ in subnet-\w+: i-[0-9a-f]+$/m);
  expect(io.heard.out).toMatch(/^\+\d\d:\d\d {2}… waiting for the machine to run \(2\)$/m);
  expect(io.heard.out).toMatch(/\nsettled after \d+ passes\n$/);
  expect(io.heard.err).toBe('');
  const again = listen();
  expect(await runController(untilSettled, fleet.globals, again)).toBe(0);
  expect(again.heard.out).toBe('settled after 1 pass\n');
});

test('once: one pass, and what it did', async () => {
  const fleet = await makeCliFleet();
  const io = listen();
  expect(await runController(options({ once: true }), fleet.globals, io)).toBe(0);
  // Two machines; the channel's first image is complete at once, published and tagged.
  expect(io.heard.out).toMatch(/\npass: 4 done, 0 failed, 0 waiting for AWS\n$/);
  const second = listen();
  expect(await runController(options({ once: true }), fleet.globals, second)).toBe(0);
  expect(second.heard.out).toMatch(/^pass: 0 done, 0 failed, 2 waiting for AWS\n$/m);
});

test('an invalid spec: the others go on, exit 1', async () => {
  const fleet = await makeCliFleet();
  await fleet.edit('instances/dennis-01.yaml', /owner: .*/, 'owner: nobody');
  const io = listen();
  expect(await runController(untilSettled, fleet.globals, io)).toBe(1);
  expect(io.heard.err).toContain('dennis-01.yaml:');
  // Said once: the hold that follows from the problem would only repeat it.
  expect(io.heard.err).not.toContain('InvalidSpec');
  expect(io.heard.out).toContain('settled');
});

test('an interlock: exit 3 and how to go on', async () => {
  const fleet = await makeCliFleet();
  await runController(untilSettled, fleet.globals, listen());
  for (const name of ['ada-01', 'dennis-01']) await rm(join(fleet.specs, `instances/${name}.yaml`));
  const io = listen();
  expect(await runController(untilSettled, fleet.globals, io)).toBe(3);
  // Said once, where it is to be mended, and not of each DevInstance again.
  expect(io.heard.err).toMatch(
    /^\S+specs:1:1 E_GUARD InterlockEmptySource: the specs name none.*\n {2}fix: Restore.*\n$/,
  );
  expect(await runPlan({ output: 'text' }, fleet.globals, listen())).toBe(3);
});

test('time runs out: exit 1 and what is still waited for', async () => {
  const fleet = await makeCliFleet();
  const io = listen();
  expect(await runController({ ...untilSettled, timeout: '1s' }, fleet.globals, io)).toBe(1);
  expect(io.heard.err).toMatch(
    /devinstance: not settled after \d+ passes; still waiting for ada-01 \(the machine to run\), dennis-01 \(.*\)\n {2}run it again, or give it more time with --timeout\n/,
  );
});

test('--observe does nothing to the account', async () => {
  const fleet = await makeCliFleet();
  const io = listen();
  const observe = { ...untilSettled, observe: true };
  expect(await runController(observe, fleet.globals, io)).toBe(0);
  expect(io.heard.out).toMatch(/^settled after 1 pass\n.*2 DevInstances/);
  const ledger = JSON.parse(await readFile(join(fleet.path, 'ledger.json'), 'utf8'));
  expect(ledger.records).toEqual({});
});

test('a plan on an account that does not exist yet writes no file', async () => {
  const fleet = await makeCliFleet();
  const io = listen();
  expect(await runPlan({ output: 'text' }, fleet.globals, io)).toBe(0);
  expect(io.heard.out).toContain('Plan: 2 to create,');
  expect(existsSync(join(fleet.path, 'account.json'))).toBe(false);
  expect(existsSync(join(fleet.path, 'ledger.json'))).toBe(false);
});

test('a plan on a living account leaves its files as they are', async () => {
  const fleet = await makeCliFleet();
  await runController(untilSettled, fleet.globals, listen());
  const bigger = 'class: standard\n  homeVolume: {sizeGiB: 333}';
  await fleet.edit('instances/ada-01.yaml', 'class: standard', bigger);
  const read = () =>
    Promise.all(
      ['account.json', 'ledger.json'].map((file) => readFile(join(fleet.path, file), 'utf8')),
    );
  const before = await read();
  for (const output of ['text', 'json'] as const) {
    const io = listen();
    expect(await runPlan({ output, detailedExitcode: true }, fleet.globals, io)).toBe(2);
    expect(io.heard.out).toContain('-> 333 GiB, online');
  }
  expect(await read()).toEqual(before);
});

test('plan --at another moment: the schedule then decides', async () => {
  const fleet = await makeCliFleet();
  const io = listen();
  const at = '2030-01-01T01:00:00+01:00';
  expect(await runPlan({ output: 'json', at }, fleet.globals, io)).toBe(0);
  const [first] = io.heard.out.split('\n');
  expect(JSON.parse(first ?? '')).toMatchObject({ type: 'plan', now: '2030-01-01T00:00:00.000Z' });
});

const error: Problem = {
  file: 'a.yaml',
  line: 1,
  column: 1,
  severity: 'error',
  code: 'E_VALUE',
  message: '',
  fix: '',
};
const settled = makeWorld({});
const quiet = makePlan(settled);
const guard: Problem = { ...error, code: 'E_GUARD' };
const busy: Plan = {
  ...quiet,
  changes: [{ name: 'a', owner: 'a', kind: 'stop', reasons: [], details: [], at: 'now' }],
};
const braked: Plan = {
  ...busy,
  interlocks: [{ reason: 'InterlockUnhealthy', message: '', remedy: '' }],
};
const unread = makeWorld({
  observed: { failures: [{ what: 'subnets', message: '', remedy: '' }] },
});

test.each([
  { what: 'nothing', plan: quiet, world: settled, problems: [], detailed: true, code: 0 },
  { what: 'changes', plan: busy, world: settled, problems: [], detailed: false, code: 0 },
  { what: 'changes, asked for', plan: busy, world: settled, problems: [], detailed: true, code: 2 },
  { what: 'an error', plan: busy, world: settled, problems: [error], detailed: true, code: 1 },
  {
    what: 'a warning',
    plan: quiet,
    world: settled,
    problems: [{ ...error, severity: 'warning' as const }],
    detailed: true,
    code: 0,
  },
  { what: 'a failed read', plan: busy, world: unread, problems: [], detailed: true, code: 1 },
  { what: 'a guard', plan: busy, world: settled, problems: [guard], detailed: true, code: 3 },
  {
    what: 'a guard and an error',
    plan: busy,
    world: settled,
    problems: [error, guard],
    detailed: true,
    code: 3,
  },
  {
    what: 'a guard after a failed read',
    plan: busy,
    world: unread,
    problems: [guard],
    detailed: true,
    code: 1,
  },
  {
    what: 'an interlock',
    plan: braked,
    world: settled,
    problems: [error],
    detailed: false,
    code: 3,
  },
  {
    what: 'an interlock after a failed read',
    plan: braked,
    world: unread,
    problems: [],
    detailed: true,
    code: 1,
  },
])('plan exits $code with $what', ({ plan, world, problems, detailed, code }) => {
  const parsed = { desired: world.desired, problems, files: 1 };
  expect(planExitCode(plan, world, parsed, detailed)).toBe(code);
});

test('times are shown in the zone of the spec, of the record, or in UTC', () => {
  const inZone = (timezone: string) =>
    makeSpec({ schedule: { ...makeSpec().schedule, timezone }, name: 'x' });
  const desired = { ...settled.desired, devInstances: new Map([['x', inZone('Asia/Tokyo')]]) };
  const records = new Map([['x', makeRecord(inZone('Asia/Kolkata'))]]);
  const empty = { ...settled.desired, devInstances: new Map() };
  expect(timezoneOf({ ...settled, desired, records }, 'x')).toBe('Asia/Tokyo');
  expect(timezoneOf({ ...settled, desired: empty, records }, 'x')).toBe('Asia/Kolkata');
  expect(timezoneOf({ ...settled, desired: empty, records: new Map() }, 'x')).toBe('UTC');
});

const start: Action = { kind: 'start', name: 'a', machineId: 'i-1' };
const waits = (...names: readonly string[]) =>
  ({ plan: { ...quiet, waiting: names.map((name) => ({ name, what: 'rest' })) } }) as never;

test('progress on a terminal keeps one waiting line, elsewhere each one is written once', () => {
  const times = [
    '2026-11-23T09:00:00.000Z',
    '2026-11-23T09:00:00.500Z',
    '2026-11-23T10:01:05.400Z',
  ];
  const shownOn = (isTerminal: boolean) => {
    const io = listen(isTerminal);
    let tick = 0;
    const clock = { now: () => times[Math.min(tick++, 2)] ?? '' };
    const progress = watchProgress(io, clock);
    progress.onPass(waits());
    progress.onPass(waits('a'));
    progress.onPass(waits('a'));
    progress.onOutcome(start, { result: 'done' });
    progress.onOutcome(start, { result: 'not-sent', message: 'no time' });
    progress.onPass(waits('a', 'b'));
    progress.end();
    return io.heard.out;
  };
  expect(shownOn(false).split('\n')).toEqual([
    '+00:01  … waiting for rest (1)',
    '+61:05  a  start i-1',
    '+61:05  a  start i-1: no time',
    '+61:05  … waiting for rest (2)',
    '',
  ]);
  const clear = '\r\u001b[2K';
  expect(shownOn(true)).toBe(
    [
      '+00:01  … waiting for rest (1)',
      `${clear}+61:05  … waiting for rest (1)`,
      `${clear}+61:05  a  start i-1\n`,
      '+61:05  a  start i-1: no time\n',
      '+61:05  … waiting for rest (2)',
      clear,
    ].join(''),
  );
});

test('what is done for a channel is told as what is done for a DevInstance', () => {
  const io = listen();
  const { onChannelOutcome } = watchProgress(io, { now: () => '2026-11-23T09:00:00.000Z' });
  for (const action of channelActions) onChannelOutcome(action, { result: 'done' });
  const [publish] = channelActions;
  if (publish === undefined) throw new Error('there is no action');
  const denied = { code: 'AccessDenied', message: 'no', capacity: false, remedy: 'allow it' };
  onChannelOutcome(publish, { result: 'refused', ...denied });
  onChannelOutcome(publish, { result: 'refused', ...denied });
  expect(io.heard.out.split('\n')).toEqual([
    '+00:00  ubuntu-24.04  publish ami-00000002 as /config/latest-id',
    '+00:00  ubuntu-24.04  tag ami-00000002: devinstance:phase=completed',
    '+00:00  ubuntu-24.04  deregister ami-00000000 with its snapshots',
    '+00:00  ubuntu-24.04  publish ami-00000002 as /config/latest-id: refused: AccessDenied: no -> allow it',
    '',
  ]);
});
