import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSpecs } from '../../controller/core/spec/parse-specs.ts';
import { specFile, treeWith, validText } from '../support/spec-tree.ts';

/** Whatever is in one file: an answer, with places in the file, and the sibling goes on. */
function isAnswered(bytes: Uint8Array): void {
  const { desired, problems } = parseSpecs(treeWith({ path: 'x/any.yaml', bytes }));
  expect(desired?.devInstances.has('good-01')).toBe(true);
  for (const { line, column, message, fix } of problems) {
    expect(line).toBeGreaterThan(0);
    expect(column).toBeGreaterThan(0);
    expect(`${message}${fix}`).not.toMatch(/\p{Cc}|undefined|\[object/u);
  }
}

test('never throws on any bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), isAnswered));
});

const fragment = fc.constantFrom(
  ...['[', ']', '{', '}', ':', ': ', '- ', '? ', ', ', '\n', '\n  ', '\n    ', '#', '&a ', '*a '],
  ...['!t ', '|', '>', '"', "'", '%', '---\n', '...\n', '<<: ', '\t', '\r\n', 'a', '1', '0x1'],
  ...['.nan', 'null', '~', 'kind: Fleet', 'kind: DevInstance', 'metadata: ', 'name: x', 'spec: '],
  ...['__proto__: ', 'schedule: ', 'windows: ', 'days: ', '\\u0000', '"\\uD800"', '\u202e'],
);

test('never throws on anything like YAML', () => {
  const text = fc.array(fragment, { maxLength: 60 }).map((fragments) => fragments.join(''));
  fc.assert(
    fc.property(text, (content) => isAnswered(new TextEncoder().encode(content))),
    { numRuns: 500 },
  );
});

test('never throws on a manifest that something was done to', () => {
  const texts = fc.constantFrom(...Object.values(validText).filter((text) => !/Fleet/.test(text)));
  const change = fc.tuple(texts, fc.nat(300), fc.nat(20), fragment);
  fc.assert(
    fc.property(change, ([text, at, length, insert]) => {
      const content = text.slice(0, at) + insert + text.slice(at + length);
      const { problems } = parseSpecs(treeWith(specFile('x/any.yaml', content)));
      expect(Array.isArray(problems)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
