import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runValidate, type ValidateOutput } from '../../controller/cli/validate.ts';

const sample = fileURLToPath(new URL('../../specs', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'validate-'));
  cpSync(sample, folder, { recursive: true });
});

afterEach(() => rmSync(folder, { recursive: true }));

async function validate(path: string, output: ValidateOutput = 'text') {
  let out = '';
  let err = '';
  const exitCode = await runValidate(
    path,
    { output },
    {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
    },
  );
  return { exitCode, out, err };
}

test('valid specs end with their count and 0', async () => {
  expect(await validate(folder)).toEqual({
    exitCode: 0,
    out: '10 DevInstances, 27 files: valid\n',
    err: '',
  });
  expect((await validate(folder, 'json')).out).toBe('[]\n');
  expect((await validate(folder, 'github')).out).toBe('');
});

test('an error ends with 1, wherever it is shown', async () => {
  writeFileSync(join(folder, 'x.yaml'), 'a: 1\na: 2\na: 3\n');
  for (const output of ['text', 'json', 'github'] as const) {
    const { exitCode, out } = await validate(folder, output);
    expect(exitCode).toBe(1);
    expect(out).toContain('x.yaml');
  }
  expect((await validate(folder)).out).toMatch(/\n2 errors in 1 file\n$/);
});

test('a warning alone ends with 0', async () => {
  const schedule = `apiVersion: devinstance.io/v1alpha1
kind: Schedule
metadata: {name: x}
spec: {timezone: Etc/GMT+5, mode: never}
`;
  writeFileSync(join(folder, 'x.yaml'), schedule);
  const { exitCode, out } = await validate(folder);
  expect(exitCode).toBe(0);
  expect(out).toMatch(/W_ZONE_SIGN[\s\S]*10 DevInstances, 28 files: valid, 1 warning\n$/);
});

test('a folder that is not there is one line with a remedy, and 1', async () => {
  const { exitCode, out, err } = await validate(join(folder, 'nowhere'));
  expect([exitCode, out]).toEqual([1, '']);
  expect(err).toMatch(/^the specs folder \S+nowhere does not exist: [^\n]+\n$/);
});
