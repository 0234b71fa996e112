import type { Problem, SpecFile } from '../desired.ts';
import { composeDocument, type SpecDocument } from './document.ts';
import { fileFaults } from './file-faults.ts';
import type { ManifestByKind } from './kinds.generated.ts';
import {
  compareProblems,
  type Fault,
  type FaultAtField,
  type FaultAtOffset,
  type FieldPath,
  makeProblem,
  nearest,
  type Place,
  quote,
} from './problem.ts';
import { schemaFaults } from './schema-faults.ts';
import { decodeText, makePlaces } from './text.ts';
import { validators } from './validators.generated.ts';

export type Kind = keyof ManifestByKind;

/** A valid manifest with its file. */
export type Manifest = { [K in Kind]: ManifestOf<K> }[Kind];

export interface ManifestOf<K extends Kind> {
  readonly kind: K;
  readonly name: string;
  readonly spec: ManifestByKind[K]['spec'];
  readonly labels: Readonly<Record<string, string>>;
  /** The file as problems show it, and its text for finding places. */
  readonly file: string;
  readonly text: string;
}

/** A file that gives no manifest: what it stands for all the same. */
export interface BrokenFile {
  /** Undefined where nothing shows the kind: it may be any. */
  readonly kind: Kind | undefined;
  /** Every name it may stand for: the file's own and those it says. */
  readonly names: readonly string[];
}

/** What one file gives. */
export interface Reading {
  readonly manifest?: Manifest;
  readonly broken?: BrokenFile;
  readonly problems: readonly Problem[];
}

/** Reads one file by itself. Never throws; takes time linear in the file. */
export function readSpecFile(file: SpecFile, label: string): Reading {
  const stem = stemOf(file.path);
  const fault = pathFault(file);
  if (fault !== undefined) return unreadable(makeProblem(label, top, fault), [stem], '');
  if ('refused' in file) {
    const fix = 'Put a plain file of at most 16 KiB in its place, or remove it.';
    const problem = makeProblem(label, top, { code: 'E_FILE', message: file.refused, fix });
    return unreadable(problem, [stem], '');
  }
  const decoded = decodeText(file.bytes);
  if ('fault' in decoded) {
    const text = new TextDecoder('latin1').decode(file.bytes.subarray(0, 16_384));
    return unreadable(makeProblem(label, decoded.place, decoded.fault), [stem], text);
  }
  const { text } = decoded;
  const document = composeDocument(text);
  if ('faults' in document) {
    const placeAt = makePlaces(text);
    const problems = document.faults.map((each) => makeProblem(label, placeAt(each.offset), each));
    return { problems, broken: guessBroken(text, [stem]) };
  }
  return readManifest(document, { stem, label, text });
}

const top: Place = { line: 1, column: 1 };

/** The base name without `.yaml`, or without another ending that stands in its place. */
function stemOf(path: string): string {
  const base = path.slice(path.lastIndexOf('/') + 1);
  return base.replace(/\.ya?ml$/i, '');
}

function pathFault({ path }: SpecFile): Fault | undefined {
  const isOutside = path.startsWith('/') || path.split('/').includes('..');
  if (isOutside) {
    const message = 'the path leads out of the folder';
    return { code: 'E_FILE', message, fix: 'Keep spec files inside the folder.' };
  }
  if (/\p{Cc}/u.test(path)) {
    const message = 'the path has control characters';
    return { code: 'E_FILE', message, fix: 'Rename the file.' };
  }
  const ending = /\.(ya?ml)$/i.exec(path)?.[1];
  if (ending === undefined || ending === 'yaml') return undefined;
  const message = `the file's name ends in .${ending}`;
  return { code: 'E_FILE', message, fix: `Rename it to ${quote(`${stemOf(path)}.yaml`)}.` };
}

function unreadable(problem: Problem, names: readonly string[], text: string): Reading {
  return { problems: [problem], broken: guessBroken(text, names) };
}

/**
 * What text that could not be parsed seems to be. It must not be taken for another kind than it
 * is: only lines that all name one other kind rule a DevInstance out.
 */
