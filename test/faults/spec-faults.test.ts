import { expect, test } from 'vitest';
import type { SpecFile } from '../../controller/core/desired.ts';
import { findWorldProblems } from '../../controller/core/faults/world-problems.ts';
import type { Observed } from '../../controller/core/observed.ts';
import {
  changed,
  classFile,
  desiredOf,
  devInstanceFile,
  livingTree,
  placesIn,
  worldOfTrees,
} from '../support/files-world.ts';
import { makeObserved } from '../support/world.ts';

const types = (...known: readonly (readonly [string, string])[]): Partial<Observed> => ({
  instanceTypes: new Map([
    ...makeObserved().instanceTypes,
    ...known.map(([name, of]) => [name, { architectures: of === '' ? [] : [of] }] as const),
  ]),
});
const arm = types(['t4g.xlarge', 'arm64'], ['t3.huge', '']);
const snapshotOf = (rootSnapshotGib: number): Partial<Observed> => ({
  images: new Map([
    [
      'ubuntu',
      {
        usable: true,
        imageId: 'ami-00000001',
        imageName: 'ubuntu-1',
        architecture: 'x86_64',
        rootDeviceName: '/dev/sda1',
        rootSnapshotGib,
        createdAt: '2026-11-16T09:00:00.000Z',
      },
    ],
  ]),
});
const own = (lines: string, owner?: string) => devInstanceFile('one-01', lines, owner);

interface Case {
  readonly what: string;
  readonly file: SpecFile;
  readonly observed?: Partial<Observed>;
  readonly expected: string;
  readonly message: string;
  readonly fix: string;
  /** A file that differs in the value alone, and is good. */
  readonly sibling: SpecFile;
}

const both = '(2 DevInstances: one-01, two-01)';

const cases: readonly Case[] = [
  {
    what: '69: its own type is for another architecture',
    file: own('  instanceType: t4g.xlarge\n'),
    observed: arm,
    expected: 'specs/instances/one-01.yaml:7:17 E_VALUE',
    message: 'type t4g.xlarge is for arm64, image ami-00000001 is for x86_64',
    fix: 'Write a type for x86_64, or choose another image.',
    sibling: own('  instanceType: m7i.xlarge\n'),
  },
  {
    what: '69: the type of its class is',
    file: classFile(['t3.xlarge', 't4g.xlarge']),
    observed: arm,
    expected: 'specs/classes/standard.yaml:7:28 E_VALUE',
    message: `type t4g.xlarge is for arm64, image ami-00000001 is for x86_64 ${both}`,
    fix: 'Write a type for x86_64, or choose another image.',
    sibling: classFile(['t3.xlarge', 'm7i.xlarge']),
  },
  {
    what: '69: a fallback type is',
    file: classFile(['t3a.xlarge', 't3a.xlarge, t4g.xlarge']),
    observed: arm,
    expected: 'specs/classes/standard.yaml:7:80 E_VALUE',
    message: `type t4g.xlarge is for arm64, image ami-00000001 is for x86_64 ${both}`,
    fix: 'Write a type for x86_64, or choose another image.',
    sibling: classFile(['t3a.xlarge', 't3a.xlarge, m7i.xlarge']),
  },
  {
    what: '69: AWS knows no such type',
    file: own('  instanceType: t3.huge\n'),
    observed: arm,
    expected: 'specs/instances/one-01.yaml:7:17 E_VALUE',
    message: 'AWS knows no instance type t3.huge in this region',
    fix: 'Write a type that AWS offers in this region.',
    sibling: own('  instanceType: t3a.xlarge\n'),
  },
  {
    what: '70: its own root is smaller than the snapshot',
    file: own('  rootVolume: {sizeGiB: 19}\n'),
    observed: snapshotOf(20),
    expected: 'specs/instances/one-01.yaml:7:25 E_VALUE',
    message: 'a root of 19 GiB is smaller than image ami-00000001, which needs 20 GiB',
    fix: 'Write at least 20.',
    sibling: own('  rootVolume: {sizeGiB: 20}\n'),
  },
  {
    what: '70: the root of its class is',
    file: classFile(['30', '19']),
    observed: snapshotOf(20),
    expected: 'specs/classes/standard.yaml:8:25 E_VALUE',
    message: `a root of 19 GiB is smaller than image ami-00000001, which needs 20 GiB ${both}`,
    fix: 'Write at least 20.',
    sibling: classFile(['30', '20']),
  },
  {
    what: '70: a root that no file writes is, and its key is missing in its mapping',
    file: classFile(['{sizeGiB: 30}', '{type: gp3}']),
    observed: snapshotOf(151),
    expected: 'specs/classes/standard.yaml:8:15 E_VALUE',
    message: `a root of 150 GiB is smaller than image ami-00000001, which needs 151 GiB ${both}`,
    fix: 'Write at least 151.',
    sibling: classFile(['{sizeGiB: 30}', '{type: gp3, sizeGiB: 151}']),
  },
  {
    what: '71: its own home would shrink',
    file: own('  homeVolume:\n    sizeGiB: 99\n'),
    expected: 'specs/instances/one-01.yaml:8:14 E_VALUE',
    message: 'a home never shrinks: that of one-01 has 100 GiB, more than 99',
    fix: 'Write at least 100.',
    sibling: own('  homeVolume:\n    sizeGiB: 100\n'),
  },
  {
    what: '71: the homes of its class would',
    file: classFile(['100', '50']),
    expected: 'specs/classes/standard.yaml:9:25 E_VALUE',
    message: `a home never shrinks: that of one-01 has 100 GiB, more than 50 ${both}`,
    fix: 'Write at least 100.',
    sibling: classFile(['100', '101']),
  },
  {
    what: '72: its class has no subnet in the zone of its home any more',
    file: classFile(['subnet-0000000a, ', '']),
    expected: 'specs/classes/standard.yaml:5:12 E_VALUE',
    message: `none of the subnets is in eu-west-1a, where homes are, and a home never leaves its zone ${both}`,
    fix: 'Keep a subnet in eu-west-1a.',
    sibling: classFile([', subnet-0000000b', '']),
  },
  {
    what: '73: another owner',
    file: own('', 'bob'),
    expected: 'specs/instances/one-01.yaml:5:10 E_VALUE',
    message: 'one-01 belongs to ada, and an owner never changes',
    fix: 'Write owner: ada, or use a new name for bob.',
    sibling: own('', 'ada'),
  },
];

