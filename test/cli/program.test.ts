import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type CompiledController, compileController } from '../support/compiled-controller.ts';

const folders = [
  'aws',
  'cli',
  'core',
  'core/faults',
  'core/plan',
  'core/replacement',
  'core/rollout',
  'core/schedule',
  'core/spec',
];
const roots = ['pass.ts', 'performing.ts', 'ports.ts', 'stored-records.ts', 'world.ts'];
const others = ['ledgers', 'render', 'service', 'sim', 'sources'];
let controller: CompiledController;
let cwd: string;

beforeAll(async () => {
  controller = await compileController([...folders, ...others, ...roots]);
});

afterAll(() => controller.remove());

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'devinstance-program-'));
  const isOther = /instances\/(?!ada)[^/]+$/;
  await cp(resolve(import.meta.dirname, '../../specs'), join(cwd, 'specs'), {
    recursive: true,
    filter: (path) => !isOther.test(path),
  });
});

afterEach(() => rm(cwd, { recursive: true }));

function start(args: readonly string[]): ChildProcess {
  const main = fileURLToPath(controller.urlOf('cli/main.ts'));
  const env = { PATH: process.env['PATH'] ?? '' };
  return spawn(process.execPath, [main, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function run(...args: readonly string[]) {
  const child = start(args);
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the output is not piped');
  const [out, err, [code]] = await Promise.all([text(stdout), text(stderr), once(child, 'exit')]);
  return { code, out, err };
}

test('a reader that goes away breaks nothing off', async () => {
  const child = start(['demo']);
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the output is not piped');
  stdout.once('data', () => stdout.destroy());
  const [err, [code]] = await Promise.all([text(stderr), once(child, 'exit')]);
  expect({ err, code }).toEqual({ err: '', code: 0 });
  expect((await run('controller', '--until-settled')).out).toBe('settled after 1 pass\n');
});

test('what is due and merely observed is said', async () => {
  const { out, code } = await run('controller', '--until-settled', '--observe');
  expect(out).toContain('observed only: changes of 1 DevInstance are withheld');
  expect(code).toBe(0);
});

test('a plan for another moment says for which', async () => {
  const at = '2026-12-24T20:00:00+01:00';
  expect((await run('plan', '--at', at)).out).toMatch(/^As of 2026-12-24T19:00:00\.000Z, /);
  expect((await run('plan')).out).not.toContain('As of');
});

test('a plan on a ledger in memory is one of a fleet that nothing is remembered of', async () => {
  await run('demo');
  const { out, code } = await run('plan', '--ledger', 'memory');
  expect(out).toContain('adopt (owner ada; record_missing)');
  expect(code).toBe(0);
});

test.each([
  ['extend'],
  ['start'],
  ['stop'],
  ['override list'],
  ['override cancel'],
  ['suspend'],
  ['resume'],
])('%s explains itself with examples and exit codes', async (command) => {
  const { code, out, err } = await run(...command.split(' '), '--help');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/\nExit: 0 .*\n\nExamples:\n/);
  expect(out).toContain(`\n  $ devinstance ${command}`);
});

test('what people ask for is written and shown; what they mistype is explained', async () => {
  await run('demo');
  expect(await run('extend', 'ada-01', '4h')).toEqual({
    code: 64,
    out: '',
    err: 'devinstance: extend needs a reason\n  add --reason "why", for those who meet the machine so\n',
  });
  const until = new Date(Date.now() + 3 * 86_400_000).toISOString();
  const kept = ['--keep-off', '--until', until, '--reason', 'on leave'];
  expect(await run('stop', 'ada-01', ...kept)).toMatchObject({ code: 0, err: '' });
  expect((await run('override', 'list')).out).toMatch(/\nada-01 +off .* on leave\n$/);
  expect(await run('override', 'cancel', 'ada-01')).toMatchObject({ code: 0, err: '' });
  expect(await run('override', 'cancel', 'ada-01')).toEqual({
    code: 1,
    out: '',
    err: 'devinstance: no override of ada-01 stands\n  devinstance override list shows those in force\n',
  });
  expect((await run('start', 'ada-01', '--for', '8d')).err).toMatch(
    /^specs\/classes\/standard.yaml:9:3 E_VALUE an override of 8d is longer .*\n {2}fix: .*\n$/,
  );
  const all = ['--all', '--until', until, '--reason', 'AWS is down'];
  expect(await run('suspend', ...all)).toMatchObject({ code: 0, err: '' });
  expect(await run('resume', '--all')).toMatchObject({ code: 0, err: '' });
});
