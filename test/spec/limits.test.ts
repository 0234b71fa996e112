import { expect, test } from 'vitest';
import { base, codesOf, keys, own } from '../support/spec-limits.ts';

test.each([
  ['DevInstance', 'a'.repeat(63), 'a'.repeat(64)],
  ['DevInstance', 'a-1', 'a-'],
  ['DevInstance', 'a', 'A'],
  ['Developer', 'a'.repeat(32), 'a'.repeat(33)],
  ['ImageChannel', 'ubuntu-24.04', 'ubuntu-24.'],
  ['Schedule', 'a1', 'a.1'],
] as const)('%s names', (kind, within, beyond) => {
  expect(codesOf(kind, base[kind], within)).toEqual([]);
  expect(codesOf(kind, base[kind], beyond)).toEqual(['E_VALUE']);
});

test('32 labels', () => {
  expect(codesOf('DevInstance', own({}), 'x', keys(32))).toEqual([]);
  expect(codesOf('DevInstance', own({}), 'x', keys(33))).toEqual(['E_SCHEMA']);
});

test.each([
  ['DevInstance', ['owner', 'class']],
  ['DevInstanceClass', ['subnets', 'securityGroups', 'instanceTypes', 'image', 'schedule']],
  ['Developer', ['uid', 'gid']],
  ['Schedule', ['timezone']],
  ['ImageChannel', ['architecture', 'follow']],
  ['Fleet', ['region']],
] as const)('%s needs its required fields', (kind, required) => {
  for (const field of required) {
    const { [field]: _left, ...rest } = base[kind] as Record<string, unknown>;
    expect([field, codesOf(kind, rest)]).toEqual([field, ['E_SCHEMA']]);
  }
});
