import type { ParsedSpecs } from '../core/desired.ts';
import type { Instant } from '../core/instant.ts';
import { makePlan } from '../core/plan/make-plan.ts';
import type { Plan, World } from '../core/plan/world.ts';
import { planNdjson } from '../render/plan-json.ts';
import { planText } from '../render/plan-text.ts';
import { renderProblemsText } from '../render/problems.ts';
import { readWorld } from '../world.ts';
import type { Globals } from './globals.ts';
import { parseInstantArgument } from './instant-argument.ts';
import { exitCodes, type Io } from './io.ts';
import { openForReading } from './wiring.ts';

export interface PlanOptions {
  readonly output: 'text' | 'json';
  readonly at?: string;
  readonly detailedExitcode?: boolean;
}

/** `devinstance plan`: reads everything, writes nothing. Answers the exit code. */
export async function runPlan(options: PlanOptions, globals: Globals, io: Io): Promise<number> {
  const at = options.at === undefined ? undefined : parseInstantArgument('--at', options.at);
  const ports = await openForReading(globals);
  try {
    const { world: read, parsed } = await readWorld(ports, false);
    const world: World = at === undefined ? read : { ...read, now: at };
    const plan = makePlan(world);
    io.out(
      options.output === 'json'
        ? asJson(plan, world, parsed)
        : `${asOf(at)}${asText(plan, world, parsed, io)}`,
    );
    return planExitCode(plan, world, parsed, options.detailedExitcode ?? false);
  } finally {
    await ports.close();
  }
}

function asOf(at: Instant | undefined): string {
  return at === undefined ? '' : `As of ${at}, with specs and account as they are now:\n`;
}

function asJson(plan: Plan, world: World, parsed: ParsedSpecs): string {
  return planNdjson(plan, {
    fleet: world.desired.fleet.name,
    now: world.now,
    mode: world.desired.fleet.mode,
    problems: parsed.problems,
    failures: world.observed.failures,
  });
}

function asText(plan: Plan, world: World, parsed: ParsedSpecs, io: Io): string {
  const problems = parsed.problems.length === 0 ? '' : `${renderProblemsText(parsed.problems)}`;
  const restriction =
    world.desired.fleet.mode === 'observe' ? 'the Fleet is in mode: observe' : undefined;
  const text = planText(
    plan,
    {
      now: world.now,
      failures: world.observed.failures,
      timezoneOf: (name) => timezoneOf(world, name),
      ...(restriction === undefined ? {} : { restriction }),
    },
    io.paint,
  );
  return problems + text;
}

/** A DevInstance's own zone, from its spec or its record. */
export function timezoneOf(world: World, name: string): string {
  const spec = world.desired.devInstances.get(name) ?? world.records.get(name)?.effective;
  return spec?.schedule.timezone ?? 'UTC';
}

/** 3 beats 1 beats 2; future transitions are no change. */
export function planExitCode(
  plan: Plan,
  world: World,
  parsed: ParsedSpecs,
  isDetailed: boolean,
): number {
  if (plan.interlocks.length > 0 && world.observed.failures.length === 0)
    return exitCodes.interlock;
  const isInvalid = parsed.problems.some((problem) => problem.severity === 'error');
  if (isInvalid || world.observed.failures.length > 0) return exitCodes.failed;
  return isDetailed && plan.changes.length > 0 ? exitCodes.changes : exitCodes.done;
}
