import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { commitOf } from '../../controller/sources/spec-commit.ts';

const hasGit = spawnSync('git', ['--version']).status === 0;

/** An empty folder, and git run in it as one person on one day. */
function repository() {
  const folder = mkdtempSync(join(tmpdir(), 'devinstance-commit-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const moment = '2026-11-20T12:00:00Z';
  const env = {
    PATH: process.env['PATH'] ?? '',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Grace',
    GIT_AUTHOR_EMAIL: 'grace@example.com',
    GIT_COMMITTER_NAME: 'Grace',
    GIT_COMMITTER_EMAIL: 'grace@example.com',
    GIT_AUTHOR_DATE: moment,
    GIT_COMMITTER_DATE: moment,
  };
  const git = (...args: readonly string[]) => execFileSync('git', [...args], { cwd: folder, env });
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  return { folder, git, write, path: (name: string) => join(folder, name) };
}

test.skipIf(!hasGit)(
  'the commit that last changed a file, and whether it was edited since',
  async () => {
    const { git, write, path } = repository();
    git('init', '-q');
    write('office.yaml', 'one');
    write('other.yaml', 'one');
    git('add', '.');
    git('commit', '-q', '-m', 'Begin');
    write('office.yaml', 'two');
    git('commit', '-q', '-a', '-m', 'Open earlier');
    const known = await commitOf(path('office.yaml'));
    expect(known).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{7,}$/),
      author: 'Grace',
      date: '2026-11-20',
      subject: 'Open earlier',
      isEdited: false,
    });
    expect((await commitOf(path('other.yaml')))?.subject).toBe('Begin');
    write('office.yaml', 'three');
    expect(await commitOf(path('office.yaml'))).toEqual({ ...known, isEdited: true });
    write('new.yaml', 'one');
    expect(await commitOf(path('new.yaml'))).toBeUndefined();
    expect(await commitOf(path('-n.yaml'))).toBeUndefined();
  },
);

test('what is in no repository, or not there at all, has no commit', async () => {
  const { folder, write, path } = repository();
  write('office.yaml', 'one');
  expect(await commitOf(path('office.yaml'))).toBeUndefined();
  expect(await commitOf(join(folder, 'nowhere', 'office.yaml'))).toBeUndefined();
});
