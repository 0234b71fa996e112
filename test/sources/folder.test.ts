import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OperatorError } from '../../controller/ports.ts';
import { folderSpecs, readSpecFiles } from '../../controller/sources/folder.ts';
import { validTree } from '../support/spec-tree.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'specs-'));
  for (const file of validTree) write(file.path, 'bytes' in file ? file.bytes : '');
});

afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** What is faulted besides the valid fleet, which must go on. */
async function faulted(): Promise<readonly string[]> {
  const { desired, problems } = await folderSpecs(root).read();
  expect(desired?.devInstances.has('good-01')).toBe(true);
  return problems.map(({ file, code, line, column }) => {
    return `${file.slice(root.length + 1)}:${line}:${column} ${code}`;
  });
}

test('a valid tree of any depth has no problems', async () => {
  write('a/b/c/d/ubuntu2.yaml', imageChannel('ubuntu2'));
  expect(await faulted()).toEqual([]);
});

function imageChannel(name: string): string {
  return `apiVersion: devinstance.io/v1alpha1
kind: ImageChannel
metadata: {name: ${name}}
spec: {architecture: arm64, follow: /a}
`;
}

test('files that did not change give the same value again, and a change is seen', async () => {
  write('images/more.yaml', imageChannel('more'));
  const specs = folderSpecs(root);
  const first = await specs.read();
  expect(await specs.read()).toBe(first);

  write('images/more.yaml', imageChannel('most'));
  const second = await specs.read();
  expect(second.problems.map(({ code }) => code)).toEqual(['E_VALUE']);
  expect(await specs.read()).toBe(second);

  rmSync(join(root, 'images/more.yaml'));
  expect((await specs.read()).problems).toEqual([]);

  mkdirSync(join(root, 'images/more.yaml'));
  expect((await specs.read()).problems.map(({ code }) => code)).toEqual(['E_FILE']);
});

test('1: a link to a file is not followed', async () => {
  symlinkSync('/etc/passwd', join(root, 'a.yaml'));
  expect(await faulted()).toEqual(['a.yaml:1:1 E_FILE']);
});

test('2: a link to a folder is not followed, and the tree counts as incomplete', async () => {
  symlinkSync('/etc', join(root, 'team'));
  expect(await faulted()).toEqual(['team/:1:1 E_FILE']);
  expect((await folderSpecs(root).read()).desired?.incomplete).toContain('team');
});

test('3: a FIFO is refused without waiting for its writer', async () => {
  execFileSync('mkfifo', [join(root, 'x.yaml')]);
  expect(await faulted()).toEqual(['x.yaml:1:1 E_FILE']);
});

test('4: a folder named like a file is faulted, and what is in it is read', async () => {
  write('x.yaml/ubuntu2.yaml', imageChannel('ubuntu2'));
  expect(await faulted()).toEqual(['x.yaml:1:1 E_FILE']);
  expect((await folderSpecs(root).read()).desired?.channels.has('ubuntu2')).toBe(true);
});

test('5: a file of more than 16 KiB is refused, one of exactly 16 KiB is read', async () => {
  const text = imageChannel('ubuntu2');
  write('ubuntu2.yaml', text + '#'.repeat(16_384 - text.length));
  expect(await faulted()).toEqual([]);
  write('ubuntu2.yaml', text + '#'.repeat(16_385 - text.length));
  expect(await faulted()).toEqual(['ubuntu2.yaml:1:1 E_FILE']);
});

test('8: x.YAML beside x.yaml is faulted', async () => {
  write('ubuntu2.yaml', imageChannel('ubuntu2'));
  write('ubuntu2.YAML', imageChannel('ubuntu2'));
  expect(await faulted()).toEqual(['ubuntu2.YAML:1:1 E_FILE']);
});

test('other endings of YAML are faulted with the name to give', async () => {
  write('ubuntu2.yml', imageChannel('ubuntu2'));
  expect(await faulted()).toEqual(['ubuntu2.yml:1:1 E_FILE']);
  const [problem] = (await folderSpecs(root).read()).problems;
  expect(problem?.fix).toContain('ubuntu2.yaml');
});

test('other files, dot-files, dot-folders and links to other files are ignored', async () => {
  write('README.md', '# specs');
  write('.hidden.yaml', '[');
  write('.git/x.yaml', '[');
  symlinkSync('README.md', join(root, 'README'));
  symlinkSync('nowhere', join(root, 'dangling'));
  expect(await faulted()).toEqual([]);
});

test('the folder itself may be a link', async () => {
  const link = `${root}-link`;
  symlinkSync(root, link);
  try {
    expect((await folderSpecs(link).read()).problems).toEqual([]);
  } finally {
    rmSync(link);
  }
});

test.each([
  ['that is missing', () => join(root, 'nowhere'), 'does not exist'],
  ['that is a file', () => join(root, 'fleet.yaml'), 'is not a folder'],
])('a folder %s is an error and never empty', async (_what, path, reason) => {
  const reading = folderSpecs(path()).read();
  await expect(reading).rejects.toThrow(OperatorError);
  await expect(reading).rejects.toThrow(reason);
});

// The superuser may read everything.
test.skipIf(process.getuid?.() === 0)(
  'a folder below that may not be read is an error',
  async () => {
    mkdirSync(join(root, 'locked'));
    chmodSync(join(root, 'locked'), 0);
    await expect(folderSpecs(root).read()).rejects.toThrow(OperatorError);
  },
);

test('reading stops at one file more than are allowed', () => {
  for (let index = 0; index < 20_002; index++) writeFileSync(join(root, `f${index}.yaml`), '');
  expect(readSpecFiles(root)).toHaveLength(20_001);
});
