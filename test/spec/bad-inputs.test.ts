import { expect, test } from 'vitest';
import { parseSpecs } from '../../controller/core/spec/parse-specs.ts';
import { specFile, treeWith, validText, validTree } from '../support/spec-tree.ts';
import { badInputs } from './bad-inputs.ts';

test('the fleet that bad files are added to is valid', () => {
  expect(parseSpecs(validTree).problems).toEqual([]);
});

test.each(badInputs)('$number: $what', ({ number, file, expected }) => {
  const { desired, problems } = parseSpecs(treeWith(file));

  const found = problems.map(({ code, line, column }) => `${code} ${line}:${column}`);
  expect(found).toEqual(expected);
  expect(problems.every((problem) => problem.file === file.path && problem.fix !== '')).toBe(true);
  // 67 is the one that takes a sibling with it: nobody can tell which of the two is meant.
  expect(desired?.devInstances.has('good-01')).toBe(number !== 67);
  if (file.path === 'instances/bad-01.yaml') {
    expect(desired?.devInstances.has('bad-01')).toBe(false);
    expect(desired?.invalid.has('bad-01')).toBe(true);
  }
});

test('10: of more than 20,000 files the first one too many is faulted', () => {
  const fillers = Array.from({ length: 20_000 - 5 }, (_, index) =>
    specFile(`x/f${String(index).padStart(5, '0')}.yaml`, ''),
  );
  const { desired, problems } = parseSpecs([...validTree, ...fillers]);

  const last = problems.filter(({ message }) => message.includes('20000 files'));
  expect(last.map(({ file, code, line }) => [file, code, line])).toEqual([
    ['x/f19994.yaml', 'E_FILE', 1],
  ]);
  expect(desired?.devInstances.has('good-01')).toBe(true);
  expect(desired?.incomplete).toContain('20000');
  expect(validText.DevInstance).toContain('good-01');
});
