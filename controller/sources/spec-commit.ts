import { execFile } from 'node:child_process';
import { basename, dirname } from 'node:path';

/** The commit that last touched a file. All of it is other people's text. */
export interface SpecCommit {
  readonly hash: string;
  readonly author: string;
  /** `2026-11-20`, as it was for the author. */
  readonly date: string;
  readonly subject: string;
}

/** git is asked beside other work: who has to wait longer does without. */
const patienceMs = 2_000;

/**
 * The commit that a file's text is from, `not-committed` where it is in a repository but not as it
 * stands. Undefined where git does not say: no repository, no git, no answer in time, or a clone
 * that is cut off there. Never throws, writes nothing, and runs nothing that a repository names.
 */
export async function readSpecCommit(
  file: string,
): Promise<SpecCommit | 'not-committed' | undefined> {
  const git = gitBeside(file);
  try {
    const changed = await git(['status', '--porcelain', '--', basename(file)]);
    if (changed !== '') return 'not-committed';
    const format = '--format=%h%x00%an%x00%ad%x00%s%x00%P';
    const log = ['log', '-1', '--no-show-signature', '--no-color', '--date=short', format];
    const found = await git([...log, '--', basename(file)]);
    if (found === '') return 'not-committed';
    const [hash = '', author = '', date = '', subject = '', parents = ''] = found.split('\0');
    if (parents.trim() === '' && (await isCutOff(git))) return undefined;
    return { hash, author, date, subject };
  } catch {
    return undefined;
  }
}

/** Answers with what git prints. Rejects where it fails, or all of it together takes too long. */
type Git = (args: readonly string[]) => Promise<string>;

/** In a shallow clone the oldest commit seems to have brought all files. */
async function isCutOff(git: Git): Promise<boolean> {
  return (await git(['rev-parse', '--is-shallow-repository'])).trim() === 'true';
}

function gitBeside(file: string): Git {
  const quiet = ['--literal-pathspecs', '--no-pager', '-c', 'core.fsmonitor=false'];
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0' };
  const options = { cwd: dirname(file), env, signal: AbortSignal.timeout(patienceMs) };
  return (args) =>
    new Promise((resolve, reject) => {
      execFile('git', [...quiet, ...args], options, (error, stdout) => {
        if (error === null) resolve(stdout);
        else reject(error);
      });
    });
}
