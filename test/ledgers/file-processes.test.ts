import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { fileLedger } from '../../controller/ledgers/file.ts';
import { type CompiledController, compileController } from '../support/compiled-controller.ts';
import { ours } from '../support/ledger-contract.ts';
import { sampleRecord } from '../support/sample-record.ts';

let compiled: CompiledController;
let folder: string;
let path: string;

beforeAll(async () => {
  compiled = await compileController(['ledgers', 'ports.ts', 'core']);
  folder = await mkdtemp(join(tmpdir(), 'devinstance-processes-'));
});

afterAll(() => Promise.all([compiled.remove(), rm(folder, { recursive: true })]));

beforeEach(async () => {
  path = join(await mkdtemp(join(folder, 'case-')), 'ledger.json');
  await fileLedger(path).init(ours);
});

/** Runs JavaScript in a process of its own, with `path`, `fileLedger` and `lockFile`. */
function run(code: string): ChildProcess {
  const head = `
    import { fileLedger } from ${JSON.stringify(compiled.urlOf('ledgers/file.ts'))};
    import { lockFile } from ${JSON.stringify(compiled.urlOf('ledgers/file-lock.ts'))};
    const path = ${JSON.stringify(path)};
  `;
  const args = ['--input-type=module', '--eval', `${head}${code}`];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

const countFifty = `
  const ledger = fileLedger(path);
  for (let done = 0; done < 50; ) {
    const [{ record, version }] = await ledger.records();
    try {
      await ledger.putRecord({ ...record, ordinal: record.ordinal + 1 }, version, 1);
      done++;
    } catch (error) {
      if (error.name !== 'LedgerConflict') throw error;
    }
  }
`;

test('two processes that count in one record lose no count', async () => {
  await fileLedger(path).putRecord(sampleRecord('ada-01', 0), 0, 1);
  const children = [run(countFifty), run(countFifty)];
  const exits = await Promise.all(children.map((child) => once(child, 'exit')));
  expect(exits.map(([code]) => code)).toEqual([0, 0]);
  expect((await fileLedger(path).records())[0]).toMatchObject({
    version: 101,
    record: { ordinal: 100 },
  });
});

test('the lock of a process that was killed is taken over', async () => {
  const child = run(`
    await lockFile(path);
    console.log('locked');
    setInterval(() => {}, 1_000_000);
  `);
  await once(child.stdout ?? child, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await readdir(join(path, '..'))).toContain('ledger.json.lock');
  // Instead of waiting until it is old.
  await utimes(`${path}.lock`, 0, 0);
  await fileLedger(path).putRecord(sampleRecord('ada-01'), 0, 1);
  expect(await readdir(join(path, '..'))).toEqual(['ledger.json']);
});
