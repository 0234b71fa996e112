import { isEventKept } from '../core/event.ts';
import { inspect, knownNames } from '../core/plan/inspect.ts';
import { makePlan } from '../core/plan/make-plan.ts';
import { describeText } from '../render/describe-text.ts';
import { manifestOf, manifestText } from '../render/manifest.ts';
import { readWorld } from '../world.ts';
import { sayFailures } from './get.ts';
import type { Globals } from './globals.ts';
import type { Io } from './io.ts';
import { sayUnknown } from './views.ts';
import { openForReading } from './wiring.ts';

export interface DescribeOptions {
  readonly output: 'text' | 'yaml' | 'json';
}

/** How many of the last events are shown. */
const eventsShown = 10;

/** `devinstance describe NAME`: everything that is known of one DevInstance. Answers the exit code. */
export async function runDescribe(
  name: string,
  options: DescribeOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  const ports = await openForReading(globals);
  try {
    const { world } = await readWorld(ports, false);
    const known = knownNames(world);
    if (!known.includes(name)) return sayUnknown(name, known, io);
    for (const inspection of inspect(world, makePlan(world), [name])) {
      const { output } = options;
      if (output === 'text') {
        const events = (await ports.ledger.events(name)).filter((event) =>
          isEventKept(event, world.now),
        );
        io.out(describeText(inspection, events.slice(-eventsShown), io.paint));
      } else {
        io.out(manifestText(manifestOf(inspection), output));
      }
    }
    return sayFailures(world.observed.failures, io);
  } finally {
    await ports.close();
  }
}
