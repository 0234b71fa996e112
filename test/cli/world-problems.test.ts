import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runController } from '../../controller/cli/controller.ts';
import { runPlan } from '../../controller/cli/plan.ts';
import { type CliFleet, listen, makeCliFleet } from '../support/cli-fleet.ts';

const untilSettled = { untilSettled: true, timeout: '30m' };
const channel = 'images/ubuntu-24.04.yaml';
const follow = /follow: (.*)/;

async function plan(fleet: CliFleet, detailedExitcode = false) {
  const [text, json] = [listen(), listen()];
  const code = await runPlan({ output: 'text', detailedExitcode }, fleet.globals, text);
  await runPlan({ output: 'json', detailedExitcode }, fleet.globals, json);
  const lines = json.heard.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { specs } = fleet.globals;
  return {
    code,
    text: text.heard.out.replaceAll(specs, 'specs'),
    diagnostics: lines
      .filter(({ type }) => type === 'diagnostic')
      .map(({ file, line, column, code }) =>
        `${file}:${line}:${column} ${code}`.replace(specs, 'specs'),
      ),
  };
}

async function control(fleet: CliFleet) {
  const io = listen();
  const code = await runController(untilSettled, fleet.globals, io);
  return { code, err: io.heard.err.replaceAll(fleet.globals.specs, 'specs') };
}

async function settledFleet(): Promise<CliFleet> {
  const fleet = await makeCliFleet(['ada-01', 'dennis-01', 'linus-01']);
  await control(fleet);
  return fleet;
}

/** Leaves the parameter of the channel without a value, or with this one. */
async function setParameter(fleet: CliFleet, value?: string): Promise<void> {
  const name = follow.exec(await readFile(join(fleet.specs, channel), 'utf8'))?.[1] ?? '';
  const account = JSON.parse(await readFile(fleet.account, 'utf8'));
  const [first] = account.parameters[name];
  account.parameters[name] = value === undefined ? [] : [{ ...first, value }];
  await writeFile(fleet.account, JSON.stringify(account));
}

test('a wrong value that only the account shows: plan exits 1 and says where, as validate does', async () => {
  const fleet = await settledFleet();
  await fleet.edit('instances/linus-01.yaml', 'sizeGiB: 200', 'sizeGiB: 20');
  const { code, text, diagnostics } = await plan(fleet, true);
  expect(code).toBe(1);
  expect(text).toMatch(
    /^specs\/instances\/linus-01\.yaml:11:25 E_VALUE a home never shrinks: .*\n {2}fix: Write at least 200\.\n/,
  );
  expect(diagnostics).toEqual(['specs/instances/linus-01.yaml:11:25 E_VALUE']);
  const after = await control(fleet);
  expect(after.code).toBe(0);
  // Said once: the hold that says the same is not printed beside it.
  expect(after.err).toMatch(/^specs\/instances\/linus-01\.yaml:11:25 E_VALUE .*\n {2}fix: .*\n$/);
});

test('one wrong class value is one problem, however many DevInstances inherit it', async () => {
  const fleet = await settledFleet();
  await fleet.edit('classes/standard.yaml', 'default: t3.xlarge', 'default: m7i.gigantic');
  const { code, diagnostics } = await plan(fleet);
  expect([code, diagnostics]).toEqual([1, ['specs/classes/standard.yaml:13:14 E_VALUE']]);
  const { err } = await control(fleet);
  expect(err).toContain('(3 DevInstances: ada-01, dennis-01, linus-01)');
  expect(err).not.toContain('TypeUnusable');
});

test.each([
  { what: 'absent', value: undefined, message: 'does not exist' },
  { what: 'hostile', value: 'ami-01234567;rm\u001b[2J', message: '"ami-01234567;rm\\u001b[2J"' },
])('an image parameter that is $what: plan exits 3, the controller goes on', async (given) => {
  const fleet = await settledFleet();
  await setParameter(fleet, given.value);
  await fleet.edit('instances/linus-01.yaml', 'sizeGiB: 200', 'sizeGiB: 210');
  const { code, text, diagnostics } = await plan(fleet, true);
  expect([code, diagnostics]).toEqual([3, ['specs/images/ubuntu-24.04.yaml:8:11 E_GUARD']]);
  expect(text).toContain(given.message);
  const io = listen();
  expect(await runController(untilSettled, fleet.globals, io)).toBe(0);
  expect(io.heard.out).toContain('linus-01  modify home');
  expect(io.heard.err).toContain('E_GUARD');
  expect(io.heard.err).not.toContain('\u001b');
});

test('a newcomer without an image is held, and why is said once', async () => {
  const fleet = await settledFleet();
  await setParameter(fleet, 'latest');
  const ada = join(fleet.specs, 'instances/ada-01.yaml');
  const text = (await readFile(ada, 'utf8')).replace('ada-01', 'ada-02');
  await writeFile(ada.replace('ada-01', 'ada-02'), text);
  const { code, err } = await control(fleet);
  expect(code).toBe(0);
  expect(err).toMatch(/^specs\/images\S+ E_GUARD "latest" is not an image id .*\n {2}fix: .*\n$/);
});

test('too many files removed: exit 3, at the limit in the Fleet, with their names', async () => {
  const fleet = await settledFleet();
  for (const name of ['ada-01', 'linus-01']) await rm(join(fleet.specs, `instances/${name}.yaml`));
  const { code, text, diagnostics } = await plan(fleet, true);
  expect([code, diagnostics]).toEqual([3, ['specs/fleet.yaml:12:26 E_GUARD']]);
  expect(text).toContain('(maxDisruptedPercent 10): ada-01, linus-01\n');
  const { code: controlled, err } = await control(fleet);
  expect(controlled).toBe(3);
  expect(err).toMatch(/^specs\/fleet\.yaml:12:26 E_GUARD InterlockDisrupted: .*\n {2}fix: .*\n$/);
});

test('every file removed, the Fleet too, beside a living ledger: exit 3 at the folder', async () => {
  const fleet = await settledFleet();
  await rm(fleet.specs, { recursive: true });
  await mkdir(fleet.specs);
  const { code, text, diagnostics } = await plan(fleet);
  expect([code, diagnostics]).toEqual([3, ['specs:1:1 E_GUARD']]);
  expect(text).toMatch(
    / and 3 DevInstances in the ledger file:.*: nothing is done\n {2}fix: Restore/,
  );
  expect(await control(fleet)).toEqual({ code: 3, err: text });
});

test('a folder in which there never was a fleet is no guard: exit 1 as before', async () => {
  const fleet = await makeCliFleet();
  await rm(fleet.specs, { recursive: true });
  await mkdir(fleet.specs);
  await expect(plan(fleet)).rejects.toThrow('there is no Fleet');
  await writeFile(join(fleet.specs, 'ada.yaml'), 'kind: DevInstance');
  await expect(plan(fleet)).rejects.toThrow('no usable Fleet');
});
