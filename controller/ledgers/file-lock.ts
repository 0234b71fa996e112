import { access, constants, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { lock } from 'proper-lockfile';
import { explainFileError } from './file-errors.ts';

/**
 * A holder touches its lock every second (the library's minimum) and needs it for milliseconds. One
 * that was not touched for three seconds belongs to a process that was killed or is paused.
 */
const UPDATE_MS = 1_000;
const STALE_MS = 3_000;

/**
 * Waits 10 ms at first, then up to 200 ms: about 7 s in all. That is longer than a killed process can
 * keep others out, and short enough for a person at a terminal.
 */
const RETRIES = { retries: 40, factor: 1.3, minTimeout: 10, maxTimeout: 200, randomize: true };

/**
 * Locks a file, which need not exist yet; its folder is made at need. Answers the way to unlock it.
 * Throws OperatorError where others keep it for longer than about seven seconds.
 */
export async function lockFile(file: string): Promise<() => Promise<void>> {
  try {
    await mkdir(dirname(file), { recursive: true });
    // The library would repeat for seven seconds what can never succeed.
    await access(dirname(file), constants.W_OK);
    const release = await lock(file, {
      realpath: false,
      stale: STALE_MS,
      update: UPDATE_MS,
      retries: RETRIES,
      // A write that lost its lock to another is caught by its ticket.
      onCompromised: () => {},
    });
    return () => release().catch(() => {});
  } catch (error) {
    throw explainFileError(file, error);
  }
}
