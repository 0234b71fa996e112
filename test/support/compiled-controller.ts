import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '../..');

/** The controller as plain JavaScript, for tests that need further processes. */
export interface CompiledController {
  /** What a child imports for a source file, as in `ledgers/file.ts`. */
  urlOf(source: string): string;
  remove(): Promise<void>;
}

/** Compiles some folders or files of controller/ into a new folder. */
export async function compileController(parts: readonly string[]): Promise<CompiledController> {
  const folder = await mkdtemp(join(tmpdir(), 'devinstance-compiled-'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const source of await listSources(parts)) {
    const target = join(folder, toJs(source));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, compile(await readFile(join(root, 'controller', source), 'utf8')));
  }
  return {
    urlOf: (source) => pathToFileURL(join(folder, toJs(source))).href,
    remove: () => rm(folder, { recursive: true }),
  };
}

async function listSources(parts: readonly string[]): Promise<readonly string[]> {
  const lists = parts.map(async (part) => {
    if (part.endsWith('.ts')) return [part];
    const names = await readdir(join(root, 'controller', part));
    return names.filter((name) => name.endsWith('.ts')).map((name) => join(part, name));
  });
  return (await Promise.all(lists)).flat();
}

function compile(text: string): string {
  const compilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
    rewriteRelativeImportExtensions: true,
  };
  return ts.transpileModule(text, { compilerOptions }).outputText;
}

function toJs(source: string): string {
  return source.replace(/\.ts$/, '.js');
}
