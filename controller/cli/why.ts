import { isEventKept } from '../core/event.ts';
import { type Inspection, inspect, knownNames } from '../core/plan/inspect.ts';
import { makePlan } from '../core/plan/make-plan.ts';
import { type Why, whyOf } from '../core/plan/why.ts';
import { replacementStep } from '../core/replacement/step-text.ts';
import { localTime } from '../render/local-time.ts';
import { type Replacing, whyJson, whyText } from '../render/why-text.ts';
import { readSpecCommit } from '../sources/spec-commit.ts';
import { readWorld } from '../world.ts';
import { sayFailures } from './get.ts';
import type { Globals } from './globals.ts';
import type { Io } from './io.ts';
import { sayUnknown } from './views.ts';
import { openForReading } from './wiring.ts';

export interface WhyOptions {
  readonly output: 'text' | 'json';
}

/** `devinstance why NAME`: why its machine is on or off. Answers the exit code. */
export async function runWhy(
  name: string,
  options: WhyOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  const ports = await openForReading(globals);
  try {
    const { world } = await readWorld(ports, false);
    const known = knownNames(world);
    if (!known.includes(name)) return sayUnknown(name, known, io);
    const plan = makePlan(world);
    const events = (await ports.ledger.events(name)).filter((one) => isEventKept(one, world.now));
    for (const inspection of inspect(world, plan, [name])) {
      const why = whyOf(inspection, plan, events);
      const commit = await commitOf(why);
      const replacing = replacingOf(inspection, why);
      io.out(
        options.output === 'json'
          ? whyJson(why, commit, replacing)
          : whyText(why, commit, io.paint, replacing),
      );
    }
    return sayFailures(world.observed.failures, io);
  } finally {
    await ports.close();
  }
}

function replacingOf({ situation }: Inspection, { now, timezone }: Why): Replacing | undefined {
  const since = situation?.record.replacement?.since;
  const step = situation && replacementStep(situation, (at) => localTime(at, now, timezone));
  return since === undefined || step === undefined ? undefined : { since, step };
}

async function commitOf({ grounds }: Why) {
  if (grounds?.kind !== 'spec' || 'default' in grounds.origin) return undefined;
  return readSpecCommit(grounds.origin.file);
}
