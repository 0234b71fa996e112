import { makePlan } from '../core/plan/make-plan.ts';
import { leftoverBuilders } from '../core/rollout/housekeeping.ts';
import { imageRows } from '../render/image-rows.ts';
import { builderLines, imageJson, imageTable } from '../render/image-table.ts';
import { readWorld } from '../world.ts';
import { chosenChannels } from './channels.ts';
import { sayFailures } from './get.ts';
import type { Globals } from './globals.ts';
import type { Io } from './io.ts';
import { openForReading } from './wiring.ts';

export interface ImageListOptions {
  readonly output: 'table' | 'json';
}

/** `devinstance image list [CHANNEL]`: every AMI of the image channels, and what each is. Answers the exit code. */
export async function runImageList(
  channel: string | undefined,
  options: ImageListOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  const ports = await openForReading(globals);
  try {
    const { world } = await readWorld(ports, false);
    const statuses = chosenChannels(makePlan(world).rollouts, channel);
    const rows = statuses.flatMap((status) => imageRows(world, status));
    const builders = statuses.flatMap(({ channel: name }) => leftoverBuilders(world, { name }));
    if (options.output === 'json') io.out(imageJson(rows, builders));
    else {
      const { region } = world.desired.fleet;
      io.out(imageTable(rows, world.now, io.paint));
      io.out(builderLines(builders, { now: world.now, region }, io.paint));
    }
    return sayFailures(world.observed.failures, io);
  } finally {
    await ports.close();
  }
}