test('a tree that nothing in the account speaks against has no problem', () => {
  expect(placesIn(worldOfTrees(livingTree, livingTree))).toEqual([]);
});

test.each(cases)('$what', ({ file, observed, expected, message, fix, sibling }) => {
  const world = worldOfTrees(livingTree, changed(livingTree, [file]), observed);
  const found = findWorldProblems(world);
  expect(placesIn(world)).toEqual([expected]);
  expect(found.map(({ problem }) => [problem.message, problem.fix])).toEqual([[message, fix]]);
  expect(found.map(({ problem }) => problem.severity)).toEqual(['error']);
  const beside = worldOfTrees(livingTree, changed(livingTree, [sibling]), observed);
  // That all of a class are to be replaced is no mistake in any file.
  expect(placesIn(beside).filter((place) => !place.startsWith('specs/fleet.yaml'))).toEqual([]);
});

test('of fifty that inherit one wrong value there is one problem, which names the first', () => {
  const names = Array.from({ length: 50 }, (_, n) => `dev-${String(49 - n).padStart(2, '0')}`);
  const many = names.map((name) => devInstanceFile(name));
  const before = changed(livingTree, many, ['instances/one-01.yaml', 'instances/two-01.yaml']);
  const now = changed(before, [classFile(['100', '50'])]);
  const [problem, ...others] = findWorldProblems(worldOfTrees(before, now));
  expect(others).toEqual([]);
  expect(problem?.problem.message).toContain(
    '(50 DevInstances: dev-00, dev-01, dev-02, dev-03, dev-04, …)',
  );
  expect(problem?.hold).toBe('HomeShrinkRefused');
  expect(problem?.names).toHaveLength(50);
});

test('of homes of different sizes the largest says what to write', () => {
  const before = changed(livingTree, [own('  homeVolume: {sizeGiB: 300}\n')]);
  const world = worldOfTrees(before, changed(livingTree, [classFile(['100', '50'])]));
  const [found] = findWorldProblems(world);
  expect(placesIn(world)).toHaveLength(1);
  expect(found?.problem).toMatchObject({
    message: `a home never shrinks: that of one-01 has 300 GiB, more than 50 ${both}`,
    fix: 'Write at least 300.',
  });
});

test.each<[string, Partial<Observed>]>([
  ['types', { ...arm, instanceTypes: new Map(), failures: [failure('types')] }],
  ['images', { ...arm, images: new Map(), failures: [failure('images')] }],
])('where %s could not be read, no type is judged by them', (_what, observed) => {
  const now = changed(livingTree, [own('  instanceType: t4g.xlarge\n')]);
  expect(placesIn(worldOfTrees(livingTree, now, observed))).toEqual([]);
});

test('where subnets could not be read, no zone is lost', () => {
  const observed = { subnets: new Map(), failures: [failure('subnets')] };
  expect(placesIn(worldOfTrees(livingTree, livingTree, observed))).toEqual([]);
});

function failure(what: 'types' | 'images' | 'subnets') {
  return { what, message: 'no answer', remedy: 'wait' };
}

test('nothing but its owner is judged of what another owner asks for', () => {
  const file = own('  instanceType: t3.huge\n  homeVolume: {sizeGiB: 50}\n', 'bob');
  const world = worldOfTrees(livingTree, changed(livingTree, [file]), arm);
  expect(placesIn(world)).toEqual(['specs/instances/one-01.yaml:5:10 E_VALUE']);
});

test('nothing is judged of one that is retired', () => {
  const file = own('  lifecycle: retired\n  homeVolume: {sizeGiB: 50}\n');
  expect(placesIn(worldOfTrees(livingTree, changed(livingTree, [file])))).toEqual([]);
});

test('a class need not have fallback types for images that its DevInstances choose themselves', () => {
  const channel = {
    path: 'images/arm.yaml',
    bytes: new TextEncoder().encode(
      'apiVersion: devinstance.io/v1alpha1\nkind: ImageChannel\nmetadata: {name: arm}\nspec: {architecture: arm64, follow: /arm}\n',
    ),
  };
  const file = own('  image: {channel: arm}\n  instanceType: t4g.xlarge\n');
  const { images } = snapshotOf(8);
  const ubuntu = images?.get('ubuntu');
  if (!ubuntu?.usable) throw new Error('there is a usable image');
  const observed = {
    ...arm,
    images: new Map([
      ['ubuntu', ubuntu],
      ['arm', { ...ubuntu, architecture: 'arm64' }],
    ]),
  };
  expect(
    placesIn(worldOfTrees(livingTree, changed(livingTree, [file, channel]), observed)),
  ).toEqual([]);
});

test('where the files are not known, nothing is located', () => {
  const world = worldOfTrees(livingTree, changed(livingTree, [own('', 'bob')]));
  const { sources: _, ...desired } = desiredOf(changed(livingTree, [own('', 'bob')]));
  expect(findWorldProblems({ ...world, desired })).toEqual([]);
});
