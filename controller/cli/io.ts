import { createColors } from 'picocolors';
import type { Paint } from '../render/paint.ts';
import { plain } from '../render/paint.ts';

/** Where a command writes. */
export interface Io {
  out(text: string): void;
  err(text: string): void;
  /** Colours for `out`; plain unless it is a terminal. */
  readonly paint: Paint;
  /** Whether `out` is a terminal that can rewrite its last lines. */
  readonly isTerminal: boolean;
}

/** Exit codes (sysexits for 64, timeout's for 124, the shells' for 130). */
export const exitCodes = {
  done: 0,
  failed: 1,
  changes: 2,
  interlock: 3,
  usage: 64,
  timedOut: 124,
  interrupted: 130,
} as const;

/** Wrong usage: what was wrong, and what to type instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** A person or the system asked the program to end, and it did so in good order. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** The process's own streams. Colours only on a terminal; NO_COLOR (any text) turns them off. */
export function processIo(env: NodeJS.ProcessEnv, wantsColor: boolean): Io {
  const isTerminal = process.stdout.isTTY === true;
  const usesColor = wantsColor && isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    paint: usesColor ? createColors(true) : plain,
    isTerminal,
  };
}
