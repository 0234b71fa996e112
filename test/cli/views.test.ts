import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
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
const others = [
  'ledgers',
  'render',
  'service',
  'sim',
  'sources',
  'pass.ts',
  'performing.ts',
  'stored-records.ts',
  'performing.ts',
  'ports.ts',
  'stored-records.ts',
  'world.ts',
];
let controller: CompiledController;
let cwd: string;

/** A settled fleet of ada-01 and linus-01, which every test leaves as it was. */
beforeAll(async () => {
  controller = await compileController([...folders, ...others]);
  cwd = await mkdtemp(join(tmpdir(), 'devinstance-views-'));
  const isOther = /instances\/(?!ada|linus)[^/]+$/;
  await cp(resolve(import.meta.dirname, '../../specs'), join(cwd, 'specs'), {
    recursive: true,
    filter: (path) => !isOther.test(path),
  });
  expect(await run('demo')).toMatchObject({ code: 0, err: '' });
});

afterAll(() => Promise.all([controller.remove(), rm(cwd, { recursive: true })]));

async function run(...args: readonly string[]) {
  const main = fileURLToPath(controller.urlOf('cli/main.ts'));
  const env = { PATH: process.env['PATH'] ?? '' };
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code, out, err };
}

test('describe shows one DevInstance with its last events', async () => {
  const { code, out, err } = await run('describe', 'ada-01');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^ada-01 {2}Running, Synced, Healthy\nSpec\n/);
  expect(out).toMatch(/\n {2}Normal +HomeAttached +\d+[smhd] +controller +attached home vol-/);
  expect(out).not.toContain('linus-01');
});

test('get -o yaml and describe -o json show the same objects', async () => {
  const list = parse((await run('get', '-o', 'yaml')).out);
  expect(list).toMatchObject({ apiVersion: 'v1', kind: 'List' });
  const one = parse((await run('get', 'linus-01', '-o', 'yaml')).out);
  expect(list.items.map((item: typeof one) => item.metadata.name)).toEqual(['ada-01', 'linus-01']);
  expect(list.items[1]).toEqual(one);
  expect(JSON.parse((await run('describe', 'linus-01', '-o', 'json')).out)).toEqual(one);
  expect(parse((await run('describe', 'linus-01', '-o', 'yaml')).out)).toEqual(one);
});

test('why says the rule and where it is written', async () => {
  const { code, out, err } = await run('why', 'ada-01');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^ada-01 is running, as it should be\n {2}Rule {2}/);
  expect(out).toMatch(/\n {2}Last +\S+ \S+ MachineLaunched: launched i-/);
  expect(out).toMatch(
    /\n {2}From +(specs\/schedules\/madrid-office\.yaml:\d+:\d+|the default of )/,
  );
  const { name, state } = JSON.parse((await run('why', 'ada-01', '-o', 'json')).out);
  expect({ name, state }).toEqual({ name: 'ada-01', state: 'running' });
});

test('get of one is one line', async () => {
  const { code, out } = await run('get', 'ada-01');
  expect(code).toBe(0);
  expect(out.split('\n').map((line) => line.split(' ')[0])).toEqual(['NAME', 'ada-01', '']);
  expect(JSON.parse((await run('get', 'ada-01', '-o', 'json')).out)).toHaveLength(1);
});

test('events are listed, of all or of one', async () => {
  const all = JSON.parse((await run('events', '-o', 'json')).out);
  const names = new Set(all.map(({ name }: { name: string }) => name));
  expect(names).toEqual(new Set(['ada-01', 'linus-01', 'image/ubuntu-24.04']));
  const { code, out } = await run('events', 'ada-01');
  expect(code).toBe(0);
  expect(out).toMatch(/^AGE +TIME +TYPE +REASON +NAME +MESSAGE\n/);
  expect(out).toMatch(/ Madrid +Normal +MachineLaunched +ada-01 +launched i-/);
  expect(out).not.toContain('linus-01');
});

