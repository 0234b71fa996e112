import type { ResolvedSchedule } from '../../controller/core/desired.ts';
import { dayMs, hourMs, minuteMs } from '../../controller/core/instant.ts';
import { everyName } from '../../controller/core/request.ts';
import { type Life, lineOf, type Powering } from './history-life.ts';

// What the schedules' semantics want of a machine, told a second time in the plainest words: from
// what people did and asked for and from the truth of the account, never from a plan or a record.

/** What is wanted; `either` where it depends on more than is told here. */
export type Wanted = 'running' | 'stopped' | 'either';

/** A machine at a moment, and what was known of the requests then. */
export interface Question {
  readonly name: string;
  readonly machineId: string;
  readonly uid: string;
  /** When it was launched first, and whether that was its DevInstance's first launch. */
  readonly made?: { readonly at: number; readonly isFirst: boolean };
  readonly schedule: ResolvedSchedule;
  /** Now. */
  readonly at: number;
  /** How many of the requests there were. */
  readonly asked: number;
  /** How much was done to power. */
  readonly did: number;
}

type Asked = Life['asked'][number];

/** The suspension that stands for a name, if any. */
export function suspensionOf(life: Life, { name, at, asked }: Question): Asked | undefined {
  return life.asked
    .slice(0, asked)
    .find(
      (request) =>
        request.work.kind === 'suspend' &&
        (request.name === name || request.name === everyName) &&
        !life.cancelled.has(request.id) &&
        !life.refused.has(request.id) &&
        Date.parse(request.expiresAt) > at,
    );
}

/** What is wanted of a machine at that moment. */
export function wantedOf(life: Life, question: Question): Wanted {
  const { name, at, asked } = question;
  const overrides = life.asked
    .slice(0, asked)
    .filter((request) => request.name === name && request.work.kind === 'override')
    .filter(({ id }) => !life.refused.has(id))
    .sort((one, other) => order(one) - order(other) || (one.id < other.id ? -1 : 1));
  const newest = overrides.at(-1);
  // Whether those before it count again depends on whether the controller met it in time.
  if (newest !== undefined && life.cancelled.has(newest.id) && overrides.length > 1)
    return 'either';
  const isInForce =
    newest !== undefined && !life.cancelled.has(newest.id) && Date.parse(newest.expiresAt) > at;
  if (newest?.work.kind === 'override' && isInForce) {
    if (newest.work.state === 'stopped') return 'stopped';
    const undone = powered(life, question).find(
      (act) => isRest(life, act, question) && act.at >= newest.putAt,
    );
    if (undone === undefined) return 'running';
    if (undone.by === 'person' && question.schedule.manualStop === 'restart') return 'either';
    // Within the same moment, or before the command's own clock, who was later is not known.
    if (undone.at <= order(newest)) return 'either';
  }
  return baseOf(life, question, overrides);
}

function order({ at }: Asked): number {
  return Date.parse(at);
}

/** What was done to power by then; what the controller tried in vain left nothing behind. */
function powered(life: Life, { did }: Question): readonly Powering[] {
  const { instances } = life.rig.truth();
  return life.powered.slice(0, did).filter(({ by, kind, at, machineId }, index, all) => {
    if (by === 'person' || kind !== 'stop') return true;
    const power = instances[machineId]?.power;
    const isLast = !all.slice(index + 1).some((later) => later.machineId === machineId);
    return !isLast || (power?.settled === 'stopped' && power.since >= at);
  });
}

/** Whether it was done to the machine, or to one whose duty that took over. */
export function isOwn(
  life: Life,
  { machineId, isBeside }: Powering,
  question: Pick<Question, 'machineId'>,
): boolean {
  return !isBeside && lineOf(life, machineId) === lineOf(life, question.machineId);
}

/** A stop that keeps a machine off. */
function isRest(life: Life, act: Powering, question: Question): boolean {
  const { kind, by, cause } = act;
  if (!isOwn(life, act, question)) return false;
  if (by === 'person') return kind === 'stop' || kind === 'shutDown';
  return cause === 'idle' || cause === 'max-uptime';
}

