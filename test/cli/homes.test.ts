import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runController } from '../../controller/cli/controller.ts';
import { runHomeList } from '../../controller/cli/home-list.ts';
import { runHomeRestore, runHomeSnapshot } from '../../controller/cli/home-request.ts';
import { UsageError } from '../../controller/cli/io.ts';
import { runStart } from '../../controller/cli/power-request.ts';
import { OperatorError } from '../../controller/ports.ts';
import { listen, makeCliFleet } from '../support/cli-fleet.ts';

type Fleet = Awaited<ReturnType<typeof makeCliFleet>>;

async function settle(fleet: Fleet): Promise<void> {
  const io = listen();
  const options = { untilSettled: true, timeout: '2h' };
  expect(await runController(options, fleet.globals, io)).toBe(0);
}

async function rowsOf(fleet: Fleet): Promise<readonly Record<string, unknown>[]> {
  const io = listen();
  expect(await runHomeList({ output: 'json' }, fleet.globals, io)).toBe(0);
  return JSON.parse(io.heard.out);
}

test('a home is listed, snapshotted and restored by commands; the controller does what they ask for', async () => {
  const fleet = await makeCliFleet();
  await settle(fleet);
  const [before] = await rowsOf(fleet);
  expect(before).toMatchObject({ name: 'ada-01', state: 'in-use', phase: 'active', snapshots: 0 });
  const asked = listen();
  expect(await runHomeSnapshot('ada-01', {}, fleet.globals, asked)).toBe(0);
  expect(asked.heard.out).toBe(
    `asked for a snapshot of home ${before?.['homeId']} of ada-01\n` +
      '  the controller makes it at its next pass; devinstance events ada-01 shows what came of it\n',
  );
  expect((await rowsOf(fleet))[0]).toMatchObject({ requests: ['snapshot-home'], snapshots: 0 });
  await settle(fleet);
  expect((await rowsOf(fleet))[0]).toMatchObject({ requests: [], snapshots: 1 });
  const reason = 'it is damaged';
  await runHomeRestore('ada-01', { from: 'latest', reason }, fleet.globals, listen());
  await settle(fleet);
  const homes = (await rowsOf(fleet)).filter(({ name }) => name === 'ada-01');
  expect(
    homes.map(({ homeId, phase, state }) => [homeId === before?.['homeId'], phase, state]),
  ).toEqual(
    expect.arrayContaining([
      [true, 'released', 'available'],
      [false, 'active', 'in-use'],
    ]),
  );
});

test('the table names every home, aligned, and says what was asked for', async () => {
  const fleet = await makeCliFleet();
  await settle(fleet);
  await runHomeSnapshot('ada-01', {}, fleet.globals, listen());
  const io = listen();
  await runHomeList({ output: 'table' }, fleet.globals, io);
  const [header, ada, dennis] = io.heard.out.split('\n');
  expect(header).toMatch(
    /^NAME +OWNER +HOME +STATE +PHASE +SIZE +ZONE +MACHINE +SNAPSHOTS +LATEST$/,
  );
  expect(ada).toMatch(/^ada-01 .* in-use +active +100 GiB +eu-west-1\w +i-\w+ +0 +snapshot asked$/);
  expect(dennis).toMatch(/^dennis-01 .* 0 +-$/);
});

test('what is asked for beside a schedule is no matter of homes', async () => {
  const fleet = await makeCliFleet();
  await settle(fleet);
  await runStart('ada-01', { for: '8h' }, fleet.globals, listen());
  expect((await rowsOf(fleet))[0]).toMatchObject({ name: 'ada-01', requests: [] });
});

test.each([
  [
    'a name that the ledger does not know',
    'ada-1',
    'latest',
    OperatorError,
    /there is no DevInstance ada-1/,
  ],
  ['no snapshot', 'ada-01', 'vol-0a1b2c3d', UsageError, /"vol-0a1b2c3d" is no snapshot/],
  [
    'nothing to restore from',
    'ada-01',
    'latest',
    OperatorError,
    /no complete snapshot of a home of ada-01/,
  ],
])('restoring with %s asks for nothing', async (_, name, from, kind, message) => {
  const fleet = await makeCliFleet();
  await settle(fleet);
  const ledger = join(fleet.path, 'ledger.json');
  const before = await readFile(ledger, 'utf8');
  const run = async () => runHomeRestore(name, { from }, fleet.globals, listen());
  const refusal = await run().catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(kind);
  expect(String(refusal)).toMatch(message);
  expect(await readFile(ledger, 'utf8')).toBe(before);
});
