import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runController } from '../../controller/cli/controller.ts';
import { type PlanOptions, runPlan } from '../../controller/cli/plan.ts';
import { runWhy } from '../../controller/cli/why.ts';
import { hourMs, type Instant, plusMillis } from '../../controller/core/instant.ts';
import type { LedgerRequest } from '../../controller/core/request.ts';
import { fileLedger } from '../../controller/ledgers/file.ts';
import { type CliFleet, listen, makeCliFleet } from '../support/cli-fleet.ts';

/** Of the account, whose clock runs ahead of the wall's. */
async function nowOf(fleet: CliFleet): Promise<Instant> {
  const [first = ''] = (await plan(fleet, { output: 'json' })).split('\n');
  return JSON.parse(first).now;
}

async function plan(fleet: CliFleet, options: Partial<PlanOptions> = {}): Promise<string> {
  const io = listen();
  expect(await runPlan({ output: 'text', ...options }, fleet.globals, io)).toBe(0);
  expect(io.heard.err).toBe('');
  return io.heard.out;
}

async function settle(fleet: CliFleet): Promise<void> {
  const io = listen();
  expect(await runController({ untilSettled: true, timeout: '2h' }, fleet.globals, io)).toBe(0);
}

async function ask(fleet: CliFleet, asked: Pick<LedgerRequest, 'work' | 'at' | 'expiresAt'>) {
  const ledger = fileLedger(join(fleet.path, 'ledger.json'));
  const request = { id: randomUUID(), name: 'ada-01', actor: 'ada', reason: 'release', ...asked };
  await ledger.putRequest(request);
  await ledger.close();
}

/** ada-01 alone, made with this schedule of its own, which the account just now follows. */
async function madeWith(schedule: string): Promise<CliFleet> {
  const fleet = await makeCliFleet(['ada-01']);
  await fleet.edit('instances/ada-01.yaml', /$/, `  schedule: ${schedule}\n`);
  await settle(fleet);
  return fleet;
}

const toRun = { kind: 'override', state: 'running', command: 'start' } as const;

test('a plan for a later moment has overrides and holds over by then', async () => {
  const fleet = await madeWith('{mode: never}');
  const now = await nowOf(fleet);
  const inHours = (hours: number) => plusMillis(now, hours * hourMs);
  await ask(fleet, { work: toRun, at: now, expiresAt: inHours(6) });

  const present = await plan(fleet);
  expect(present).toMatch(
    /^Next by schedule:\n {2}_ stop {2}ada-01 .*\n\nIn force:\n {2}ada-01 {2}on/,
  );
  expect(present).toMatch(/ \(started by ada: release\)\n\nPlan: .* 0 to stop, 0 held\.\n$/);

  // Its making holds it for four hours: the override alone keeps it on.
  const held = await plan(fleet, { at: inHours(5) });
  expect(held).toMatch(/^As of .*, with specs and account as they are now:\nNext by schedule:\n/);
  expect(held).toContain('In force:\n  ada-01  on until ');

  const over = await plan(fleet, { at: inHours(7) });
  expect(over).toMatch(
    /\n {2}_ ada-01 {2}stop \(owner ada; schedule\)\n {6}stop i-\w+: always off\n/,
  );
  expect(over).not.toContain('In force');
  expect(over).toContain('0 to start, 1 to stop, 0 held.');
});

test('a plan for an earlier moment has no override that was asked for later', async () => {
  const fleet = await madeWith('{mode: never}');
  const now = await nowOf(fleet);
  await ask(fleet, { work: toRun, at: now, expiresAt: plusMillis(now, hourMs) });
  expect(await plan(fleet, { at: plusMillis(now, -60_000) })).not.toContain('In force');
});

test('a suspension is over when its time is', async () => {
  const fleet = await madeWith('{mode: never}');
  const now = await nowOf(fleet);
  const expiresAt = plusMillis(now, 6 * hourMs);
  await ask(fleet, { work: { kind: 'suspend' }, at: now, expiresAt });
  const during = await plan(fleet, { at: plusMillis(now, 5 * hourMs) });
  expect(during).toMatch(/! ada-01 {2}Suspended: ada suspended it until .*: release\n/);
  expect(during).toMatch(
    /In force:\n {2}ada-01 {2}hands off until .* \(suspended by ada: release\)/,
  );
  const after = await plan(fleet, { at: plusMillis(now, 7 * hourMs) });
  expect(after).toContain('  _ ada-01  stop (owner ada; schedule)\n');
  expect(after).not.toMatch(/Suspended|In force/);
});

test('a schedule edited in the middle of a window shows what it did and what it will do', async () => {
  const fleet = await makeCliFleet(['ada-01']);
  // In its zone it is between three and six in the morning.
  const window = (end: string) =>
    `    - {days: [mon-sun], start: "02:00", end: "${end}"}\n  exceptions:`;
  const file = 'schedules/madrid-office.yaml';
  await fleet.edit(file, /(?<=windows:\n)[\s\S]* {2}exceptions:/, window('09:00'));
  await settle(fleet);
  expect(await plan(fleet)).not.toContain('spec_schedule');
  await fleet.edit(file, '"09:00"', '"07:30"');

  const text = await plan(fleet);
  expect(text).toMatch(/^ {2}~ ada-01 {2}change \(owner ada; spec_schedule\)\n/);
  const lines = text.split('\n').slice(1, 5);
  expect(lines).toEqual([
    '      schedule madrid-office edited',
    expect.stringMatching(
      /^ {6}before: stop 09:00, start [a-z]{3} 02:00, stop [a-z]{3} 09:00 [A-Z]\w+\/\w+$/,
    ),
    expect.stringMatching(
      /^ {6}after: stop 07:30, start [a-z]{3} 02:00, stop [a-z]{3} 07:30 [A-Z]\w+\/\w+$/,
    ),
    '      when now',
  ]);
  expect(await plan(fleet, { output: 'markdown' })).toMatch(
    /\|ada-01\|ada\|change\|schedule madrid-office edited<br>before: stop 09:00, .*<br>after: stop 07:30, .*\|now\|kept\|\n/,
  );
  await settle(fleet);
  expect(await plan(fleet)).toMatch(/^Next by schedule:\n {2}_ stop {2}ada-01 {2}\w+ 07:30 /);
});

test('why names the place of the edited rule, and that nobody committed it', async () => {
  const fleet = await madeWith('{mode: always}');
  const io = listen();
  expect(await runWhy('ada-01', { output: 'text' }, fleet.globals, io)).toBe(0);
  const lines = io.heard.out.trimEnd().split('\n');
  expect(lines.slice(0, 2)).toEqual(['ada-01 is running, as it should be', '  Rule  always on']);
  expect(lines[2]).toMatch(/^ {2}From {2}\/.*instances\/ada-01\.yaml:11:20/);
  expect(lines[3]).toMatch(/^ {2}Last {2}\w+ \d\d:\d\d MachineLaunched: launched i-/);
});
