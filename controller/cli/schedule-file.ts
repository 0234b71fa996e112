import { readFile } from 'node:fs/promises';
import type { Problem, ScheduleTimes } from '../core/desired.ts';
import { type Manifest, readSpecFile } from '../core/spec/reading.ts';
import { resolveTimes } from '../core/spec/resolve.ts';
import { OperatorError } from '../ports.ts';

/** A Schedule that was read from a file, or what is wrong with it. */
export type ScheduleFile =
  | { readonly name: string; readonly times: ScheduleTimes; readonly problems: readonly Problem[] }
  | { readonly times: undefined; readonly problems: readonly Problem[] };

/**
 * Reads one Schedule by the rules of `validate`, except that the file may have any name: it need
 * not lie in a fleet's folder. Throws OperatorError where it cannot be read or is another kind.
 */
export async function readScheduleFile(file: string): Promise<ScheduleFile> {
  const bytes = await readBytes(file);
  const own = readSpecFile({ path: `${stemOf(file)}.yaml`, bytes }, file);
  const said = own.broken?.names.find((name) => name !== stemOf(file));
  const renamed = said === undefined ? own : readSpecFile({ path: `${said}.yaml`, bytes }, file);
  const { manifest, problems } = renamed.manifest === undefined ? own : renamed;
  if (manifest === undefined) return { times: undefined, problems };
  if (!isSchedule(manifest)) {
    const remedy = 'give a file with kind: Schedule';
    throw new OperatorError(`${file} is a ${manifest.kind}, not a Schedule`, remedy);
  }
  return { name: manifest.name, times: resolveTimes(manifest.spec), problems };
}

function isSchedule(manifest: Manifest): manifest is Extract<Manifest, { kind: 'Schedule' }> {
  return manifest.kind === 'Schedule';
}

function stemOf(file: string): string {
  return (file.split('/').at(-1) ?? file).replace(/\.[^.]*$/, '');
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const remedy = 'name a readable file with --file';
    throw new OperatorError(`${file} cannot be read (${code})`, remedy, { cause: error });
  }
}
