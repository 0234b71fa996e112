import { expect, test } from 'vitest';
import type { SpecFile } from '../../controller/core/desired.ts';
import { findWorldProblems } from '../../controller/core/faults/world-problems.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import { changed, worldOfTrees } from '../support/files-world.ts';
import { manifest, specFile, validText } from '../support/spec-tree.ts';
import { makeObserved, mondayMorning, mondayNight } from '../support/world.ts';

const developer = (name: string, id: number) =>
  specFile(`developers/${name}.yaml`, manifest('Developer', name, `  uid: ${id}\n  gid: ${id}\n`));
const schedule = (name: string) =>
  specFile(
    `schedules/${name}.yaml`,
    validText.Schedule.replace('{name: office}', `{name: ${name}}`),
  );
const channel = (name: string) =>
  specFile(
    `images/${name}.yaml`,
    manifest('ImageChannel', name, `  architecture: x86_64\n  follow: /${name}\n`),
  );
const devInstanceClass = (name: string, rest: string) =>
  specFile(
    `classes/${name}.yaml`,
    manifest(
      'DevInstanceClass',
      name,
      `  subnets: [subnet-0000000a]
  securityGroups: [sg-00000001]
  instanceTypes: {default: t3.xlarge, allowed: ["*.*"]}
${rest}`,
    ),
  );
const devInstance = (name: string, owner: string, rest: string) =>
  specFile(`instances/${name}.yaml`, manifest('DevInstance', name, `  owner: ${owner}\n${rest}`));

/** Every pair of DevInstances has something in common that the others have not. */
const instances = (rest: string): readonly SpecFile[] => [
  devInstance('ada-s', 'ada', `  class: small\n${rest}`),
  devInstance('bob-s', 'bob', `  class: small\n${rest}`),
  devInstance('ada-b', 'ada', `  class: big\n${rest}`),
  devInstance('bob-b', 'bob', `  class: big\n${rest}`),
  devInstance('bob-own', 'bob', `  class: big\n  schedule: {ref: late}\n${rest}`),
  devInstance('ada-win', 'ada', `  class: big\n  upgrade: {when: window, window: sunday}\n${rest}`),
];
const living: readonly SpecFile[] = [
  specFile('fleet.yaml', validText.Fleet),
  developer('ada', 10001),
  developer('bob', 10002),
  ...['office', 'late', 'sunday'].map(schedule),
  channel('ubuntu'),
  channel('debian'),
  devInstanceClass('small', '  image: {channel: ubuntu}\n  schedule: {ref: late}\n'),
  devInstanceClass('big', '  image: {channel: debian}\n  schedule: {ref: office}\n'),
  ...instances(''),
];
const all = ['ada-b', 'ada-s', 'ada-win', 'bob-b', 'bob-own', 'bob-s'];

const image = makeObserved().images.get('ubuntu-24.04');
if (!image?.usable) throw new Error('there is a usable image');
const observed = {
  images: new Map([
    ['ubuntu', image],
    ['debian', image],
  ]),
};

/** The ways in which a file that others refer to can be no use. */
const ways: Readonly<Record<string, (file: SpecFile) => readonly SpecFile[]>> = {
  'with a typo': (file) => [specFile(file.path, textOf(file).replace('spec:', 'spec:\n  typo: 1'))],
  'that is no YAML': (file) => [specFile(file.path, `${textOf(file)}\t"`)],
  'that is empty': ({ path }) => [specFile(path, '')],
  'that is a link': ({ path }) => [{ path, refused: 'links are not followed' }],
  'that is gone': () => [],
};

function textOf(file: SpecFile): string {
  return 'bytes' in file ? new TextDecoder().decode(file.bytes) : '';
}

const shared: readonly (readonly [string, readonly string[]])[] = [
  ['classes/small.yaml', ['ada-s', 'bob-s']],
  ['classes/big.yaml', ['ada-b', 'ada-win', 'bob-b', 'bob-own']],
  ['developers/ada.yaml', ['ada-b', 'ada-s', 'ada-win']],
  ['developers/bob.yaml', ['bob-b', 'bob-own', 'bob-s']],
  // A class that refers to it takes all of its DevInstances with it.
  ['schedules/office.yaml', ['ada-b', 'ada-win', 'bob-b', 'bob-own']],
  ['schedules/late.yaml', ['ada-s', 'bob-own', 'bob-s']],
  ['schedules/sunday.yaml', ['ada-win']],
  ['images/ubuntu.yaml', ['ada-s', 'bob-s']],
  ['images/debian.yaml', ['ada-b', 'ada-win', 'bob-b', 'bob-own']],
];
const cases = shared.flatMap(([path, frozen]) =>
  Object.entries(ways).map(([how, breakIt]) => ({ path, frozen, how, breakIt })),
);

test.each(cases)('$path $how freezes its DevInstances and no others', (given) => {
  const { path, frozen, breakIt } = given;
  const file = living.find((each) => each.path === path);
  if (file === undefined) throw new Error(`there is no ${path}`);
  // Everybody asks for a bigger home: who is frozen does not get it.
  const now = changed(
    living,
    [...instances('  homeVolume: {sizeGiB: 120}\n'), ...breakIt(file)],
    [path],
  );
  const world = worldOfTrees(living, now, observed);
  const plan = makePlan(world);

  // A file whose kind nothing tells may be a new DevInstance: that is held too, and harms nobody.
  const holds = plan.holds.filter(({ name }) => all.includes(name));
  expect(holds.map(({ name, reason }) => `${name} ${reason}`)).toEqual(
    frozen.map((name) => `${name} InvalidSpec`),
  );
  expect(plan.interlocks).toEqual([]);
  expect(plan.actions.map(({ kind, name }) => `${name} ${kind}`)).toEqual(
    all.filter((name) => !frozen.includes(name)).map((name) => `${name} modify-home`),
  );
  expect(plan.memos.filter(({ orphanedAt }) => orphanedAt !== undefined)).toEqual([]);
  // Their schedule goes on as it was, and no problem is told of what they inherit.
  expect(plan.transitions.map(({ name }) => name).sort()).toEqual(all);
  expect(findWorldProblems(world)).toEqual([]);
});

test('who is frozen still stops when the last valid schedule says so', () => {
  const broken = [specFile('schedules/office.yaml', '')];
  const world = worldOfTrees(living, changed(living, broken), observed);
  const stops = (now: string) =>
    makePlan({ ...world, now }).actions.map(({ kind, name }) => `${name} ${kind}`);
  expect(stops(mondayMorning)).toEqual([]);
  expect(stops(mondayNight)).toEqual(all.map((name) => `${name} stop`));
});

test('a newcomer with a broken class is not made', () => {
  const now = changed(living, [
    devInstance('new-01', 'ada', '  class: small\n'),
    specFile('classes/small.yaml', 'kind: DevInstanceClass\n'),
  ]);
  const { bindings, holds } = makePlan(worldOfTrees(living, now, observed));
  expect(bindings).toEqual([]);
  expect(holds.map(({ name }) => name)).toEqual(['ada-s', 'bob-s', 'new-01']);
});
