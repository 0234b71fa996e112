import type { Instant } from '../core/instant.ts';
import { memoryOf } from '../core/plan/duty.ts';
import { type Inspection, inspect, knownNames } from '../core/plan/inspect.ts';
import { makePlan } from '../core/plan/make-plan.ts';
import { isSuspended } from '../core/plan/situation.ts';
import { previewDuty } from '../core/schedule/preview.ts';
import { OperatorError } from '../ports.ts';
import { inForceText, whomText } from '../render/in-force.ts';
import { readWorld } from '../world.ts';
import { sayFailures } from './get.ts';
import type { Globals } from './globals.ts';
import type { Io } from './io.ts';
import { type Span, show } from './schedule-preview.ts';
import { sayUnknown } from './views.ts';
import { openForReading } from './wiring.ts';

/** Previews what is wanted of one DevInstance, with all that counts beside its windows. */
export async function previewDevInstance(
  name: string,
  { span, output }: { readonly span: Span; readonly output: 'text' | 'json' },
  globals: Globals,
  io: Io,
): Promise<number> {
  const ports = await openForReading(globals);
  try {
    const { world } = await readWorld(ports, false);
    const known = knownNames(world);
    if (!known.includes(name)) return sayUnknown(name, known, io);
    for (const inspection of inspect(world, makePlan(world), [name])) {
      const { situation, spec } = inspection;
      if (spec === undefined) {
        throw new OperatorError(`${name} never had a valid file`, 'mend it: devinstance validate');
      }
      const memory = situation === undefined ? {} : memoryOf(situation);
      const moments = span(spec.schedule.timezone, world.now);
      const { preview, stretches } = previewDuty(spec.schedule, memory, name, moments);
      const notes = notesOf(inspection, world.now);
      show(spec.schedule, preview, { output, stretches, notes }, io);
    }
    return sayFailures(world.observed.failures, io);
  } finally {
    await ports.close();
  }
}

/** What counts beside the windows, or keeps all of it from happening. */
function notesOf({ asked, situation, spec }: Inspection, now: Instant): readonly string[] {
  const timezone = spec?.schedule.timezone ?? 'UTC';
  const inForce = asked.map(
    (request) => `${whomText(request)}: ${inForceText(request, now, timezone)}`,
  );
  if (situation === undefined) return inForce;
  const { duty, standing } = situation;
  const isByHand = duty.rule === 'manual-start' || duty.rule === 'manual-stop';
  return [
    ...inForce,
    ...(isByHand ? [`now: ${duty.reason}`] : []),
    ...(isSuspended(situation) ? ['suspended: none of it happens before that ends'] : []),
    ...(standing.kind === 'orphaned'
      ? ['its file is gone: it is stopped and not started again']
      : []),
    ...(situation.spec.lifecycle === 'retired' ? ['retired: none of it happens any more'] : []),
  ];
}
