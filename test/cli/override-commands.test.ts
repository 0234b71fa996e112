import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runController } from '../../controller/cli/controller.ts';
import { runEvents } from '../../controller/cli/events.ts';
import { runGet } from '../../controller/cli/get.ts';
import { runOverrideCancel } from '../../controller/cli/override-cancel.ts';
import { runOverrideList } from '../../controller/cli/override-list.ts';
import { runExtend, runStart, runStop } from '../../controller/cli/power-request.ts';
import { runResume, runSuspend } from '../../controller/cli/suspension.ts';
import { OperatorError } from '../../controller/ports.ts';
import { type CliFleet, type Heard, listen, makeCliFleet } from '../support/cli-fleet.ts';

async function settle(fleet: CliFleet): Promise<void> {
  const options = { untilSettled: true, timeout: '2h' };
  expect(await runController(options, fleet.globals, listen())).toBe(0);
}

async function settledFleet(): Promise<CliFleet> {
  const fleet = await makeCliFleet();
  await settle(fleet);
  return fleet;
}

async function json(run: (io: Heard) => Promise<number>) {
  const io = listen();
  expect(await run(io)).toBe(0);
  return JSON.parse(io.heard.out);
}

async function phaseOf(fleet: CliFleet, name: string): Promise<string> {
  const [status] = await json((io) => runGet(name, { output: 'json' }, fleet.globals, io));
  return status.phase;
}

/** Name, state and reason of what is in force. */
async function inForce(fleet: CliFleet): Promise<readonly (readonly string[])[]> {
  const rows = await json((io) => runOverrideList({ output: 'json' }, fleet.globals, io));
  return rows.map(({ name, state, reason }: Record<string, string>) => [name, state, reason]);
}

/** Each begins in the hours in which its schedule is off and it runs as it was just made. */
test('the controller stops and starts as it is asked, and the schedule comes after', async () => {
  const fleet = await settledFleet();
  const { globals } = fleet;
  const plain = await listening((io) => runStop('ada-01', { reason: 'at home' }, globals, io));
  expect(plain).toMatch(
    /^ada-01 will be off until \w{3} 08:00 [\w ]+\n {2}the controller acts at its next pass\n$/,
  );
  expect(await inForce(fleet)).toEqual([['ada-01', 'stopped', 'at home']]);
  await settle(fleet);
  expect(await phaseOf(fleet, 'ada-01')).toBe('Stopped');
  expect(await phaseOf(fleet, 'dennis-01')).toBe('Running');

  await runStart('ada-01', { for: '8h' }, globals, listen());
  expect(await inForce(fleet)).toEqual([['ada-01', 'running', '']]);
  await settle(fleet);
  expect(await phaseOf(fleet, 'ada-01')).toBe('Running');

  await runExtend('ada-01', '1h', { reason: 'release' }, globals, listen());
  expect(await inForce(fleet)).toEqual([['ada-01', 'running', 'release']]);

  await listening((io) => runOverrideCancel('ada-01', globals, io));
  expect(await inForce(fleet)).toEqual([]);
  await settle(fleet);
  expect(await phaseOf(fleet, 'ada-01')).toBe('Stopped');
  const events = await json((io) => runEvents('ada-01', { output: 'json' }, globals, io));
  const told = events.map(({ reason }: { reason: string }) => reason);
  expect(told.filter((reason: string) => reason.startsWith('Override'))).toEqual([
    'OverrideSet',
    'OverrideSet',
    'OverrideSet',
    'OverrideCancelled',
  ]);
});

async function listening(run: (io: Heard) => Promise<number>): Promise<string> {
  const io = listen();
  expect(await run(io)).toBe(0);
  expect(io.heard.err).toBe('');
  return io.heard.out;
}

test('the controller keeps its hands off as long as it is asked', async () => {
  const fleet = await settledFleet();
  const { globals } = fleet;
  await runStop('ada-01', {}, globals, listen());
  await runStop('dennis-01', {}, globals, listen());
  const until = new Date(Date.now() + 86_400_000).toISOString();
  const options = { until, reason: 'repair' };
  await listening((io) => runSuspend('ada-01', options, globals, io));
  await listening((io) => runSuspend(undefined, { ...options, all: true }, globals, io));
  expect(await inForce(fleet)).toEqual([
    ['ada-01', 'stopped', ''],
    ['dennis-01', 'stopped', ''],
    ['ada-01', 'suspended', 'repair'],
    ['*', 'suspended', 'repair'],
  ]);
  await settle(fleet);
  expect(await phaseOf(fleet, 'dennis-01')).toBe('Running');
  await expect(runStart('dennis-01', {}, globals, listen())).rejects.toThrow(OperatorError);

  await listening((io) => runResume(undefined, { all: true }, globals, io));
  await settle(fleet);
  expect(await phaseOf(fleet, 'dennis-01')).toBe('Stopped');
  expect(await phaseOf(fleet, 'ada-01')).toBe('Running');

  await listening((io) => runResume('ada-01', {}, globals, io));
  await settle(fleet);
  expect(await phaseOf(fleet, 'ada-01')).toBe('Stopped');
});

test('an override that is too long is a problem of the class, where its limit stands or is missing', async () => {
  const fleet = await settledFleet();
  const { globals } = fleet;
  const before = await readFile(join(fleet.path, 'ledger.json'), 'utf8');
  const problem = async (run: (io: Heard) => Promise<number>) => {
    const io = listen();
    expect([await run(io), io.heard.out]).toEqual([1, '']);
    return io.heard.err.replace(fleet.specs, 'specs');
  };
  expect(await problem((io) => runStart('ada-01', { for: '10d' }, globals, io))).toBe(
    'specs/classes/standard.yaml:9:3 E_VALUE an override of 10d is longer than class standard allows (7d)\n' +
      '  fix: Ask for at most 7d, or raise overrides.maxDuration.\n',
  );
  const upgrade = 'upgrade: {when: off-hours}';
  const overrides = 'overrides: {maxDuration: 36h}';
  await fleet.edit('classes/standard.yaml', upgrade, `${upgrade}\n  ${overrides}`);
  expect(
    await problem((io) => runExtend('ada-01', '36h', { reason: 'release' }, globals, io)),
  ).toMatch(
    /^specs\/classes\/standard.yaml:21:28 E_VALUE an override of [12]d( \d+h)?( \d+m)? from now on is longer than class standard allows \(36h\)\n {2}fix: Ask for at most \d+[hm], or raise overrides.maxDuration.\n$/,
  );
  expect(await readFile(join(fleet.path, 'ledger.json'), 'utf8')).toBe(before);
});
