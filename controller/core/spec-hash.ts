import type { EffectiveSpec } from './desired.ts';
import { hashText } from './hash.ts';
import { userDataFor } from './user-data.ts';

/**
 * Grows when the fields that are hashed change, so that a new release of the controller is never
 * taken for drift (kubernetes-sigs/karpenter designs/drift-hash-versioning.md).
 */
const hashVersion = '1';

/**
 * What makes a new machine necessary, the image apart: root volume, network, permissions, user-data.
 * Subnets are left out: they are where a new machine may go, not where an old one must be.
 */
export function specHash(spec: EffectiveSpec): string {
  let hash = known.get(spec);
  if (hash === undefined) {
    hash = hashOf(spec);
    known.set(spec, hash);
  }
  return hash;
}

/** Specs that did not change are the same values in every pass. */
const known = new WeakMap<EffectiveSpec, string>();

function hashOf(spec: EffectiveSpec): string {
  const hashed = [
    spec.rootVolume.sizeGib,
    spec.rootVolume.type,
    [...spec.securityGroups].sort(),
    spec.instanceProfile ?? null,
    spec.kmsKeyId ?? null,
    userDataFor(spec),
  ];
  return `${hashVersion}-${hashText(JSON.stringify(hashed), 16)}`;
}

/** Whether two hashes were made by the same rules; if not, a difference says nothing. */
export function isComparableHash(tag: string): boolean {
  return tag.startsWith(`${hashVersion}-`);
}
