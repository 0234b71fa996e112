import { makePlan } from '../core/plan/make-plan.ts';
import { overrideJson, overrideTable } from '../render/override-table.ts';
import { readWorld } from '../world.ts';
import type { Globals } from './globals.ts';
import { exitCodes, type Io } from './io.ts';
import { timezoneOf } from './plan.ts';
import { openForReading } from './wiring.ts';

export interface OverrideListOptions {
  readonly output: 'table' | 'json';
}

/** `devinstance override list`: what people asked for and is in force. Answers the exit code. */
export async function runOverrideList(
  { output }: OverrideListOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  const ports = await openForReading(globals);
  try {
    const { world } = await readWorld(ports, false);
    const { inForce } = makePlan(world);
    const context = { now: world.now, timezoneOf: (name: string) => timezoneOf(world, name) };
    io.out(output === 'json' ? overrideJson(inForce) : overrideTable(inForce, context, io.paint));
    return exitCodes.done;
  } finally {
    await ports.close();
  }
}
