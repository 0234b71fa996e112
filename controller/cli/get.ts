import { makePlan } from '../core/plan/make-plan.ts';
import { statusJson, statusTable } from '../render/status-table.ts';
import { readWorld } from '../world.ts';
import type { Globals } from './globals.ts';
import { exitCodes, type Io } from './io.ts';
import { openForReading } from './wiring.ts';

export interface GetOptions {
  readonly output: 'table' | 'wide' | 'json';
}

/** `devinstance get`: one line a DevInstance. Answers the exit code. */
export async function runGet(options: GetOptions, globals: Globals, io: Io): Promise<number> {
  const ports = await openForReading(globals);
  try {
    const { world } = await readWorld(ports, false);
    const { statuses } = makePlan(world);
    const text =
      options.output === 'json'
        ? statusJson(statuses)
        : statusTable(statuses, world.now, options.output, io.paint);
    io.out(text);
    for (const failure of world.observed.failures) {
      io.err(
        `devinstance: could not read ${failure.what}: ${failure.message}\n  ${failure.remedy}\n`,
      );
    }
    return world.observed.failures.length === 0 ? exitCodes.done : exitCodes.failed;
  } finally {
    await ports.close();
  }
}
