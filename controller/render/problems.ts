import type { Problem } from '../core/desired.ts';
import { visible } from './visible.ts';

/** For people and editors: `file:line:column CODE message`, below it what to write instead. */
export function renderProblemsText(problems: readonly Problem[]): string {
  return problems
    .map(
      ({ file, line, column, code, message, fix }) =>
        `${visible(file)}:${line}:${column} ${code} ${message}\n  fix: ${fix}\n`,
    )
    .join('');
}

/** For programs: one array of problems. */
export function renderProblemsJson(problems: readonly Problem[]): string {
  return `${JSON.stringify(problems, undefined, 2)}\n`;
}

/** For GitHub: a workflow command a problem, which becomes an annotation of the pull request. */
export function renderProblemsGithub(problems: readonly Problem[]): string {
  return problems
    .map(({ file, line, column, severity, code, message, fix }) => {
      const place = `file=${escapeProperty(file)},line=${line},col=${column}`;
      const text = escapeData(`${message}. ${fix}`);
      return `::${severity} ${place},title=${escapeProperty(code)}::${text}\n`;
    })
    .join('');
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
