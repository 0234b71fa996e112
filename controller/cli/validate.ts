import type { ParsedSpecs, Problem } from '../core/desired.ts';
import { OperatorError } from '../ports.ts';
import {
  renderProblemsGithub,
  renderProblemsJson,
  renderProblemsText,
} from '../render/problems.ts';
import { folderSpecs } from '../sources/folder.ts';

export type ValidateOutput = 'text' | 'json' | 'github';

/** Where a command writes. */
export interface ValidateIo {
  out(text: string): void;
  err(text: string): void;
}

/**
 * Validates the specs in a folder and writes what is wrong with them. Answers the exit code:
 * 1 where there is an error or the folder cannot be read, else 0; warnings do not count.
 */
export async function runValidate(
  path: string,
  { output }: { readonly output: ValidateOutput },
  io: ValidateIo,
): Promise<number> {
  try {
    const specs = await folderSpecs(path).read();
    io.out(render(specs, output));
    return specs.problems.some(isError) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    io.err(`${error.message}: ${error.remedy}\n`);
    return 1;
  }
}

function isError({ severity }: Problem): boolean {
  return severity === 'error';
}

function render(specs: ParsedSpecs, output: ValidateOutput): string {
  switch (output) {
    case 'json':
      return renderProblemsJson(specs.problems);
    case 'github':
      return renderProblemsGithub(specs.problems);
    case 'text':
      return `${renderProblemsText(specs.problems)}${summary(specs)}\n`;
  }
}

/** `10 DevInstances in 28 files: valid`, or `3 errors, 1 warning in 2 of 28 files`. */
function summary({ desired, problems, files }: ParsedSpecs): string {
  const errors = problems.filter(isError).length;
  const warnings = problems.length - errors;
  const warned = warnings === 0 ? '' : `, ${count(warnings, 'warning')}`;
  if (errors === 0) {
    const machines = count(desired?.devInstances.size ?? 0, 'DevInstance');
    return `${machines}, ${count(files, 'file')}: valid${warned}`;
  }
  const faulty = new Set(problems.map(({ file }) => file)).size;
  return `${count(errors, 'error')}${warned} in ${count(faulty, 'file')}`;
}

function count(quantity: number, noun: string): string {
  return `${quantity} ${noun}${quantity === 1 ? '' : 's'}`;
}