function guessBroken(text: string, names: readonly string[]): BrokenFile {
  const said = new Set(
    [...text.matchAll(/^\uFEFF?["']?kind["']?[ \t]*:[ \t]*["']?(\w+)/gm)].map((hit) => hit[1]),
  );
  const [word] = said;
  const kind = said.size === 1 && isKind(word) ? word : undefined;
  const written = [...text.matchAll(/\bname["']?[ \t]*:[ \t]*["']?([a-z0-9-]{1,63})\b/g)];
  return { kind, names: [...new Set([...names, ...written.map((hit) => hit[1] ?? '')])] };
}

function isKind(word: unknown): word is Kind {
  return typeof word === 'string' && Object.hasOwn(validators, word);
}

interface FileContext {
  readonly stem: string;
  readonly label: string;
  readonly text: string;
}

function readManifest(document: SpecDocument, context: FileContext): Reading {
  const value = document.value as Record<string, unknown>;
  const kind = value['kind'];
  const faults = isKind(kind)
    ? manifestFaults(kind, value, context.stem)
    : [unknownKind(kind, Object.hasOwn(value, 'kind'))];
  const problems = problemsOf(faults, document, context);
  if (isKind(kind) && !problems.some(({ severity }) => severity === 'error')) {
    return { problems, manifest: makeManifest(value as unknown as AnyManifest, context) };
  }
  const said = (value['metadata'] as { name?: unknown } | null | undefined)?.name;
  const names = typeof said === 'string' ? [context.stem, said] : [context.stem];
  return { problems, broken: { kind: isKind(kind) ? kind : undefined, names } };
}

type AnyManifest = ManifestByKind[Kind];

function manifestFaults(kind: Kind, value: object, stem: string): readonly FaultAtField[] {
  const validate = validators[kind];
  const isValid = validate(value);
  const faults = isValid ? fileFaults(value as AnyManifest) : schemaFaults(validate.errors ?? []);
  const name = (value as { metadata?: { name?: unknown } | null }).metadata?.name;
  const isNameFaulty = faults.some(({ field }) => field.join('/') === 'metadata/name');
  if (kind === 'Fleet' || typeof name !== 'string' || name === stem || isNameFaulty) return faults;
  const message = `the name ${quote(name)} is not the file's, ${quote(stem)}`;
  const fix = `Rename the file to ${quote(`${name}.yaml`)}, or write name: ${stem}.`;
  return [...faults, { code: 'E_VALUE', message, fix, field: ['metadata', 'name'] }];
}

function unknownKind(kind: unknown, isWritten: boolean): FaultAtField {
  const kinds = Object.keys(validators);
  if (!isWritten) {
    const fix = `Write kind: and one of ${kinds.join(', ')}.`;
    return { code: 'E_SCHEMA', message: 'kind is missing in the manifest', fix, field: ['kind'] };
  }
  const meant = typeof kind === 'string' ? nearest(kind, kinds) : undefined;
  const shown = typeof kind === 'object' ? 'something else' : quote(kind);
  return {
    code: 'E_SCHEMA',
    message: `kind must be one of ${kinds.join(', ')}, not ${shown}`,
    fix: `Write ${meant ?? 'one of them'}.`,
    field: ['kind'],
  };
}

function makeManifest(value: AnyManifest, { label, text }: FileContext): Manifest {
  return {
    kind: value.kind,
    name: value.metadata.name,
    labels: value.metadata.labels ?? {},
    spec: value.spec,
    file: label,
    text,
  } as Manifest;
}

/** One problem for each field; a number of the wrong form may also be of the wrong type. */
function problemsOf(
  faults: readonly FaultAtField[],
  document: SpecDocument,
  { label, text }: FileContext,
): readonly Problem[] {
  const perField = new Map<string, FaultAtOffset>();
  for (const fault of faults) {
    const field = fault.field.join('\0');
    const offset = document.offsetOf(fault.field, fault.at);
    if (!perField.has(field)) perField.set(field, { ...fault, offset });
  }
  const located = [...perField.values()];
  const taken = new Set(located.map(({ offset }) => offset));
  const numberFaults = document.numberFaults.filter(({ offset }) => !taken.has(offset));
  const placeAt = makePlaces(text);
  return [...located, ...numberFaults]
    .map((fault) => makeProblem(label, placeAt(fault.offset), fault))
    .sort(compareProblems);
}

/** A problem of a manifest that only the other files show. */
export function locateFault(manifest: Manifest, fault: FaultAtField): Problem {
  return makeProblem(manifest.file, placeIn(manifest, fault.field, fault.at), fault);
}

/** Where a field of a manifest stands in its file: its value or its key; else what is around it. */
export function placeIn(manifest: Manifest, field: FieldPath, at?: 'key'): Place {
  const document = composeDocument(manifest.text);
  const offset = 'faults' in document ? 0 : document.offsetOf(field, at);
  return makePlaces(manifest.text)(offset);
}
