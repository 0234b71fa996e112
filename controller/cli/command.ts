import { Option } from 'commander';
import type { Globals } from './globals.ts';
import type { Io } from './io.ts';

/** What a command does, given where to write and the global options. Answers the exit code. */
export type Run = (io: Io, globals: Globals) => Promise<number>;

/** Runs a command and keeps its exit code. */
export type RunCommand = (command: Run) => Promise<void>;

/** A block of help text. */
export const lines = (...text: readonly string[]): string => `\n${text.join('\n')}\n`;

/** The option for the output's format. */
export const output = (choices: readonly string[], initial: string): Option =>
  new Option('-o, --output <format>', 'output format').choices(choices).default(initial);
