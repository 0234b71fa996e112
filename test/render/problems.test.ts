import { expect, test } from 'vitest';
import type { Problem } from '../../controller/core/desired.ts';
import {
  renderProblemsGithub,
  renderProblemsJson,
  renderProblemsText,
} from '../../controller/render/problems.ts';

const problem: Problem = {
  file: 'specs/a.yaml',
  line: 6,
  column: 14,
  severity: 'error',
  code: 'E_VALUE',
  message: 'the home is too large',
  fix: 'Write at most 500.',
};

test('text is for editors and people', () => {
  expect(renderProblemsText([problem])).toBe(
    'specs/a.yaml:6:14 E_VALUE the home is too large\n  fix: Write at most 500.\n',
  );
});

test('a path cannot steer the terminal', () => {
  const text = renderProblemsText([{ ...problem, file: 'a\x1b[31m\n.yaml' }]);
  expect(text).toMatch(/^a\\u\{1b\}\[31m\\u\{a\}\.yaml:6:14 /);
});

test('json is one array', () => {
  expect(JSON.parse(renderProblemsJson([problem]))).toEqual([problem]);
  expect(JSON.parse(renderProblemsJson([]))).toEqual([]);
});

test('github annotations are escaped', () => {
  const annotations = renderProblemsGithub([
    { ...problem, file: 'a,b:c%.yaml', severity: 'warning', message: '100%\r\n::error::x' },
  ]);
  expect(annotations).toBe(
    '::warning file=a%2Cb%3Ac%25.yaml,line=6,col=14,title=E_VALUE::100%25%0D%0A::error::x. Write at most 500.\n',
  );
});
