import type { ResolvedSchedule, ScheduleTimes } from '../../controller/core/desired.ts';
import { dayMs, minuteMs } from '../../controller/core/instant.ts';
import type { ScheduleMemory } from '../../controller/core/schedule/schedule-memory.ts';
import { isMeant, minutesOf } from './arbitrary-schedules.ts';

const dayMinutes = 1440;

/**
 * What is wanted at each minute of a period by the rules alone: slow, from the readings of Intl's
 * clock, without looking for a boundary or a next change. Moments are minutes since the epoch.
 */
export class DutyOracle {
  readonly #from: number;
  /** For each minute, whether the windows want it to run. */
  readonly #windows: readonly boolean[];
  /** For each minute, the latest one by then at which they began to. */
  readonly #lastStarts: readonly number[];
  readonly #schedule: ResolvedSchedule;
  readonly #facts: Facts;

  /** Knows the minutes from `from` to `until`; what was done must be well after `from`. */
  constructor(schedule: ResolvedSchedule, memory: ScheduleMemory, from: number, until: number) {
    this.#from = from;
    this.#schedule = schedule;
    this.#facts = factsOf(schedule, memory);
    this.#windows = windowMinutes(schedule, (memory.leadMs ?? 0) / minuteMs, from, until);
    let last = Number.NEGATIVE_INFINITY;
    this.#lastStarts = this.#windows.map((isOn, index) => {
      if (isOn && this.#windows[index - 1] === false) last = from + index;
      return last;
    });
  }

  isWanted(at: number): boolean {
    const stop = this.#lastStop(at);
    if (stop === 'now') return false;
    const override = this.#facts.overrides.findLast(({ from }) => from <= at);
    const isUndone = override?.isOn === true && isLater(stop, override.from, at);
    if (override !== undefined && at < override.until && !isUndone) return override.isOn;
    return this.#isOnByBase(at, stop) && !this.#isIdle(at, stop);
  }

  /** The stop that counts; `now` where it has been up for too long and nothing started it since. */
  #lastStop(at: number): number | 'now' | undefined {
    const { maxUptimeMinutes } = this.#schedule;
    let { stop, upSince } = this.#facts;
    while (upSince !== undefined && maxUptimeMinutes !== undefined) {
      const end: number = upSince + maxUptimeMinutes;
      if (at < end) break;
      upSince = this.#startBetween(end, at);
      if (upSince === undefined) return 'now';
      stop = stop === undefined ? end : Math.max(stop, end);
    }
    return stop;
  }

  /** The first start of a window or of a running override after one moment and up to another. */
  #startBetween(after: number, upTo: number): number | undefined {
    for (let minute = after + 1; minute <= upTo; minute += 1) {
      const isAsked = this.#facts.overrides.some(({ isOn, from }) => isOn && from === minute);
      if (isAsked || this.#isStart(minute)) return minute;
    }
    return undefined;
  }

  #isOnByBase(at: number, stop: number | undefined): boolean {
    const { overrides } = this.#facts;
    if (this.#isHoldInForce(at, stop)) return this.#isInWindow(at) || this.#isHeld(at);
    if (!this.#isInWindow(at)) return false;
    if (
      stop === undefined ||
      overrides.some(({ isOn, from }) => isOn && stop <= from && from <= at)
    )
      return true;
    return this.#lastStart(at) > stop || stop > at || !this.#isInWindow(stop);
  }

  /** Whether nothing has kept the machine off since it was started by hand. */
  #isHoldInForce(at: number, stop: number | undefined): boolean {
    const { heldFrom, overrides } = this.#facts;
    if (heldFrom === undefined || isWithin(stop, heldFrom, at)) return false;
    for (let minute = heldFrom; minute <= at; minute += 1) {
      const override = overrides.findLast(({ from }) => from <= minute);
      if (override !== undefined && minute < override.until && !override.isOn) return false;
    }
    return true;
  }

  #isHeld(at: number): boolean {
    const { heldFrom = 0 } = this.#facts;
    const end = heldFrom + this.#schedule.manualStartHoldMinutes;
    if (at < end) return true;
    for (let minute = end; minute < end + 60; minute += 1) {
      if (this.#isInWindow(minute)) return at < minute;
    }
    return false;
  }

  #isIdle(at: number, stop: number | undefined): boolean {
    const { idleSince, heldFrom = 0, overrides, leadMinutes } = this.#facts;
    const after = this.#schedule.idleStopAfterMinutes;
    if (idleSince === undefined || after === undefined) return false;
    const asked = overrides.findLast(({ from }) => from <= at);
    const isOver = asked !== undefined && asked.until <= at;
    const isUndone = asked?.isOn === true && isLater(stop, asked.from, asked.until);
    const wished = isOver && !isUndone ? asked.until : 0;
    const opened = this.#lastStart(at) + leadMinutes;
    return at - Math.max(idleSince, heldFrom, wished, opened) >= after;
  }

  #isStart(minute: number): boolean {
    return this.#lastStart(minute) === minute;
  }

  #lastStart(minute: number): number {
    return this.#lastStarts[minute - this.#from] ?? Number.NaN;
  }

  #isInWindow(minute: number): boolean {
    const found = this.#windows[minute - this.#from];
    if (found === undefined) throw new Error(`minute ${minute} is not known`);
    return found;
  }
}

