import type { DutyRule } from '../desired.ts';
import { type Instant, minuteMs, plusMillis } from '../instant.ts';
import { clockIn } from '../schedule/clock.ts';
import { memoize } from '../schedule/memo.ts';
import { orphanStopAt } from './duty.ts';
import type { Situation } from './situation.ts';
import { isPutAway } from './status.ts';
import type { Notice } from './world.ts';

/** How long the command that a notice names keeps the machine on. */
const offered = '2h';

/** A stop ahead, and when people are to be told of it. */
export interface NoticeTime {
  readonly at: Instant;
  readonly stop: StopAhead;
}

/** When the next stop of a running machine is to be told of; undefined where none is, or nobody asks. */
export function noticeTime(situation: Situation): NoticeTime | undefined {
  const { machine, spec } = situation;
  const { notifyBeforeMinutes } = spec.schedule;
  if (machine?.state !== 'running' || notifyBeforeMinutes === 0) return undefined;
  const stop = stopAhead(situation);
  if (stop === undefined) return undefined;
  const early = earlyOf(notifyBeforeMinutes)(stop.at);
  // A stop that was decided on later than that is told of from then on.
  return { at: stop.since !== undefined && stop.since > early ? stop.since : early, stop };
}

/** So many minutes before a stop. Machines of one schedule stop at the same moments. */
const earlyOf = memoize(300, (minutes: number) =>
  memoize(1000, (stopAt: Instant) => plusMillis(stopAt, -minutes * minuteMs)),
);

/** The notice, where its time has come and nobody was told of this stop yet. */
export function noticeDue(
  { record, spec, machine, now }: Situation,
  time: NoticeTime | undefined,
): Notice | undefined {
  if (time === undefined || time.at > now || record.noticeOf === time.stop.at) return undefined;
  const { at, stop } = time;
  const { timezone } = spec.schedule;
  const when = `${clockIn(timezone, stop.at, at)} ${timezone}`;
  const message = `${machine?.id} stops at ${when}, ${becauseOf(stop, record.name)}`;
  return { name: record.name, at, stopAt: stop.at, message };
}

interface StopAhead {
  readonly at: Instant;
  readonly since: Instant | undefined;
  readonly rule: DutyRule | 'file-gone';
}

function stopAhead(situation: Situation): StopAhead | undefined {
  const { standing, record, duty, now } = situation;
  if (standing.kind === 'orphaned') {
    const at = orphanStopAt(situation);
    return at > now ? { at, since: record.orphanedAt, rule: 'file-gone' } : undefined;
  }
  const { next } = duty;
  const isStop = next?.enforced === true && next.state === 'stopped';
  // What its schedule has off may be on all the same, where it leaves that to people.
  const mayRun = duty.state === 'running' || !duty.enforced;
  if (!isStop || !mayRun || isPutAway(situation)) return undefined;
  return { at: next.at, since: duty.since, rule: next.rule };
}

function becauseOf({ rule }: StopAhead, name: string): string {
  const extend = `devinstance extend ${name} ${offered} --reason "..." keeps it on`;
  switch (rule) {
    case 'file-gone':
      return 'as its file is gone; restoring the file keeps it on';
    case 'idle':
      return `as nobody uses it; using it, or ${extend}`;
    case 'max-uptime':
      return `at its longest uptime; devinstance start ${name} starts it again`;
    case 'override':
      return `as was asked for; ${extend}`;
    default:
      return `by its schedule; ${extend}`;
  }
}
