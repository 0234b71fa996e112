import { expect, test } from 'vitest';
import {
  longOverrideFault,
  longOverrideProblem,
} from '../../controller/core/faults/override-faults.ts';
import { changed, classFile, desiredOf, livingTree } from '../support/files-world.ts';

const standard = { className: 'standard' };
const long = { length: '10d', atMost: '7d', limit: '7d' };

function placeIn(...changes: readonly (readonly [string, string])[]): string {
  const { sources } = desiredOf(changed(livingTree, [classFile(...changes)]));
  const problem = longOverrideProblem(sources, standard, long);
  return `${problem?.file}:${problem?.line}:${problem?.column} ${problem?.code}`;
}

test.each([
  ['at the limit', '  overrides: {maxDuration: 1d}\n', 'specs/classes/standard.yaml:6:28 E_VALUE'],
  ['where overrides say none', '  overrides: {}\n', 'specs/classes/standard.yaml:6:14 E_VALUE'],
  ['at the spec where there are none', '', 'specs/classes/standard.yaml:5:3 E_VALUE'],
])('an override that is too long is located %s', (_, lines, place) => {
  expect(placeIn(['  securityGroups', `${lines}  securityGroups`])).toBe(place);
});

test('where no file of the class is known there is no place', () => {
  expect(longOverrideProblem(undefined, standard, long)).toBeUndefined();
  const { sources } = desiredOf(livingTree);
  expect(longOverrideProblem(sources, { className: 'other' }, long)).toBeUndefined();
});

test.each([
  ['7d', 'Ask for at most 7d, or raise overrides.maxDuration.'],
  [undefined, 'Raise overrides.maxDuration.'],
])('what may be asked for in its place, at most %s, is said', (atMost, fix) => {
  expect(longOverrideFault(standard, { ...long, atMost })).toEqual({
    code: 'E_VALUE',
    message: 'an override of 10d is longer than class standard allows (7d)',
    fix,
  });
});