interface Facts {
  readonly heldFrom: number | undefined;
  readonly stop: number | undefined;
  readonly upSince: number | undefined;
  readonly idleSince: number | undefined;
  readonly leadMinutes: number;
  readonly overrides: readonly {
    readonly from: number;
    readonly until: number;
    readonly isOn: boolean;
  }[];
}

function factsOf(schedule: ResolvedSchedule, memory: ScheduleMemory): Facts {
  const { manualStart, stop, overrides = [] } = memory;
  const isStopIgnored = stop?.by === 'person' && schedule.manualStop === 'restart';
  const isHeld = schedule.manualStartHoldMinutes > 0;
  return {
    heldFrom: isHeld ? minuteOf(manualStart?.at) : undefined,
    stop: isStopIgnored ? undefined : minuteOf(stop?.at),
    upSince: minuteOf(memory.upSince),
    idleSince: minuteOf(memory.idleSince),
    leadMinutes: (memory.leadMs ?? 0) / minuteMs,
    overrides: overrides
      .toSorted((one, other) => (`${one.from}${one.id}` < `${other.from}${other.id}` ? -1 : 1))
      .map(({ from, until, state }) => ({
        from: Date.parse(from) / minuteMs,
        until: Date.parse(until) / minuteMs,
        isOn: state === 'running',
      })),
  };
}

function minuteOf(instant: string | undefined): number | undefined {
  return instant === undefined ? undefined : Date.parse(instant) / minuteMs;
}

/** Of two acts at once, what was asked for counts. */
function isLater(moment: number | undefined, from: number, to: number): boolean {
  return moment !== undefined && from < moment && moment <= to;
}

function isWithin(moment: number | undefined, from: number, to: number): boolean {
  return moment !== undefined && from <= moment && moment <= to;
}

/** A window is open while the latest local time that the clock has shown is in it. */
function windowMinutes(
  times: ScheduleTimes,
  lead: number,
  from: number,
  until: number,
): readonly boolean[] {
  const latest = latestReadings(times.timezone, from - 2 * dayMinutes, until + lead + 2);
  const open = latest.slice(2 * dayMinutes).map((local) => isOpen(times, local));
  let opensAt = Number.POSITIVE_INFINITY;
  const led = open
    .map((_, back) => {
      const index = open.length - 1 - back;
      if (open[index]) opensAt = index;
      return opensAt <= index + lead;
    })
    .reverse();
  const isGap = (index: number) => led[index - 1] === true && led[index + 1] === true;
  return led.map((isLed, index) => isLed || isGap(index)).slice(0, until - from + 1);
}

function isOpen(times: ScheduleTimes, local: number): boolean {
  const today = Math.floor(local / dayMinutes);
  return [today - 1, today].some((day) =>
    spansOn(times, day).some(
      ({ start, end }) => day * dayMinutes + start <= local && local < day * dayMinutes + end,
    ),
  );
}

const knownSpans = new WeakMap<ScheduleTimes, Map<number, { start: number; end: number }[]>>();

function spansOn(times: ScheduleTimes, day: number): { start: number; end: number }[] {
  const known = knownSpans.get(times) ?? new Map();
  knownSpans.set(times, known);
  const found = known.get(day) ?? windowsOf(times, new Date(day * dayMs)).map(toMinutes);
  known.set(day, found);
  return found;
}

function toMinutes({ start, end }: { readonly start: string; readonly end: string }) {
  const [first, last] = [minutesOf(start), minutesOf(end)];
  return { start: first, end: last > first ? last : last + dayMinutes };
}

function windowsOf(times: ScheduleTimes, date: Date) {
  const text = date.toISOString().slice(0, 10);
  const exception = times.exceptions.find((one) => one.date === text);
  if (exception !== undefined) return 'windows' in exception ? exception.windows : [];
  if (times.mode === 'never') return [];
  if (times.mode === 'always') return [{ start: '00:00', end: '24:00' }];
  return times.windows.filter(({ days }) => days.some((token) => isMeant(token, date)));
}

/** For each minute of a period, the latest local time that the clock has shown in it by then. */
function latestReadings(timezone: string, from: number, until: number): number[] {
  const readings: number[] = [];
  let latest = Number.NEGATIVE_INFINITY;
  // Where both ends of an hour have one offset, all of it has.
  let next = offsetAt(timezone, from);
  for (let hour = from; hour <= until; hour += 60) {
    const offset = next;
    next = offsetAt(timezone, hour + 60);
    for (let minute = hour; minute < hour + 60 && minute <= until; minute += 1) {
      latest = Math.max(latest, minute + (next === offset ? offset : offsetAt(timezone, minute)));
      readings.push(latest);
    }
  }
  return readings;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Minutes ahead of UTC, as Intl shows the time. */
export function offsetAt(timezone: string, minute: number): number {
  const format =
    formats.get(timezone) ??
    new Intl.DateTimeFormat('sv-SE', {
      timeZone: timezone,
      dateStyle: 'short',
      timeStyle: 'medium',
    });
  formats.set(timezone, format);
  const shown = format.format(minute * minuteMs).replace(' ', 'T');
  return Date.parse(`${shown}Z`) / minuteMs - minute;
}
