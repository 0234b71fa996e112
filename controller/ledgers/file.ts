import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Ledger, OperatorError } from '../ports.ts';
import { formatDocument, type LedgerDocument, parseDocument } from './document.ts';
import { type DocumentStore, documentLedger } from './document-ledger.ts';
import { codeOf, explainFileError } from './file-errors.ts';
import { lockFile } from './file-lock.ts';

/** How often a write begins anew that lost its ticket; each loss means that another one won. */
const MAX_TRIES = 10;

/**
 * A ledger in one JSON file, for several processes of one machine.
 *
 * A write puts a ticket file beside the ledger, removes all other tickets, loads, edits, writes
 * the result into its ticket, and renames the ticket to the ledger. Of two writes at once at
 * least one finds its ticket gone and begins anew, so none is lost, wherever one is paused or
 * killed. A lock around it only keeps them from disturbing each other.
 */
export function fileLedger(path: string): Ledger {
  const file = resolve(path);
  const missing = () =>
    new OperatorError(
      `there is no ledger at ${path}`,
      `Make one: npx devinstance ledger init --ledger file:${path}`,
    );
  const store: DocumentStore = {
    description: `file:${path}`,
    load: async () => {
      const document = await load(file);
      if (document === undefined) throw missing();
      return document;
    },
    change: (edit) => change(file, edit),
    missing,
  };
  return documentLedger(store);
}

type Edit = (document: LedgerDocument | undefined) => LedgerDocument;

async function change(file: string, edit: Edit): Promise<LedgerDocument> {
  // Whoever needs a ledger that is not there is told so before a folder is made for it.
  if ((await load(file)) === undefined) edit(undefined);
  const release = await lockFile(file);
  try {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const after = await changeOnce(file, edit);
      if (after !== undefined) return after;
    }
  } finally {
    await release();
  }
  throw new OperatorError(
    `the ledger ${file} is written by others all the time`,
    'Stop the other devinstance processes that use it, and try again.',
  );
}

/** Answers undefined where another write removed the ticket. */
async function changeOnce(file: string, edit: Edit): Promise<LedgerDocument | undefined> {
  const ticket = `${file}.${randomUUID()}.ticket`;
  const handle = await translate(file, () => open(ticket, 'wx', 0o600));
  try {
    await translate(file, () => removeOtherTickets(file, ticket));
    const before = await load(file);
    const after = edit(before);
    if (after === before) return after;
    await translate(file, () => writeDurably(handle, formatDocument(after)));
    return (await replace(ticket, file)) ? after : undefined;
  } finally {
    await handle.close();
    await rm(ticket, { force: true });
  }
}

async function removeOtherTickets(file: string, own: string): Promise<void> {
  const folder = dirname(file);
  const others = (await readdir(folder))
    .filter((name) => name.startsWith(`${basename(file)}.`) && name.endsWith('.ticket'))
    .filter((name) => name !== basename(own));
  await Promise.all(others.map((name) => rm(join(folder, name), { force: true })));
}

async function writeDurably(handle: FileHandle, text: string): Promise<void> {
  await handle.writeFile(text);
  await handle.sync();
}

async function replace(ticket: string, file: string): Promise<boolean> {
  try {
    await rename(ticket, file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw explainFileError(file, error);
  }
  await syncFolder(dirname(file));
  return true;
}

/** Makes the rename last through a power cut, where the system can do that for a folder. */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch {
    // The rename has happened and is seen by all: a system without it (Windows) loses no more
    // than the last write in a power cut.
  } finally {
    await handle?.close();
  }
}

async function load(file: string): Promise<LedgerDocument | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw explainFileError(file, error);
  }
  const parsed = parseDocument(text);
  if ('document' in parsed) return parsed.document;
  if (parsed.problem === 'newer') {
    throw new OperatorError(
      `the ledger ${file} was written by a newer devinstance (${parsed.detail})`,
      'Use that version or a later one.',
    );
  }
  throw new OperatorError(
    `the ledger ${file} is damaged: ${parsed.detail}`,
    'Put back a copy of the file. Do not begin a new one: it would not know the machines.',
  );
}

async function translate<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainFileError(file, error);
  }
}
