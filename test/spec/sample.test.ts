import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseSpecs } from '../../controller/core/spec/parse-specs.ts';
import { readSpecFiles } from '../../controller/sources/folder.ts';

const specs = fileURLToPath(new URL('../../specs', import.meta.url));

test('the sample fleet is valid', () => {
  const { desired, problems } = parseSpecs(readSpecFiles(specs));
  expect(problems).toEqual([]);
  expect(desired?.devInstances.size).toBe(10);
  expect(desired?.fleet).toMatchObject({ name: 'dev', account: '111122223333', mode: 'enforce' });
  const zones = [...(desired?.devInstances.values() ?? [])].map(
    ({ schedule }) => schedule.timezone,
  );
  expect(new Set(zones).size).toBeGreaterThanOrEqual(3);
});

test('each sample file opens with the schema of its kind, for editors', () => {
  for (const { path } of readSpecFiles(specs)) {
    const text = readFileSync(join(specs, path), 'utf8');
    const schema = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text)?.[1] ?? '';
    const schemaFile = join(specs, dirname(path), schema);
    expect([path, existsSync(schemaFile)]).toEqual([path, true]);
    const { title } = JSON.parse(readFileSync(schemaFile, 'utf8')) as { title: string };
    expect(text).toContain(`\nkind: ${title}\n`);
  }
});
