import type { Problem } from '../desired.ts';
import { firstFew } from '../first-few.ts';
import type { HoldReason } from '../plan/world.ts';
import { compareText, type FieldPath } from '../spec/problem.ts';
import { locateFault, type Manifest } from '../spec/reading.ts';

/** A field of a manifest, written there or not. */
export interface Place {
  readonly manifest: Manifest;
  readonly field: FieldPath;
}

/** What is wrong with a field that is in force for a DevInstance. */
export interface Complaint {
  readonly code: 'E_VALUE' | 'E_GUARD';
  readonly place: Place;
  /** The DevInstance; undefined for a field that none depends on. */
  readonly name?: string;
  readonly message: string;
  readonly fix: string;
  /** What complaints at one place have in common that are one problem; the message if left out. */
  readonly topic?: string;
  /** The heaviest of one problem speaks for the others. */
  readonly weight?: number;
  /** The hold that says the same of this DevInstance. */
  readonly hold?: HoldReason;
}

/** A problem that only the account or the ledger shows. */
export interface WorldProblem {
  readonly problem: Problem;
  /** The hold that says the same, and of whom. */
  readonly hold?: HoldReason;
  readonly names: readonly string[];
}

/** One problem for each wrong value, however many DevInstances inherit it. */
export function problemsOf(complaints: readonly Complaint[]): readonly WorldProblem[] {
  const groups = new Map<string, Complaint[]>();
  for (const complaint of complaints) {
    const { place, topic, message } = complaint;
    const key = [place.manifest.file, ...place.field, topic ?? message].join('\0');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [complaint]);
    else group.push(complaint);
  }
  return [...groups.values()].flatMap((group) => problemOf(group));
}

function problemOf(group: readonly Complaint[]): readonly WorldProblem[] {
  const [heaviest] = [...group].sort((a, b) => (b.weight ?? 0) - (a.weight ?? 0));
  if (heaviest === undefined) return [];
  const { place, code, fix, hold } = heaviest;
  const names = group.flatMap(({ name }) => name ?? []).sort(compareText);
  const affected = place.manifest.kind === 'DevInstance' ? '' : affectedText(names);
  const message = `${heaviest.message}${affected}`;
  const problem = locateFault(place.manifest, { code, message, fix, field: place.field });
  return [{ problem, names, ...(hold === undefined ? {} : { hold }) }];
}

function affectedText(names: readonly string[]): string {
  if (names.length === 0) return '';
  const count = names.length === 1 ? '1 DevInstance' : `${names.length} DevInstances`;
  return ` (${count}: ${firstFew(names)})`;
}
