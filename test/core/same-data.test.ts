import { expect, test } from 'vitest';
import { isSameData } from '../../controller/core/same-data.ts';
import { makeSpec } from '../support/world.ts';

const spec = makeSpec({ tags: { team: 'platform' }, fallbackTypes: ['t3.large', 'm7i.xlarge'] });

test('a spec equals what a ledger gives back of it', () => {
  expect(isSameData(spec, JSON.parse(JSON.stringify(spec)))).toBe(true);
});

test('the order of keys makes no difference, the order of a list does', () => {
  const reordered = Object.fromEntries(Object.entries(spec).reverse());
  const fallbackTypes = [...spec.fallbackTypes].reverse();
  expect(isSameData(spec, reordered)).toBe(true);
  expect(isSameData(spec, { ...spec, fallbackTypes })).toBe(false);
});

test.each<[string, unknown, unknown]>([
  ['another value deep inside', spec, { ...spec, tags: { team: 'data' } }],
  ['a field more', { a: 1 }, { a: 1, b: 1 }],
  ['a field less', { a: 1, b: 1 }, { a: 1 }],
  ['another field in its place', { a: 1 }, { b: 1 }],
  ['a field of the prototype', { toString: 1 }, { a: 1 }],
  ['an empty list beside an empty object', [], {}],
  ['nothing beside an empty object', null, {}],
  ['a number beside its text', 1, '1'],
])('differs: %s', (_, one, other) => {
  expect(isSameData(one, other)).toBe(false);
});
