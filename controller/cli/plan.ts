import type { Problem } from '../core/desired.ts';
import { allProblems, findWorldProblems } from '../core/faults/world-problems.ts';
import type { Instant } from '../core/instant.ts';
import { makePlan } from '../core/plan/make-plan.ts';
import type { Plan, World } from '../core/plan/world.ts';
import { planNdjson, problemsNdjson } from '../render/plan-json.ts';
import { planMarkdown } from '../render/plan-markdown.ts';
import { type PlanContext, planText } from '../render/plan-text.ts';
import { renderProblemsText } from '../render/problems.ts';
import { readWorld } from '../world.ts';
import { openUnlessEmptied } from './emptied-source.ts';
import type { Globals } from './globals.ts';
import { parseInstantArgument } from './instant-argument.ts';
import { exitCodes, type Io } from './io.ts';
import { openForReading } from './wiring.ts';

export interface PlanOptions {
  readonly output: 'text' | 'json' | 'markdown';
  readonly at?: string;
  readonly detailedExitcode?: boolean;
}

/** `devinstance plan`: reads everything, writes nothing. Answers the exit code. */
export async function runPlan(options: PlanOptions, globals: Globals, io: Io): Promise<number> {
  const at = options.at === undefined ? undefined : parseInstantArgument('--at', options.at);
  const opened = await openUnlessEmptied(openForReading, globals);
  if ('emptied' in opened) {
    const problems = [opened.emptied];
    io.out(options.output === 'json' ? problemsNdjson(problems) : renderProblemsText(problems));
    return exitCodes.interlock;
  }
  const { ports } = opened;
  try {
    const { world: read, parsed } = await readWorld(ports, false);
    const world: World = at === undefined ? read : { ...read, now: at };
    const plan = makePlan(world);
    const problems = allProblems(parsed, findWorldProblems(world));
    io.out(render(options.output, { plan, world, problems, at }, io));
    return planExitCode(plan, world, { problems }, options.detailedExitcode ?? false);
  } finally {
    await ports.close();
  }
}

interface Shown {
  readonly plan: Plan;
  readonly world: World;
  readonly problems: readonly Problem[];
  /** The moment that was asked for, where it is not now. */
  readonly at: Instant | undefined;
}

function render(output: PlanOptions['output'], shown: Shown, io: Io): string {
  const { plan, world, problems, at } = shown;
  switch (output) {
    case 'json':
      return asJson(plan, world, problems);
    case 'markdown': {
      const asOf = at === undefined ? {} : { asOf: at };
      return planMarkdown(plan, { ...contextOf(world), problems, ...asOf });
    }
    case 'text': {
      const asOf = at === undefined ? '' : `As of ${at}, with specs and account as they are now:\n`;
      const text = planText(plan, contextOf(world), io.paint);
      return `${asOf}${renderProblemsText(problems)}${text}`;
    }
  }
}

function asJson(plan: Plan, world: World, problems: readonly Problem[]): string {
  return planNdjson(plan, {
    fleet: world.desired.fleet.name,
    now: world.now,
    mode: world.desired.fleet.mode,
    problems,
    failures: world.observed.failures,
  });
}

function contextOf(world: World): PlanContext {
  return {
    now: world.now,
    failures: world.observed.failures,
    timezoneOf: (name) => timezoneOf(world, name),
    ...(world.desired.fleet.mode === 'observe'
      ? { restriction: 'the Fleet is in mode: observe' }
      : {}),
  };
}

/** A DevInstance's own zone, from its spec or its record. */
export function timezoneOf(world: World, name: string): string {
  const spec = world.desired.devInstances.get(name) ?? world.records.get(name)?.effective;
  return spec?.schedule.timezone ?? 'UTC';
}

/** 3 beats 1 beats 2, but only after a complete observation; future transitions are no change. */
export function planExitCode(
  plan: Plan,
  world: World,
  { problems }: { readonly problems: readonly Problem[] },
  isDetailed: boolean,
): number {
  const isComplete = world.observed.failures.length === 0;
  const isGuarded = plan.interlocks.length > 0 || problems.some(({ code }) => code === 'E_GUARD');
  if (isGuarded && isComplete) return exitCodes.interlock;
  const isInvalid = problems.some(({ severity }) => severity === 'error');
  if (isInvalid || !isComplete) return exitCodes.failed;
  return isDetailed && plan.changes.length > 0 ? exitCodes.changes : exitCodes.done;
}
