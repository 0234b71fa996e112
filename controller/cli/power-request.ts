import { dayMs, type Instant, millisBetween, minuteMs, plusMillis } from '../core/instant.ts';
import type { Situation } from '../core/plan/situation.ts';
import { endOfStart, endOfStop } from '../core/schedule/override-ends.ts';
import { OperatorError } from '../ports.ts';
import { neededReason, reasonOf, withAskingParts } from './asking.ts';
import type { Globals } from './globals.ts';
import { parseInstantArgument } from './instant-argument.ts';
import { type Io, UsageError } from './io.ts';
import { checkAhead, parseMinutes } from './override-arguments.ts';
import { askWith, type End, isToRun, type Wish } from './override-request.ts';

export interface ExtendOptions {
  readonly reason?: string;
}

export interface StartOptions {
  readonly for?: string;
  readonly until?: string;
  readonly reason?: string;
}

export interface StopOptions {
  readonly keepOff?: boolean;
  readonly until?: string;
  readonly reason?: string;
}

/** `devinstance extend NAME DURATION`: on for longer than it would be. Answers the exit code. */
export async function runExtend(
  name: string,
  duration: string,
  options: ExtendOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  return ask(name, extendWish(duration, options), globals, io);
}

/** `devinstance start NAME`: on now. Answers the exit code. */
export async function runStart(
  name: string,
  options: StartOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  return ask(name, startWish(options), globals, io);
}

/** `devinstance stop NAME`: off now, until its next window or as long as asked. Answers the exit code. */
export async function runStop(
  name: string,
  options: StopOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  return ask(name, options.keepOff ? keepOffWish(options) : stopWish(options), globals, io);
}

function ask(name: string, wish: Wish, globals: Globals, io: Io): Promise<number> {
  return withAskingParts(globals, (parts) => askWith(parts, name, wish, io));
}

/** On for so much longer than it is to run, or from now where it is not. Throws UsageError. */
export function extendWish(duration: string, options: ExtendOptions): Wish {
  const moreMs = parseMinutes(duration) * minuteMs;
  const reason = neededReason('extend', options);
  const endOf = ({ duty, machine, now }: Situation): End => {
    // What is left to people to start is not on only because it might be.
    const isToBeOn = duty.state === 'running' && (duty.enforced || machine?.state === 'running');
    const from = isToBeOn ? (duty.until ?? now) : now;
    return { until: plusMillis(from, moreMs), spentMs: millisBetween(now, from) };
  };
  return { command: 'extend', reason, endOf };
}

/** On from now: as long as named, or else as one started by hand. Throws UsageError. */
export function startWish(options: StartOptions): Wish {
  const wish = { command: 'start', reason: reasonOf(options) } as const;
  if (options.for !== undefined && options.until !== undefined) {
    throw new UsageError('--for and --until both say when it ends', 'write one of them');
  }
  const named = namedEnd(options);
  if (named !== undefined) return { ...wish, endOf: ({ now }) => ({ until: named(now) }) };
  const endOf = ({ spec, now }: Situation, leadMs: number): End => ({
    until: endOfStart(spec.schedule, leadMs, now),
    isDefault: true,
  });
  return { ...wish, isMoot: isToRun, endOf };
}

/** The end that `--for` or `--until` says, of an override that begins now. */
function namedEnd(options: StartOptions): ((now: Instant) => Instant) | undefined {
  if (options.for !== undefined) {
    const forMs = parseMinutes(options.for) * minuteMs;
    return (now) => plusMillis(now, forMs);
  }
  return options.until === undefined ? undefined : untilAhead(options.until);
}

function untilAhead(text: string): (now: Instant) => Instant {
  const until = parseInstantArgument('--until', text);
  return (now) => {
    checkAhead(until, now);
    return until;
  };
}

/** Off from now until the next window starts. Throws UsageError. */
export function stopWish(options: StopOptions): Wish {
  if (options.until !== undefined) {
    throw new UsageError(
      '--until goes with --keep-off: a plain stop lasts until its next window starts',
      'write --keep-off --until INSTANT --reason "why", or leave --until out',
    );
  }
  const endOf = ({ record, spec, now }: Situation, leadMs: number): End => {
    const until = endOfStop(spec.schedule, leadMs, now);
    if (until !== undefined) return { until, isDefault: true };
    const tomorrow = plusMillis(now, dayMs).replace(/\.\d+Z$/, 'Z');
    throw new OperatorError(
      `the schedule of ${record.name} is always on, so no start comes after a stop`,
      `say when: devinstance stop ${record.name} --keep-off --until ${tomorrow} --reason "why"`,
    );
  };
  return { command: 'stop', reason: reasonOf(options), isMoot: isOffAlready, endOf };
}

function isOffAlready({ duty, machine, record }: Situation): boolean {
  const isStarting = record.step?.action.kind === 'start';
  return duty.state === 'stopped' && machine?.state === 'stopped' && !isStarting;
}

/** Off from now, through its windows. Throws UsageError. */
export function keepOffWish(options: StopOptions): Wish {
  if (options.until === undefined) {
    throw new UsageError(
      '--keep-off needs an end',
      'add --until with an instant, for example --until 2026-10-23T09:00:00+02:00',
    );
  }
  const until = untilAhead(options.until);
  const reason = neededReason('--keep-off', options);
  return { command: 'stop', reason, endOf: ({ now }) => ({ until: until(now) }) };
}