test('events of an image channel are under its subject, in UTC', async () => {
  const { code, out } = await run('events', 'image/ubuntu-24.04');
  expect(code).toBe(0);
  expect(out).toMatch(/ UTC +Normal +ImageCompleted +image\/ubuntu-24.04 +new DevInstances begin/);
  expect(await run('events', 'image/ubuntu')).toMatchObject({
    code: 1,
    err: 'devinstance: there is no image channel ubuntu\n  there is ubuntu-24.04\n',
  });
});

test('a channel without a rollout has its image', async () => {
  expect(await run('rollout', 'status', '--watch', '--timeout', '1m')).toMatchObject({
    code: 0,
    out: expect.stringMatching(
      /^ubuntu-24.04 no rollout yet\n {2}ami-\w+ \(.*\), followed from \//,
    ),
  });
  expect(await run('rollout', 'history')).toMatchObject({ code: 0, out: 'no rollouts yet\n' });
  expect(await run('rollout', 'undo')).toMatchObject({
    code: 1,
    err: expect.stringContaining('ubuntu-24.04 has had no rollout yet\n  one begins by itself'),
  });
  expect(await run('image', 'list')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/ubuntu-24.04 +ami-\w+ .* followed, stable, in use by 2 machines/),
  });
});

test.each([['describe'], ['get'], ['events'], ['why'], ['schedule preview']])(
  '%s of a mistyped name is one line',
  async (command) => {
    const { code, out, err } = await run(...command.split(' '), 'ada-1');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe('devinstance: there is no DevInstance ada-1; did you mean ada-01?\n');
  },
);

test('of a name that is near to none it is said where to look', async () => {
  const { code, err } = await run('describe', 'somebody-else');
  expect(code).toBe(1);
  expect(err).toBe(
    'devinstance: there is no DevInstance somebody-else; devinstance get lists those there are\n',
  );
});

describe('plan -o markdown', () => {
  test('begins with the marker and has no colours', async () => {
    const { code, out } = await run('plan', '-o', 'markdown');
    expect(code).toBe(0);
    expect(out).toMatch(/^<!-- devinstance:plan -->\n### devinstance plan: no changes\n/);
    expect(out).not.toContain('\u001b');
  });

  test('has changes, problems and the exit code of the plan', async () => {
    const path = join(cwd, 'specs/instances/linus-01.yaml');
    const before = await readFile(path, 'utf8');
    await writeFile(path, before.replace('200', '260'));
    expect(await run('plan', '-o', 'markdown', '--detailed-exitcode')).toMatchObject({
      code: 2,
      out: expect.stringMatching(
        /\|linus-01\|linus\|change\|home vol-\w+ 200 -&gt; 260 GiB, online\|now\|/,
      ),
    });
    await writeFile(path, before.replace('200', 'much'));
    const broken = await run('plan', '-o', 'markdown');
    expect(broken.code).toBe(1);
    expect(broken.out).toContain(
      '\n#### Problems in specs\n\n|Where|What|Fix|\n|-|-|-|\n|specs/instances/linus-01.yaml:',
    );
    await writeFile(path, before);
  });
});

test('a file that never was valid is nothing yet, and says why', async () => {
  const path = join(cwd, 'specs/instances/new-01.yaml');
  await writeFile(path, 'kind: DevInstance\n');
  const { code, out, err } = await run('get', 'new-01');
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(
    /^devinstance: new-01 is nothing yet: InvalidSpec: specs\/instances\/new-01\.yaml:/,
  );
  const described = await run('describe', 'new-01');
  expect(described.code).toBe(0);
  expect(described.out).toMatch(/^new-01\nSpec\n {2}none\n/);
  await rm(path);
});

test('before anything was made there are no events, and all is to be made', async () => {
  const elsewhere = [
    '--cloud',
    `sim:${join(cwd, 'other.json')}`,
    '--ledger',
    `file:${join(cwd, 'other-ledger.json')}`,
  ];
  expect(await run('events', ...elsewhere)).toEqual({ code: 0, out: 'no events\n', err: '' });
  const { out } = await run('describe', 'ada-01', ...elsewhere);
  expect(out).toMatch(/^ada-01 {2}New, OutOfSync, Progressing\n/);
  expect(out).toMatch(/\n {2}Launched +False +- +NotLaunched /);
});
