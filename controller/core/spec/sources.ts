import { manifestKey } from './catalog.ts';
import type { Kind, Manifest, ManifestOf } from './reading.ts';

/** The valid manifests of a tree with their texts: a fault that only the account shows is located there. */
export interface SpecSources {
  /** The folder as problems show it. */
  readonly folder: string;
  /** By `manifestKey`. */
  readonly manifests: ReadonlyMap<string, Manifest>;
}

/** The valid manifest of a kind and name. */
export function findManifest<K extends Kind>(
  { manifests }: SpecSources,
  kind: K,
  name: string,
): ManifestOf<K> | undefined {
  return manifests.get(manifestKey(kind, name)) as ManifestOf<K> | undefined;
}