function baseOf(life: Life, question: Question, overrides: readonly Asked[]): Wanted {
  const { schedule, at } = question;
  const lostAt = life.ledgerLostAt ?? Number.NEGATIVE_INFINITY;
  const editedAt = life.editedAt.get(question.name) ?? Number.NEGATIVE_INFINITY;
  const open = openSince(schedule, at);
  const own = powered(life, question).filter((act) => isOwn(life, act, question));
  const last = own.findLast((act) => act.kind !== 'terminate' && act.cause !== 'change');
  if (open === undefined) {
    const hold = holdOf(life, question, overrides);
    if (hold === 'none' && lostAt === Number.NEGATIVE_INFINITY && !isEarly(schedule, at)) {
      return 'stopped';
    }
    return hold === 'held' && at !== lostAt && editedAt < at - 2 * dayMs ? 'running' : 'either';
  }
  if (lostAt > open || editedAt > open) return 'either';
  if (last === undefined || !isRest(life, last, question)) return 'running';
  const wasAskedSince = overrides.some(
    ({ work, putAt }) => work.kind === 'override' && work.state === 'running' && putAt >= last.at,
  );
  if (
    wasAskedSince ||
    life.powered.some((act) => act.uid === question.uid && act.at === last.at && act !== last)
  )
    return 'either';
  if (last.by === 'person' && schedule.manualStop === 'restart') return 'running';
  if (last.at >= open) return 'stopped';
  // It has no date: nobody knows whether it came before the window.
  return last.kind === 'shutDown' ? 'either' : 'running';
}

/** Whether a start by hand, or the making, still holds a machine while its windows are closed. */
function holdOf(
  life: Life,
  question: Question,
  overrides: readonly Asked[],
): 'held' | 'none' | 'either' {
  const { schedule, at, made } = question;
  const holdMs = schedule.manualStartHoldMinutes * minuteMs;
  const starts = powered(life, question).filter(
    (act) => isOwn(life, act, question) && act.kind === 'start' && act.by === 'person',
  );
  const made0 = made === undefined ? [] : [made.at];
  const last = Math.max(...starts.map((act) => act.at), ...made0);
  // Long enough for a hold that runs through to a window and its end.
  if (at > last + holdMs + hourMs + 15 * hourMs || starts.length + made0.length === 0)
    return 'none';
  const isByHand = starts.some((act) => act.at === last);
  if (!isByHand || openSince(schedule, last) !== undefined || isEarly(schedule, last))
    return 'either';
  const isOver =
    life.powered.some(
      (act) =>
        isOwn(life, act, question) &&
        act.at >= last &&
        act.kind !== 'start' &&
        act.cause !== 'change',
    ) ||
    overrides.some(
      ({ work, putAt }) =>
        work.kind === 'override' && work.state === 'stopped' && putAt >= last - 2 * minuteMs,
    );
  if (isOver) return 'either';
  return at < last + holdMs ? 'held' : 'either';
}

const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Since when the windows are open; in winter Madrid is an hour ahead, and no history outlives it. */
export function openSince({ mode, windows }: ResolvedSchedule, at: number): number | undefined {
  if (mode !== undefined) return mode === 'always' ? Number.NEGATIVE_INFINITY : undefined;
  const local = at + hourMs;
  const midnight = Math.floor(local / dayMs) * dayMs;
  const found: number[] = [];
  for (const day of [midnight - dayMs, midnight]) {
    for (const window of windows) {
      if (!window.days.some((range) => isIn(range, days[new Date(day).getUTCDay()] ?? '')))
        continue;
      const from = day + clockMs(window.start);
      const length = clockMs(window.end) - clockMs(window.start);
      const until = from + (length <= 0 ? length + dayMs : length);
      if (from <= local && local < until) found.push(from - hourMs);
    }
  }
  const since = found.length === 0 ? undefined : Math.min(...found);
  // Windows that touch are one.
  const before =
    since === undefined ? undefined : openSince({ windows } as ResolvedSchedule, since - minuteMs);
  return before ?? since;
}

function isIn(range: string, day: string): boolean {
  const [from = '', to = from] = range.split('-');
  const week = [...days.slice(1), 'sun'];
  return week.indexOf(from) <= week.indexOf(day) && week.indexOf(day) <= week.indexOf(to);
}

function clockMs(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * hourMs + minutes * minuteMs;
}

/** Shortly before a window a machine may be on already. */
export function isEarly(schedule: ResolvedSchedule, at: number): boolean {
  const lead = (schedule.readyByMaxLeadMinutes ?? 0) * minuteMs;
  return lead > 0 && openSince(schedule, at + lead) !== undefined;
}
