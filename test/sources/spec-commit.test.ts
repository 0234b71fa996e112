import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { readSpecCommit } from '../../controller/sources/spec-commit.ts';

/** An empty folder of the test's own. */
async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'devinstance-commit-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  // A repository around the folder for temporary files would answer for it.
  vi.stubEnv('GIT_CEILING_DIRECTORIES', tmpdir());
  onTestFinished(() => void vi.unstubAllEnvs());
  return folder;
}

function git(folder: string, ...args: readonly string[]): void {
  const who = ['-c', 'user.name=Grace Hopper', '-c', 'user.email=grace@example.org'];
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const dated = { ...env, GIT_AUTHOR_DATE: '2026-11-20T12:00:00+01:00' };
  execFileSync('git', [...who, ...args], { cwd: folder, env: dated, stdio: 'ignore' });
}

async function makeRepository(): Promise<string> {
  const folder = await makeFolder();
  git(folder, 'init', '--quiet');
  await writeFile(join(folder, 'office.yaml'), 'one\n');
  git(folder, 'add', '.');
  git(folder, 'commit', '--quiet', '-m', 'Open earlier');
  await writeFile(join(folder, 'other.yaml'), 'two\n');
  git(folder, 'add', '.');
  git(folder, 'commit', '--quiet', '-m', 'Something else\n\nMore about it.');
  return folder;
}

const earlier = { author: 'Grace Hopper', date: '2026-11-20', subject: 'Open earlier' };

test('the commit that last touched the file', async () => {
  const folder = await makeRepository();
  expect(await readSpecCommit(join(folder, 'office.yaml'))).toEqual({
    hash: expect.stringMatching(/^[0-9a-f]{7,}$/),
    ...earlier,
  });
  expect(await readSpecCommit(join(folder, 'other.yaml'))).toMatchObject({
    subject: 'Something else',
  });
});

test.each([
  ['was changed since', (path: string) => writeFile(path, 'three\n'), 'office.yaml'],
  ['was never committed', (path: string) => writeFile(path, 'new\n'), ':(top)new.yaml'],
])('a file that %s is not committed', async (_, change, file) => {
  const folder = await makeRepository();
  await change(join(folder, file));
  expect(await readSpecCommit(join(folder, file))).toBe('not-committed');
});

test.each([
  ['outside of any repository', async () => join(await makeFolder(), 'office.yaml')],
  ['in a folder that is not there', async () => join(await makeFolder(), 'none', 'office.yaml')],
])('%s nothing is said', async (_, makeFile) => {
  expect(await readSpecCommit(await makeFile())).toBeUndefined();
});

test('without git nothing is said', async () => {
  const folder = await makeRepository();
  vi.stubEnv('PATH', folder);
  expect(await readSpecCommit(join(folder, 'office.yaml'))).toBeUndefined();
});

test('where a shallow clone is cut off, its oldest commit is not blamed for everything', async () => {
  const folder = await makeRepository();
  const clone = join(folder, 'clone');
  git(folder, 'clone', '--quiet', '--depth', '1', `file://${folder}`, clone);
  expect(await readSpecCommit(join(clone, 'office.yaml'))).toBeUndefined();
});

test('nothing is run that a repository names', async () => {
  const folder = await makeRepository();
  const marker = join(folder, 'was-run');
  const hook = join(folder, 'hook.sh');
  await writeFile(hook, `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 });
  git(folder, 'config', 'core.fsmonitor', hook);
  expect(await readSpecCommit(join(folder, 'office.yaml'))).toMatchObject(earlier);
  expect(existsSync(marker)).toBe(false);
});
