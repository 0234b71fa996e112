import { expect, test } from 'vitest';
import { findWorldProblems } from '../../controller/core/faults/world-problems.ts';
import { dayMs, plusMillis } from '../../controller/core/instant.ts';
import {
  changed,
  devInstanceFile,
  livingTree,
  placesIn,
  worldOfTrees,
} from '../support/files-world.ts';
import { manifest, specFile } from '../support/spec-tree.ts';
import { mondayMorning } from '../support/world.ts';

const names = Array.from({ length: 10 }, (_, n) => `dev-${n}`);
const paths = names.map((name) => `instances/${name}.yaml`);
const tree = changed(
  livingTree,
  names.map((name) => devInstanceFile(name)),
  ['instances/one-01.yaml', 'instances/two-01.yaml'],
);
const without = (count: number) => changed(tree, [], paths.slice(0, count));
const fleetFile = (lines: string) =>
  specFile('fleet.yaml', manifest('Fleet', 'dev', `  region: eu-west-1\n${lines}`));

test('82: all files removed is the fault of the folder', () => {
  const world = worldOfTrees(tree, without(10));
  expect(placesIn(world)).toEqual(['specs:1:1 E_GUARD']);
  expect(findWorldProblems(world)[0]).toMatchObject({
    problem: {
      severity: 'error',
      message:
        'InterlockEmptySource: the specs name none of the 10 DevInstances in the ledger: nobody is orphaned',
      fix: 'Restore the files; to end a fleet set lifecycle: retired in them, and remove them when that is done.',
    },
    hold: 'InterlockEmptySource',
    names,
  });
  expect(placesIn(worldOfTrees([...without(10)], without(10)))).toEqual([]);
});

test.each([
  { what: 'the limit', lines: '  limits: {maxDisruptedPercent: 20}\n', place: '6:33' },
  {
    what: 'the limits, where this one is missing',
    lines: '  limits: {maxUnhealthyPercent: 20}\n',
    place: '6:11',
  },
  { what: 'the spec, where no limits are written', lines: '', place: '5:3' },
])('83: more removed than may be is the fault of $what', ({ lines, place }) => {
  const file = fleetFile(lines);
  const world = worldOfTrees(tree, changed(without(3), [file]));
  expect(placesIn(world)).toEqual([`specs/fleet.yaml:${place} E_GUARD`]);
  expect(placesIn(worldOfTrees(tree, changed(without(1), [file])))).toEqual([]);
});

test('83: the first five that were removed are named', () => {
  const [found] = findWorldProblems(worldOfTrees(tree, without(6)));
  expect(found?.problem).toMatchObject({
    message:
      'InterlockDisrupted: 6 of 10 DevInstances have lost their file within 24 h, the limit is 1 (maxDisruptedPercent 10): dev-0, dev-1, dev-2, dev-3, dev-4, …',
    fix: 'Restore the files, or raise limits.maxDisruptedPercent in the Fleet to go on.',
  });
  expect(found?.names).toEqual(names.slice(0, 6));
});

test('83: one orphaned more than a day ago is neither counted nor named', () => {
  const world = worldOfTrees(tree, without(3));
  const first = world.records.get('dev-0');
  if (first === undefined) throw new Error('there is a record');
  const old = { ...first, orphanedAt: plusMillis(mondayMorning, -dayMs) };
  const records = new Map([...world.records, ['dev-0', old]]);
  expect(findWorldProblems({ ...world, records })[0]?.names).toEqual(['dev-1', 'dev-2']);
});

test('an invalid file was not removed', () => {
  const broken = paths.slice(0, 5).map((path) => specFile(path, 'kind: DevInstance\n'));
  expect(placesIn(worldOfTrees(tree, changed(tree, broken)))).toEqual([]);
});
