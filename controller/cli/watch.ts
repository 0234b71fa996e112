import { setTimeout as wait } from 'node:timers/promises';
import type { ReadFailure } from '../core/observed.ts';
import { systemSteady } from '../service/steady.ts';
import { sayFailures } from './get.ts';
import { exitCodes, Interrupted, type Io } from './io.ts';

/** How often what is watched is read. */
const everyMs = 5_000;

/** What was seen at one look. */
export interface Look {
  readonly text: string;
  /** What is compared with the look before: equal where nothing worth saying has changed. */
  readonly gist: string;
  readonly failures: readonly ReadFailure[];
  /** Whether nothing more is to be waited for. */
  readonly isOver: boolean;
  /** The exit code, were it the last look. */
  readonly code: number;
}

export interface WatchOptions {
  readonly timeoutMs: number | undefined;
  /** What stands between two looks. */
  readonly between: string;
}

/** Real time: nobody's watching makes a simulated account's time pass. */
export interface WatchTime {
  millis(): number;
  /** Answers false once a person or the system asked to end. */
  pause(millis: number): Promise<boolean>;
}

/** Looks again and again, and says what it sees whenever that has changed, until it is over. Answers the exit code. */
export async function watch(
  look: () => Promise<Look>,
  options: WatchOptions,
  io: Io,
  time?: WatchTime,
): Promise<number> {
  if (time !== undefined) return lookOn(look, options, io, time);
  const { stop, ...real } = realTime();
  try {
    return await lookOn(look, options, io, real);
  } finally {
    stop();
  }
}

async function lookOn(
  look: () => Promise<Look>,
  { timeoutMs, between }: WatchOptions,
  io: Io,
  time: WatchTime,
): Promise<number> {
  const endMs = time.millis() + (timeoutMs ?? Number.POSITIVE_INFINITY);
  let said: string | undefined;
  for (;;) {
    const { text, gist, failures, isOver, code } = await look();
    const news = [gist, ...failures.map(({ what, message }) => `${what} ${message}`)].join('\n');
    if (news !== said) {
      io.out(said === undefined ? text : `${between}${text}`);
      sayFailures(failures, io);
    }
    said = news;
    // What could not be read may not be over.
    if (isOver && failures.length === 0) return code;
    const leftMs = endMs - time.millis();
    if (leftMs <= 0) return timedOut(io);
    if (!(await time.pause(Math.min(everyMs, leftMs)))) throw new Interrupted();
  }
}

function timedOut(io: Io): number {
  io.err('devinstance: it is not over yet\n  watch again, or give it more time with --timeout\n');
  return exitCodes.timedOut;
}

/** Pauses that the first SIGINT or SIGTERM ends; the second ends everything at once. */
function realTime(): WatchTime & { stop(): void } {
  const asked = new AbortController();
  const onSignal = () => {
    if (asked.signal.aborted) process.exit(exitCodes.interrupted);
    asked.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    millis: systemSteady().millis,
    pause: async (millis) => {
      await wait(millis, undefined, { signal: asked.signal }).catch(() => {});
      return !asked.signal.aborted;
    },
    stop: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal),
  };
}
