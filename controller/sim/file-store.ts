import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { lock } from 'proper-lockfile';
import { OperatorError } from '../ports.ts';
import { type AccountState, emptyAccount, schemaVersion } from './state.ts';
import type { AccountStore } from './store.ts';
import { noConditions } from './stored-conditions.ts';

/** A document with what tells its file apart from any other version of it. */
interface Loaded {
  readonly identity: string;
  readonly state: AccountState;
}

/** A killed process's lock is taken over after this long; a change holds it for milliseconds. */
const staleMs = 3_000;

/**
 * Keeps the document in a file that several processes share. A change is load, apply, save under a
 * lock; the file is replaced whole, so a reader needs no lock and never sees a part. While there is
 * no file, reads see what `seed` makes, and the first change stores it.
 */
export function fileStore(file: string, seed: () => AccountState): AccountStore {
  const path = resolve(file);
  let cache: Loaded | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  const read = (): AccountState => {
    const identity = onDisk(path, 'read', () => identityOf(path));
    if (cache === undefined || cache.identity !== identity) {
      cache =
        identity === noFile ? { identity, state: seed() } : onDisk(path, 'read', () => load(path));
    }
    return cache.state;
  };
  const change = async <T>(apply: (state: AccountState) => T): Promise<T> => {
    const release = await acquire(path);
    try {
      const state = read();
      // Dropped until it is saved: a throwing `apply` may have left half a change in it.
      cache = undefined;
      const result = apply(state);
      cache = onDisk(path, 'written', () => save(path, state));
      return result;
    } finally {
      // Another process that took the lock over has nothing to wait for.
      await release().catch(() => undefined);
    }
  };
  return {
    description: `sim:${file}`,
    read,
    change: (apply) => {
      const turn = queue.then(() => change(apply));
      queue = turn.catch(() => undefined);
      return turn;
    },
  };
}

/** Turns what the file system says into something an operator can act on. */
function onDisk<T>(path: string, what: 'read' | 'written', work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    throw new OperatorError(
      `the simulated account ${path} cannot be ${what}: ${describe(error)}`,
      'See that the file and its folder may be read and written and that the disk has room.',
      { cause: error },
    );
  }
}

const noFile = 'none';

function identityOf(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? noFile : `${stat.ino}/${stat.size}/${stat.mtimeNs}`;
}

async function acquire(path: string): Promise<() => Promise<void>> {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return await lock(path, {
      realpath: false,
      stale: staleMs,
      update: 1_000,
      retries: { retries: 150, factor: 1.2, minTimeout: 5, maxTimeout: 100, randomize: true },
      // Between load and save nothing waits, so there is nothing to break off.
      onCompromised: () => undefined,
    });
  } catch (error) {
    throw new OperatorError(
      `the simulated account ${path} cannot be locked: ${describe(error)}`,
      'Wait for the other devinstance processes to end, and see that its folder is writable.',
      { cause: error },
    );
  }
}

function load(path: string): Loaded {
  const file = openSync(path, 'r');
  try {
    const { ino, size, mtimeNs } = fstatSync(file, { bigint: true });
    const state = parse(path, readFileSync(file, 'utf8'));
    return { identity: `${ino}/${size}/${mtimeNs}`, state };
  } finally {
    closeSync(file);
  }
}

const remedy = 'Begin a new simulated account: npx devinstance demo --fresh';

function parse(path: string, text: string): AccountState {
  let document: Partial<AccountState> | null;
  try {
    document = JSON.parse(text) as Partial<AccountState> | null;
  } catch (error) {
    const message = `the simulated account ${path} is damaged: ${describe(error)}`;
    throw new OperatorError(message, remedy, { cause: error });
  }
  const version = document?.schemaVersion;
  if (typeof version === 'number' && version > schemaVersion) {
    const message = `${path} is of version ${version}, newer than ${schemaVersion}`;
    throw new OperatorError(message, `Use the newer devinstance. ${remedy}`);
  }
  // A document of before these were kept is one in which nobody had set any.
  const whole: Partial<AccountState> = { conditions: noConditions(), ...document };
  if (!isWhole(whole)) throw new OperatorError(`${path} is not a simulated account`, remedy);
  return whole as AccountState;
}

function isWhole(document: Partial<AccountState>): boolean {
  return Object.entries(emptyAccount('', '')).every(([key, value]) => {
    const found = document[key as keyof AccountState];
    return found !== null && typeof found === typeof value;
  });
}

function save(path: string, state: AccountState): Loaded {
  // A name of its own: a process that lost its lock while asleep must not write into ours.
  const draft = `${path}.${process.pid}.tmp`;
  const file = openSync(draft, 'w', 0o600);
  try {
    writeFileSync(file, `${JSON.stringify(state)}\n`);
    fsyncSync(file);
    const { ino, size, mtimeNs } = fstatSync(file, { bigint: true });
    renameSync(draft, path);
    return { identity: `${ino}/${size}/${mtimeNs}`, state };
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
