import { execFile } from 'node:child_process';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Git answers at once, or is not waited for. */
const timeoutMs = 2_000;

/** The commit that last changed a file. */
export interface SpecCommit {
  /** Abbreviated as git does. */
  readonly id: string;
  readonly author: string;
  /** `2026-11-20`. */
  readonly date: string;
  readonly subject: string;
  /** Whether the file was changed since and not committed. */
  readonly isEdited: boolean;
}

/**
 * The last commit of a file; undefined where it was never committed, is in no repository, or git
 * does not answer. Runs git in the file's folder, without a shell and without taking locks.
 */
export async function commitOf(file: string): Promise<SpecCommit | undefined> {
  try {
    const log = await git(file, 'log', '-1', '--format=%h%x00%an%x00%cs%x00%s');
    const [id, author, date, subject] = log.trimEnd().split('\0');
    if (!id || author === undefined || date === undefined || subject === undefined) {
      return undefined;
    }
    const status = await git(file, 'status', '--porcelain');
    return { id, author, date, subject, isEdited: status !== '' };
  } catch {
    return undefined;
  }
}

async function git(file: string, ...command: readonly string[]): Promise<string> {
  const { stdout } = await run('git', [...command, '--', basename(file)], {
    cwd: dirname(file),
    timeout: timeoutMs,
    env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' },
  });
  return stdout;
}
