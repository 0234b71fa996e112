import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Globals } from '../../controller/cli/globals.ts';
import { openForActing } from '../../controller/cli/wiring.ts';
import { fileLedger } from '../../controller/ledgers/file.ts';

const account = '111122223333';
const region = 'eu-west-1';
let folder: string;
let ledgerPath: string;
let globals: Globals;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'devinstance-wiring-'));
  await cp(resolve(import.meta.dirname, '../../specs'), join(folder, 'specs'), { recursive: true });
  ledgerPath = join(folder, 'ledger.json');
  globals = {
    specs: join(folder, 'specs'),
    cloud: `sim:${join(folder, 'account.json')}`,
    ledger: `file:${ledgerPath}`,
    color: false,
  };
});

afterEach(() => rm(folder, { recursive: true }));

test('the first run on a simulated account makes its ledger', async () => {
  const parts = await openForActing(globals);
  expect(await fileLedger(ledgerPath).marker()).toEqual({ fleet: 'dev', account, region });
  await parts.close();
});

test('the ledger of another fleet is refused before anything is written to it', async () => {
  const other = fileLedger(ledgerPath);
  await other.init({ fleet: 'other', account, region });
  await expect(openForActing(globals)).rejects.toThrow(/belongs to fleet other/);
  expect(await other.lease()).toBeUndefined();
});
