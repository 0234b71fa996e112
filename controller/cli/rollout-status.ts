import { makePlan } from '../core/plan/make-plan.ts';
import type { World } from '../core/plan/world.ts';
import { isActive, isHalted } from '../core/rollout/rollout.ts';
import type { RolloutStatus } from '../core/rollout/rollout-status.ts';
import { type Paint, plain } from '../render/paint.ts';
import { rolloutNdjson } from '../render/rollout-json.ts';
import { rolloutText } from '../render/rollout-text.ts';
import { readWorld } from '../world.ts';
import { channelContextOf, chosenChannels } from './channels.ts';
import { sayFailures } from './get.ts';
import type { Globals } from './globals.ts';
import { exitCodes, type Io, UsageError } from './io.ts';
import { parseDuration } from './targets.ts';
import { type Look, watch } from './watch.ts';
import { openForReading } from './wiring.ts';

export interface RolloutStatusOptions {
  readonly output: 'text' | 'json';
  readonly watch?: boolean;
  readonly timeout?: string;
}

/** The channels as they were read at one moment. */
export interface RolloutReading {
  readonly world: World;
  readonly statuses: readonly RolloutStatus[];
}

/** `devinstance rollout status [CHANNEL]`: how far each rollout is. Answers the exit code. */
export async function runRolloutStatus(
  channel: string | undefined,
  options: RolloutStatusOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  const { timeout } = options;
  if (timeout !== undefined && !options.watch) {
    throw new UsageError('--timeout ends a watch only', 'add --watch, or leave --timeout away');
  }
  const timeoutMs = timeout === undefined ? undefined : parseDuration(timeout, '--timeout');
  const look = async () => viewOf(await readRollouts(globals, channel), options.output, io);
  const between = options.output === 'json' ? '' : '\n';
  return options.watch ? watch(look, { timeoutMs, between }, io) : sayOnce(await look(), io);
}

/** Opened anew each time: what is open on a simulated account is a copy of what it was. */
async function readRollouts(
  globals: Globals,
  channel: string | undefined,
): Promise<RolloutReading> {
  const ports = await openForReading(globals);
  try {
    const { world } = await readWorld(ports, false);
    return { world, statuses: chosenChannels(makePlan(world).rollouts, channel) };
  } finally {
    await ports.close();
  }
}

/** What is shown of the channels, and what follows for the exit code and for who watches. */
export function viewOf(
  { world, statuses }: RolloutReading,
  output: RolloutStatusOptions['output'],
  io: Pick<Io, 'paint'>,
): Look {
  const rollouts = statuses.flatMap(({ record: { rollout } }) => rollout ?? []);
  return {
    text: render({ world, statuses }, output, io.paint),
    // Not the JSON: the age of an image changes with every look.
    gist: render({ world, statuses }, 'text', plain),
    failures: world.observed.failures,
    isOver: !rollouts.some(isActive),
    code: rollouts.some(isHalted) ? exitCodes.failed : exitCodes.done,
  };
}

function render(
  { world, statuses }: RolloutReading,
  output: RolloutStatusOptions['output'],
  paint: Paint,
): string {
  const contextOf = (channel: string) => channelContextOf(world, channel);
  if (output === 'json') return rolloutNdjson(statuses, contextOf);
  if (statuses.length === 0) return 'no image channels\n';
  return statuses.map((status) => rolloutText(status, contextOf(status.channel), paint)).join('\n');
}

function sayOnce({ text, failures, code }: Look, io: Io): number {
  io.out(text);
  return Math.max(code, sayFailures(failures, io));
}
