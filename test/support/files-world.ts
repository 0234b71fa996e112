import type { DesiredFleet, SpecFile } from '../../controller/core/desired.ts';
import type { WorldProblem } from '../../controller/core/faults/complaint.ts';
import { findWorldProblems } from '../../controller/core/faults/world-problems.ts';
import type { Observed } from '../../controller/core/observed.ts';
import type { World } from '../../controller/core/plan/world.ts';
import { parseSpecs } from '../../controller/core/spec/parse-specs.ts';
import { one } from './fleet-world.ts';
import { manifest, specFile, validText } from './spec-tree.ts';
import { makeObserved, mondayMorning } from './world.ts';

/** The class of `livingTree`, with a field of it replaced; each of its fields has a line from 5 on. */
export function classFile(...changes: readonly (readonly [string, string])[]): SpecFile {
  const lines = `  subnets: [subnet-0000000a, subnet-0000000b]
  securityGroups: [sg-00000001]
  instanceTypes: {default: t3.xlarge, allowed: ["*.*"], fallback: [t3a.xlarge]}
  rootVolume: {sizeGiB: 30}
  homeVolume: {sizeGiB: 100}
  image: {channel: ubuntu}
  schedule: {ref: office}
`;
  const body = changes.reduce((text, [from, to]) => text.replace(from, to), lines);
  return specFile('classes/standard.yaml', manifest('DevInstanceClass', 'standard', body));
}

/** A DevInstance whose spec goes on with these lines after owner (line 5) and class (line 6). */
export function devInstanceFile(name: string, lines = '', owner = 'ada'): SpecFile {
  const body = `  owner: ${owner}\n  class: standard\n${lines}`;
  return specFile(`instances/${name}.yaml`, manifest('DevInstance', name, body));
}

/** Two DevInstances of one class, of one owner, on one channel. */
export const livingTree: readonly SpecFile[] = [
  specFile('fleet.yaml', validText.Fleet),
  specFile('developers/ada.yaml', validText.Developer),
  specFile('developers/bob.yaml', manifest('Developer', 'bob', '  uid: 10002\n  gid: 10002\n')),
  specFile('schedules/office.yaml', validText.Schedule),
  specFile('images/ubuntu.yaml', validText.ImageChannel),
  classFile(),
  devInstanceFile('one-01'),
  devInstanceFile('two-01'),
];

/** The tree with files in the place of its own, or beside them, and without those of the names. */
export function changed(
  tree: readonly SpecFile[],
  files: readonly SpecFile[],
  removed: readonly string[] = [],
): readonly SpecFile[] {
  const gone = new Set([...removed, ...files.map(({ path }) => path)]);
  return [...tree.filter(({ path }) => !gone.has(path)), ...files];
}

/** What a tree asks for; it must have a usable Fleet. */
export function desiredOf(tree: readonly SpecFile[]): DesiredFleet {
  const { desired } = parseSpecs(tree, { folder: 'specs' });
  if (desired === undefined) throw new Error('the tree has no usable Fleet');
  return { ...desired, fleet: { ...desired.fleet, mode: 'enforce' } };
}

/** The world in which the second tree comes upon what was made of the first. */
export function worldOfTrees(
  before: readonly SpecFile[],
  now: readonly SpecFile[],
  observed: Partial<Observed> = {},
): World {
  const made = [...desiredOf(before).devInstances.values()].map((spec) =>
    one(spec.name, { spec, home: { sizeGib: spec.homeVolume.sizeGib } }),
  );
  const ubuntu = makeObserved().images.get('ubuntu-24.04');
  return {
    desired: desiredOf(now),
    records: new Map(made.map(({ record }) => [record.name, record])),
    channels: new Map(),
    requests: [],
    observed: makeObserved({
      machines: made.map(({ machine }) => machine),
      homes: made.map(({ home }) => home),
      stableImages: new Map(),
      images: new Map(ubuntu === undefined ? [] : [['ubuntu', ubuntu]]),
      ...observed,
    }),
    now: mondayMorning,
    observeOnly: false,
  };
}

/** `file:line:column CODE`. */
export function placeOf({ problem }: WorldProblem): string {
  return `${problem.file}:${problem.line}:${problem.column} ${problem.code}`;
}

/** Where the problems of a world are. */
export function placesIn(world: World): readonly string[] {
  return findWorldProblems(world).map(placeOf);
}
