import { makePlan } from '../core/plan/make-plan.ts';
import { historyJson, historyRows, historyTable } from '../render/rollout-history.ts';
import { readWorld } from '../world.ts';
import { chosenChannels } from './channels.ts';
import { sayFailures } from './get.ts';
import type { Globals } from './globals.ts';
import type { Io } from './io.ts';
import { openForReading } from './wiring.ts';

export interface RolloutHistoryOptions {
  readonly output: 'table' | 'json';
}

/** `devinstance rollout history [CHANNEL]`: the rollouts there were, newest first. Answers the exit code. */
export async function runRolloutHistory(
  channel: string | undefined,
  options: RolloutHistoryOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  const ports = await openForReading(globals);
  try {
    const { world } = await readWorld(ports, false);
    const statuses = chosenChannels(makePlan(world).rollouts, channel);
    const rows = historyRows(statuses.map(({ record }) => record));
    io.out(options.output === 'json' ? historyJson(rows) : historyTable(rows, world.now, io.paint));
    return sayFailures(world.observed.failures, io);
  } finally {
    await ports.close();
  }
}
