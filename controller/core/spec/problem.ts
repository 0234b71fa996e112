import type { Problem } from '../desired.ts';

export type ProblemCode =
  | 'E_FILE'
  | 'E_ENCODING'
  | 'E_YAML'
  | 'E_REFERENCE'
  | 'E_SCHEMA'
  | 'E_VALUE'
  | 'E_GUARD'
  | 'W_NEVER_OFF'
  | 'W_ZONE_SIGN';

/** What is wrong and what to write instead, wherever it stands. */
export interface Fault {
  readonly code: ProblemCode;
  readonly message: string;
  readonly fix: string;
}

/** A fault at a character of the text. */
export interface FaultAtOffset extends Fault {
  readonly offset: number;
}

/** A fault at a field; at its key where the value is not what is wrong. */
export interface FaultAtField extends Fault {
  readonly field: FieldPath;
  readonly at?: 'key';
}

/** Keys and list positions from the root of a document to a field. */
export type FieldPath = readonly string[];

/** A place in a text, 1-based. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A fault with its file and place; codes that begin with W are warnings. */
export function makeProblem(file: string, place: Place, fault: Fault): Problem {
  return {
    file,
    line: place.line,
    column: place.column,
    severity: fault.code.startsWith('W_') ? 'warning' : 'error',
    code: fault.code,
    message: fault.message,
    fix: fault.fix,
  };
}

/** The order in which people read them: file, line, column, code. */
export function compareProblems(one: Problem, other: Problem): number {
  return (
    compareText(one.file, other.file) ||
    one.line - other.line ||
    one.column - other.column ||
    compareText(one.code, other.code)
  );
}

/** Orders texts by code unit, the same on every machine. */
export function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** A value as a message may show it: in quotes, at most 60 characters, all of them visible. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : String(value);
  const short = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  const escaped = JSON.stringify(short).replace(
    /[^\x20-\x7e]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return typeof value === 'string' ? escaped : escaped.slice(1, -1);
}

/** The candidate that a mistyped word was most likely meant to be, if one is near. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.min(3, Math.max(1, Math.floor(word.length / 3))) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(word.slice(0, 64), candidate);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Inserted, removed, replaced characters, and swapped neighbours counted as one. */
function editDistance(one: string, other: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const current: number[] = [row];
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
      );
      if (one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]) {
        cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    [beforeLast, last] = [last, current];
  }
  return last[other.length] ?? 0;
}
