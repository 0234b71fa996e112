import { expect, test } from 'vitest';
import { UsageError } from '../../controller/cli/io.ts';
import { ledgerFor, parseCloud, parseDuration, parseLedger } from '../../controller/cli/targets.ts';

test.each([
  ['aws', { kind: 'aws' }],
  ['sim', { kind: 'sim', file: '.devinstance/account.json' }],
  ['sim:a.json', { kind: 'sim', file: 'a.json' }],
  ['sim:a:b', { kind: 'sim', file: 'a:b' }],
])('--cloud %s', (text, target) => {
  expect(parseCloud(text)).toEqual(target);
});

test.each(['', 'AWS', 'sim:', 'simulated', 'aws:eu-west-1'])('--cloud "%s" is refused', (text) => {
  expect(() => parseCloud(text)).toThrow(
    new UsageError(`unknown cloud "${text}"`, 'write --cloud aws, --cloud sim or --cloud sim:FILE'),
  );
});

test.each([
  ['memory', { kind: 'memory' }],
  ['file:l.json', { kind: 'file', path: 'l.json' }],
  ['file:a:b', { kind: 'file', path: 'a:b' }],
  ['dynamodb:dev', { kind: 'dynamodb', table: 'dev' }],
  ['dynamodb:a.B_c-1', { kind: 'dynamodb', table: 'a.B_c-1' }],
  [`dynamodb:${'t'.repeat(255)}`, { kind: 'dynamodb', table: 't'.repeat(255) }],
])('--ledger %s', (text, target) => {
  expect(parseLedger(text)).toEqual(target);
});

test.each([
  '',
  'file',
  'file:',
  'files',
  'dynamodb',
  'dynamodbs',
  'dynamodb:',
  'dynamodb:ab',
  `dynamodb:${'t'.repeat(256)}`,
  'dynamodb:a/b',
  'memory:',
  'sqlite:x.db',
])('--ledger "%s" is refused', (text) => {
  expect(() => parseLedger(text)).toThrow(
    new UsageError(
      `unknown ledger "${text}"`,
      'write --ledger dynamodb:TABLE, --ledger file:PATH or --ledger memory',
    ),
  );
});

test('a simulated account has its ledger in a file; on AWS one is asked for', () => {
  const sim = parseCloud('sim');
  expect(ledgerFor(sim, undefined)).toEqual({ kind: 'file', path: '.devinstance/ledger.json' });
  expect(ledgerFor(sim, 'memory')).toEqual({ kind: 'memory' });
  expect(ledgerFor({ kind: 'aws' }, 'dynamodb:dev')).toEqual({ kind: 'dynamodb', table: 'dev' });
  expect(() => ledgerFor({ kind: 'aws' }, undefined)).toThrow('no ledger named');
});

test.each([
  ['1s', 1_000],
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
  ['9999m', 599_940_000],
])('%s is a duration', (text, millis) => {
  expect(parseDuration(text, '--timeout')).toBe(millis);
});

test.each(['', '0m', '-1m', '1.5h', '30', 'm', '30 m', '30M', '10000m', '30min', '1h30m'])(
  '"%s" is no duration',
  (text) => {
    expect(() => parseDuration(text, '--timeout')).toThrow(
      `--timeout is not a duration: "${text}"`,
    );
  },
);
