import type { Problem } from '../desired.ts';
import type { BrokenFile, Kind, Manifest, ManifestOf, Reading } from './reading.ts';

/** What a name stands for in one kind. */
export type Found<K extends Kind> =
  | { readonly state: 'valid'; readonly manifest: ManifestOf<K> }
  /** Something of that name is there but invalid; `why` is its first problem in one line. */
  | { readonly state: 'broken'; readonly why: string }
  | { readonly state: 'missing' };

/** All manifests by kind and name. Taking one out as broken leaves its name known. */
export interface Catalog {
  find<K extends Kind>(kind: K, name: string): Found<K>;
  /** Valid manifests of a kind, in path order. */
  all<K extends Kind>(kind: K): readonly ManifestOf<K>[];
  /** Valid manifests of every kind, by `manifestKey`. */
  valid(): ReadonlyMap<string, Manifest>;
  /** Takes out a manifest in which a problem was found. */
  markBroken(manifest: Manifest, why: string): void;
  /** Names that a broken file of this kind, or of none that could be read, stands for. */
  brokenNames(kind: Kind): ReadonlyMap<string, string>;
}

/** A problem in one line: `specs/a.yaml:3:9 the message`. */
export function tellProblem({ file, line, column, message }: Problem): string {
  return `${file}:${line}:${column} ${message}`;
}

/** Fills a catalog. Where two manifests share kind and name, the first one stands in it. */
export function makeCatalog(readings: readonly Reading[]): Catalog {
  const valid = new Map<string, Manifest>();
  const broken = new Map<Kind | 'any', Map<string, string>>();
  const noteBroken = ({ kind, names }: BrokenFile, why: string) => {
    const ofKind = broken.get(kind ?? 'any') ?? new Map<string, string>();
    broken.set(kind ?? 'any', ofKind);
    for (const name of names) if (!ofKind.has(name)) ofKind.set(name, why);
  };
  for (const { manifest, broken: file, problems } of readings) {
    const key = manifest === undefined ? '' : manifestKey(manifest.kind, manifest.name);
    if (manifest !== undefined && !valid.has(key)) valid.set(key, manifest);
    const problem = problems[0];
    if (file !== undefined && problem !== undefined) noteBroken(file, tellProblem(problem));
  }
  const whyBroken = (kind: Kind, name: string) =>
    broken.get(kind)?.get(name) ?? broken.get('any')?.get(name);
  return {
    find<K extends Kind>(kind: K, name: string): Found<K> {
      const manifest = valid.get(manifestKey(kind, name)) as ManifestOf<K> | undefined;
      if (manifest !== undefined) return { state: 'valid', manifest };
      const why = whyBroken(kind, name);
      return why === undefined ? { state: 'missing' } : { state: 'broken', why };
    },
    all: <K extends Kind>(kind: K) =>
      [...valid.values()].filter(
        (manifest): manifest is Manifest & ManifestOf<K> => manifest.kind === kind,
      ),
    valid: () => valid,
    markBroken(manifest, why) {
      valid.delete(manifestKey(manifest.kind, manifest.name));
      noteBroken({ kind: manifest.kind, names: [manifest.name] }, why);
    },
    brokenNames: (kind) => new Map([...(broken.get('any') ?? []), ...(broken.get(kind) ?? [])]),
  };
}

/** What a manifest is found by. */
export function manifestKey(kind: Kind, name: string): string {
  return `${kind}/${name}`;
}
