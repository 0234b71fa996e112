import { homeRows } from '../core/plan/home-rows.ts';
import { homeTable } from '../render/home-table.ts';
import { readWorld } from '../world.ts';
import { sayFailures } from './get.ts';
import type { Globals } from './globals.ts';
import type { Io } from './io.ts';
import { openForReading } from './wiring.ts';

export interface HomeListOptions {
  readonly output: 'table' | 'json';
}

/** `devinstance home list`: every home of the fleet, also lost and released ones. Answers the exit code. */
export async function runHomeList(
  options: HomeListOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  const ports = await openForReading(globals);
  try {
    const { world } = await readWorld(ports, true);
    const snapshots = await ports.observer.listSnapshots(world.desired.fleet.name);
    const rows = homeRows(world, snapshots);
    io.out(
      options.output === 'json'
        ? `${JSON.stringify(rows, null, 2)}\n`
        : homeTable(rows, world.now, io.paint),
    );
    return sayFailures(
      world.observed.failures.filter(({ what }) => what === 'homes'),
      io,
    );
  } finally {
    await ports.close();
  }
}
