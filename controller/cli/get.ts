import type { ReadFailure } from '../core/observed.ts';
import { inspect, knownNames } from '../core/plan/inspect.ts';
import { makePlan } from '../core/plan/make-plan.ts';
import type { Plan, World } from '../core/plan/world.ts';
import { listManifest, manifestOf, manifestText } from '../render/manifest.ts';
import type { Paint } from '../render/paint.ts';
import { statusJson, statusTable } from '../render/status-table.ts';
import { readWorld } from '../world.ts';
import type { Globals } from './globals.ts';
import { exitCodes, type Io } from './io.ts';
import { sayHeld, sayUnknown } from './views.ts';
import { openForReading } from './wiring.ts';

export interface GetOptions {
  readonly output: 'table' | 'wide' | 'json' | 'yaml';
}

/** `devinstance get [NAME]`: one line a DevInstance. Answers the exit code. */
export async function runGet(
  name: string | undefined,
  options: GetOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  const ports = await openForReading(globals);
  try {
    const { world } = await readWorld(ports, false);
    const known = knownNames(world);
    if (name !== undefined && !known.includes(name)) return sayUnknown(name, known, io);
    const plan = makePlan(world);
    if (name !== undefined && options.output !== 'yaml' && !plan.statuses.some(isNamed(name))) {
      return sayHeld(plan.holds.filter(isNamed(name)), io);
    }
    io.out(render(world, plan, name, options.output, io.paint));
    return sayFailures(world.observed.failures, io);
  } finally {
    await ports.close();
  }
}

function isNamed(name: string) {
  return (item: { readonly name: string }) => item.name === name;
}

function render(
  world: World,
  plan: Plan,
  name: string | undefined,
  output: GetOptions['output'],
  paint: Paint,
): string {
  if (output === 'yaml') return asYaml(world, plan, name);
  const statuses = name === undefined ? plan.statuses : plan.statuses.filter(isNamed(name));
  return output === 'json' ? statusJson(statuses) : statusTable(statuses, world.now, output, paint);
}

function asYaml(world: World, plan: Plan, name: string | undefined): string {
  const inspections = inspect(world, plan, name === undefined ? knownNames(world) : [name]);
  const [only] = inspections;
  const isOne = name !== undefined && only !== undefined;
  return manifestText(isOne ? manifestOf(only) : listManifest(inspections), 'yaml');
}

/** Says which reads failed, so that nobody takes what they would have said for absent. */
export function sayFailures(failures: readonly ReadFailure[], io: Io): number {
  for (const { what, message, remedy } of failures) {
    io.err(`devinstance: could not read ${what}: ${message}\n  ${remedy}\n`);
  }
  return failures.length === 0 ? exitCodes.done : exitCodes.failed;
}
