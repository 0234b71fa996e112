import { inspect, knownNames } from '../core/plan/inspect.ts';
import { makePlan } from '../core/plan/make-plan.ts';
import { previewMachine } from '../core/plan/preview.ts';
import { machinePreviewText, schedulePreviewJson } from '../render/schedule-preview.ts';
import { readWorld } from '../world.ts';
import { sayFailures } from './get.ts';
import type { Globals } from './globals.ts';
import type { Io } from './io.ts';
import { parseSpan } from './preview-span.ts';
import type { PreviewOptions } from './schedule-preview.ts';
import { sayHeld, sayUnknown } from './views.ts';
import { openForReading } from './wiring.ts';

/** `devinstance schedule preview NAME`: what will be of one machine. Answers the exit code. */
export async function runMachinePreview(
  name: string,
  options: PreviewOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  const span = parseSpan(options);
  const ports = await openForReading(globals);
  try {
    const { world } = await readWorld(ports, false);
    const known = knownNames(world);
    if (!known.includes(name)) return sayUnknown(name, known, io);
    const [inspection] = inspect(world, makePlan(world), [name]);
    const schedule = inspection?.spec?.schedule;
    if (inspection === undefined || schedule === undefined) {
      return sayHeld(inspection?.holds ?? [], io);
    }
    const { from, until } = span(schedule.timezone, world.now);
    const preview = previewMachine(inspection, from, until);
    if (preview === undefined) return sayHeld(inspection.holds, io);
    const text =
      options.output === 'json'
        ? schedulePreviewJson(preview)
        : machinePreviewText(schedule, preview);
    io.out(`${text}\n`);
    return sayFailures(world.observed.failures, io);
  } finally {
    await ports.close();
  }
}
