import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ParsedSpecs, SpecFile } from '../core/desired.ts';
import { maxFiles, parseSpecs } from '../core/spec/parse-specs.ts';
import { maxFileBytes } from '../core/spec/text.ts';
import { OperatorError, type Specs } from '../ports.ts';

/** Specs from a folder and all below it. It may be a link itself; no link in it is followed. */
export function folderSpecs(folder: string): Specs {
  let last: { readonly files: readonly SpecFile[]; readonly parsed: ParsedSpecs } | undefined;
  return {
    read: async () => {
      const files = readSpecFiles(folder);
      // Passes follow each other faster than specs change, and parsing is most of the work.
      if (last === undefined || !isSameTree(last.files, files)) {
        last = { files, parsed: parseSpecs(files, { folder }) };
      }
      return last.parsed;
    },
  };
}

function isSameTree(one: readonly SpecFile[], other: readonly SpecFile[]): boolean {
  return one.length === other.length && one.every((file, index) => isSameFile(file, other[index]));
}

function isSameFile(one: SpecFile, other: SpecFile | undefined): boolean {
  if (one.path !== other?.path) return false;
  if ('refused' in one) return 'refused' in other && one.refused === other.refused;
  return 'bytes' in other && Buffer.compare(one.bytes, other.bytes) === 0;
}

/**
 * The spec files of a folder, in path order of each folder; stops after one more than are allowed.
 * What is not a plain file comes back refused. Throws OperatorError where the folder, or one below
 * it, cannot be read: a tree that is only partly there must never pass for a smaller one.
 * Synchronous: small local files, and parsing them takes longer than reading them.
 */
export function readSpecFiles(folder: string): readonly SpecFile[] {
  const files: SpecFile[] = [];
  walk(folder, '', files);
  return files;
}

function walk(root: string, below: string, files: SpecFile[]): void {
  for (const entry of listFolder(join(root, below))) {
    if (files.length > maxFiles) return;
    const path = below + entry.name;
    if (entry.isDirectory()) {
      if (isSpecName(entry.name)) files.push({ path, refused: 'this is a folder, not a file' });
      // What is in a folder of such a name is read all the same, so that none of it seems removed.
      if (!entry.name.startsWith('.')) walk(root, `${path}/`, files);
    } else if (entry.isSymbolicLink()) {
      files.push(...refuseLink(root, path, entry.name));
    } else if (isSpecName(entry.name)) {
      files.push(readSpecFile(root, path));
    }
  }
}

/** Whether a name is one of a spec file, or so near that it was meant to be one. */
function isSpecName(name: string): boolean {
  return /^[^.].*\.ya?ml$/is.test(name);
}

function listFolder(folder: string): readonly Dirent[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch (error) {
    const code = codeOf(error);
    const what = reasons[code] ?? `cannot be read (${code})`;
    const remedy = 'name an existing folder with --specs, readable with everything below it';
    throw new OperatorError(`the specs folder ${folder} ${what}`, remedy, { cause: error });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'is not a folder',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
};

/** A link is refused where it stands for a spec file or a folder; others are ignored. */
function refuseLink(root: string, path: string, name: string): SpecFile[] {
  if (isSpecName(name)) return [{ path, refused: 'links are not followed' }];
  if (name.startsWith('.') || !leadsToFolder(join(root, path))) return [];
  return [{ path: `${path}/`, refused: 'links to folders are not followed' }];
}

function leadsToFolder(link: string): boolean {
  try {
    return statSync(link).isDirectory();
  } catch {
    return false;
  }
}

// Never follows a link that was put there after the listing, never waits for a FIFO's writer.
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function readSpecFile(root: string, path: string): SpecFile {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(join(root, path), openFlags);
    return readPlainFile(descriptor, path);
  } catch (error) {
    return { path, refused: `the file cannot be read (${codeOf(error)})` };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Reads at most one byte more than is allowed, whatever the size was when it was asked for. */
function readPlainFile(descriptor: number, path: string): SpecFile {
  const status = fstatSync(descriptor);
  if (!status.isFile()) return { path, refused: 'this is not a plain file' };
  const buffer = new Uint8Array(Math.min(status.size, maxFileBytes) + 1);
  let length = 0;
  while (length < buffer.length) {
    const bytesRead = readSync(descriptor, buffer, length, buffer.length - length, length);
    if (bytesRead === 0) return { path, bytes: buffer.subarray(0, length) };
    length += bytesRead;
  }
  const isLarge = length > maxFileBytes;
  return {
    path,
    refused: isLarge ? 'the file is larger than 16 KiB' : 'the file grows as it is read',
  };
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? String(error);
}
