import { expect, test } from 'vitest';
import { Lexer } from 'yaml';
import { findForbiddenToken } from '../../controller/core/spec/tokens.ts';

const maxBytes = 16_384;
const full = (unit: string): string => unit.repeat(Math.floor(maxBytes / unit.length));

test.each([
  ['nested lists', '['],
  ['nested mappings', '{'],
  ['complex keys', '? '],
  ['lists in lists', '- '],
  ['empty keys in keys', ': '],
  ['ever deeper lines', Array.from({ length: 100 }, (_, n) => `${' '.repeat(n)}a:`).join('\n')],
])('%s are refused before anything is parsed', (_what, unit) => {
  expect(findForbiddenToken(full(unit))?.code).toBe('E_YAML');
});

// yaml and the validator take time that grows with the tokens; this bounds them for any file.
test.each([
  'a:\n',
  ':\n',
  'a: b,',
  ',',
  'x, ',
  '"" ',
  '"a":"b",',
  '- a\n',
  '#\n',
  '\n',
  '|\n',
  '@ ',
])('16 KiB of %j are parsed only with at most 10,000 tokens', (unit) => {
  const text = full(unit);
  if (findForbiddenToken(text) === undefined) {
    expect([...new Lexer().lex(text)].length).toBeLessThanOrEqual(10_000);
  }
});

test.each([
  ['a list below its key, not indented', 'a:\n- b: 1\n  c: 2\n- d\ne: 3\n'],
  ['eight levels', 'a:\n b:\n  - c: {d: {e: {f: [g: 1]}}}\n'],
  ['many siblings', 'a:\n  b: 1\n'.repeat(50)],
  ['text with the signs of YAML', "a: '*b &c !d'\nb: x*y&z!\nc: |\n  *x\n  - - - -\n"],
])('allows %s', (_what, text) => {
  expect(findForbiddenToken(text)).toBeUndefined();
});

test('places a fault behind lines of quoted and block text', () => {
  const text = 'a: "x\n  y"\nb: |\n  z\nc: *d\n';
  expect(findForbiddenToken(text)?.offset).toBe(text.indexOf('*'));
});
