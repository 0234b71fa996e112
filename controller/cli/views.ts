import type { Hold } from '../core/plan/world.ts';
import { nearest } from '../core/spec/problem.ts';
import { visible } from '../render/visible.ts';
import { exitCodes, type Io } from './io.ts';

/** How many names are offered for a mistyped one. */
const offered = 3;

/** Says in one line that nothing knows the name, with those that may be meant. Answers the exit code. */
export function sayUnknown(name: string, known: readonly string[], io: Io): number {
  io.err(`devinstance: there is no DevInstance ${visible(name)}; ${hintFor(name, known)}\n`);
  return exitCodes.failed;
}

/** The names that a mistyped one may mean, or where all of them are. */
export function hintFor(
  name: string,
  known: readonly string[],
  otherwise = 'devinstance get lists those there are',
): string {
  const meant: string[] = [];
  while (meant.length < offered) {
    const next = nearest(
      name,
      known.filter((candidate) => !meant.includes(candidate)),
    );
    if (next === undefined) break;
    meant.push(next);
  }
  return meant.length === 0 ? otherwise : `did you mean ${meant.join(', ')}?`;
}

/** Of a file that never was valid there is nothing to show. Answers the exit code. */
export function sayHeld(holds: readonly Hold[], io: Io): number {
  for (const { name, reason, message, remedy } of holds) {
    io.err(`devinstance: ${name} is nothing yet: ${reason}: ${message}\n  ${remedy}\n`);
  }
  return exitCodes.failed;
}
