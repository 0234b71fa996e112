import { isEventKept } from '../core/event.ts';
import { inspect, knownNames } from '../core/plan/inspect.ts';
import { makePlan } from '../core/plan/make-plan.ts';
import { whyOf } from '../core/plan/why.ts';
import { whyJson, whyText } from '../render/why-text.ts';
import { commitOf } from '../sources/spec-commit.ts';
import { readWorld } from '../world.ts';
import { sayFailures } from './get.ts';
import type { Globals } from './globals.ts';
import type { Io } from './io.ts';
import { timezoneOf } from './plan.ts';
import { sayUnknown } from './views.ts';
import { openForReading } from './wiring.ts';

export interface WhyOptions {
  readonly output: 'text' | 'json';
}

/** `devinstance why NAME`: the rule that decides, what is behind it and what comes. Answers the exit code. */
export async function runWhy(
  name: string,
  { output }: WhyOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  const ports = await openForReading(globals);
  try {
    const { world } = await readWorld(ports, false);
    const known = knownNames(world);
    if (!known.includes(name)) return sayUnknown(name, known, io);
    const { now } = world;
    const events = (await ports.ledger.events(name)).filter((event) => isEventKept(event, now));
    for (const inspection of inspect(world, makePlan(world), [name])) {
      const why = whyOf(inspection, events);
      const { place } = why;
      const isInFile = place !== undefined && place !== 'default';
      const commit = isInFile ? await commitOf(place.file) : undefined;
      const context = { now, timezone: timezoneOf(world, name), commit };
      io.out(output === 'json' ? whyJson(why, context) : whyText(why, context, io.paint));
    }
    return sayFailures(world.observed.failures, io);
  } finally {
    await ports.close();
  }
}
