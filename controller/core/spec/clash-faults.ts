import { type FaultAtField, quote } from './problem.ts';
import type { Kind, Manifest, ManifestOf } from './reading.ts';

/** Two manifests that cannot both stand: the fault is the later one's and names the earlier. */
export interface Clash {
  readonly earlier: Manifest;
  readonly later: Manifest;
  readonly fault: FaultAtField;
}

/** Everything that may be there once only: a name in its kind, the Fleet, a Developer's ids. */
export function findClashes(manifests: readonly Manifest[]): readonly Clash[] {
  const kinds: readonly Exclude<Kind, 'Fleet'>[] = [
    'DevInstance',
    'DevInstanceClass',
    'Developer',
    'Schedule',
    'ImageChannel',
  ];
  const developers = manifests.filter(
    (each): each is ManifestOf<'Developer'> => each.kind === 'Developer',
  );
  const fleets = manifests.filter(({ kind }) => kind === 'Fleet');
  return [
    ...kinds.flatMap((kind) =>
      repeated(
        manifests.filter((each) => each.kind === kind),
        ({ name }) => name,
        nameFault,
      ),
    ),
    ...repeated(fleets, () => '', fleetFault),
    ...repeated(developers, ({ spec }) => spec.uid, idFault('uid')),
    ...repeated(developers, ({ spec }) => spec.gid, idFault('gid')),
  ];
}

function repeated<M extends Manifest>(
  manifests: readonly M[],
  keyOf: (manifest: M) => string | number,
  faultOf: (later: M, earlier: M) => FaultAtField,
): Clash[] {
  const first = new Map<string | number, M>();
  const clashes: Clash[] = [];
  for (const later of manifests) {
    const earlier = first.get(keyOf(later));
    if (earlier === undefined) first.set(keyOf(later), later);
    else clashes.push({ earlier, later, fault: faultOf(later, earlier) });
  }
  return clashes;
}

function nameFault(later: Manifest, earlier: Manifest): FaultAtField {
  return {
    code: 'E_VALUE',
    message: `the ${later.kind} ${later.name} is in ${quote(earlier.file)} already`,
    fix: 'Remove one of the two files.',
    field: ['metadata', 'name'],
  };
}

function fleetFault(_later: Manifest, earlier: Manifest): FaultAtField {
  return {
    code: 'E_VALUE',
    message: `there is a Fleet in ${quote(earlier.file)} already`,
    fix: 'Keep exactly one Fleet.',
    field: ['kind'],
  };
}

function idFault(key: 'uid' | 'gid') {
  return (later: ManifestOf<'Developer'>, earlier: ManifestOf<'Developer'>): FaultAtField => ({
    code: 'E_VALUE',
    message: `the ${key} ${later.spec[key]} is that of ${earlier.name} in ${quote(earlier.file)}`,
    fix: `Give each Developer a ${key} of their own.`,
    field: ['spec', key],
  });
}
