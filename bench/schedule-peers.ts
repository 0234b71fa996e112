import { Cron } from 'croner';
import rrule from 'rrule';
import type { ResolvedSchedule } from '../controller/core/desired.ts';
import { fromMillis, hourMs, minuteMs, toMillis } from '../controller/core/instant.ts';
import { dutyAt } from '../controller/core/schedule/duty.ts';
import type { Figure } from './figure.ts';
import { timeRuns } from './timing.ts';

const { RRule } = rrule;

/** Whether a machine is to run at a moment, and when that changes, in milliseconds. */
interface Decision {
  readonly isOn: boolean;
  readonly until: number;
}

type Decide = (millis: number) => Decision;

/** On 2026-11-03, after the autumn's clock changes; the moments end long before the spring's. */
const begin = Date.UTC(2026, 10, 3, 0, 3, 20);
const zones = [
  'Europe/Madrid',
  'America/New_York',
  'America/Los_Angeles',
  'Asia/Kolkata',
  'Asia/Tokyo',
];

/** Fifty schedules of one window on working days, in a few zones. */
const windows = Array.from({ length: 50 }, (_, index) => ({
  timezone: zones[index % zones.length] ?? '',
  start: 6 + (Math.floor(index / 5) % 5),
  end: 16 + (index % 7),
}));
type WindowOfDay = (typeof windows)[number];

function oursFor({ timezone, start, end }: WindowOfDay): Decide {
  const clock = (hour: number) => `${String(hour).padStart(2, '0')}:00`;
  const schedule: ResolvedSchedule = {
    timezone,
    windows: [{ days: ['mon-fri'], start: clock(start), end: clock(end) }],
    exceptions: [],
    actions: 'both',
    manualStartHoldMinutes: 240,
    manualStop: 'until-next-window',
    notifyBeforeMinutes: 30,
    source: 'office',
  };
  return (millis) => {
    const { state, until = '' } = dutyAt(schedule, {}, fromMillis(millis));
    return { isOn: state === 'running', until: toMillis(until) };
  };
}

/** What comes next tells the state: cheaper for the peers than to look back as well. */
function firstOf(nextStart: Date | null, nextStop: Date | null): Decision {
  const [start, stop] = [nextStart?.getTime() ?? Infinity, nextStop?.getTime() ?? Infinity];
  return { isOn: stop < start, until: Math.min(start, stop) };
}

function cronerFor({ timezone, start, end }: WindowOfDay): Decide {
  const [starts, stops] = [start, end].map(
    (hour) => new Cron(`0 ${hour} * * 1-5`, { timezone, paused: true }),
  );
  return (millis) => {
    const now = new Date(millis);
    return firstOf(starts?.nextRun(now) ?? null, stops?.nextRun(now) ?? null);
  };
}

function rruleFor({ timezone, start, end }: WindowOfDay): Decide {
  const [starts, stops] = [start, end].map((hour) => {
    // It counts up from the first date each time: that is four weeks back.
    const dtstart = new Date(Date.UTC(2026, 9, 5, hour));
    const byweekday = [RRule.MO, RRule.TU, RRule.WE, RRule.TH, RRule.FR];
    return new RRule({ freq: RRule.WEEKLY, byweekday, dtstart, tzid: timezone }, true);
  });
  return (millis) => {
    const now = new Date(millis);
    return firstOf(starts?.after(now) ?? null, stops?.after(now) ?? null);
  };
}

/** Side by side with libraries for recurring times: the same windows, the same moments. */
export async function peerFigures(): Promise<readonly Figure[]> {
  // rrule gives instants only where the process's own zone is UTC.
  process.env['TZ'] = 'UTC';
  const all = [oursFor, cronerFor, rruleFor].map((make) => windows.map(make));
  const [ours = [], croner = [], rules = []] = all;
  checkAgreement(ours, { croner, rrule: rules });
  const medians: number[] = [];
  for (const decisions of [ours, croner]) medians.push(await microsecondsOf(decisions, 15, 5));
  // So slow that a few runs are enough.
  medians.push(await microsecondsOf(rules, 3, 1));
  const [own = 0, byCroner = 0, byRrule = 0] = medians;
  return [
    { what: 'on now, and until when', median: own, unit: 'µs', note: 'a new moment each time' },
    { what: '  the same by croner 11.0.1', median: byCroner, unit: 'µs' },
    { what: '  the same by rrule 2.8.1', median: byRrule, unit: 'µs' },
    {
      what: '  of croner',
      median: own / byCroner,
      unit: '×',
      target: 0.2,
      note: times(byCroner / own),
    },
    {
      what: '  of rrule',
      median: own / byRrule,
      unit: '×',
      target: 0.2,
      note: times(byRrule / own),
    },
  ];
}

function times(factor: number): string {
  return `${factor.toFixed(1)} times as fast`;
}

async function microsecondsOf(
  decisions: readonly Decide[],
  runs: number,
  momentsEach: number,
): Promise<number> {
  // Further apart than any window or night lasts, so that no moment is like the one before.
  const stepMs = 17 * hourMs + 7 * minuteMs;
  let run = 0;
  const { medianMs } = await timeRuns(
    runs,
    () => begin + run++ * momentsEach * stepMs,
    (from) => {
      for (const decide of decisions)
        for (let step = 0; step < momentsEach; step += 1) decide(from + step * stepMs);
    },
  );
  return (medianMs * 1000) / (decisions.length * momentsEach);
}

/** A comparison counts only where the answers are the same. */
function checkAgreement(
  ours: readonly Decide[],
  peers: Readonly<Record<string, readonly Decide[]>>,
): void {
  for (const [index, decide] of ours.entries()) {
    for (let at = begin; at < begin + 21 * 24 * hourMs; at += 83 * hourMs + 11 * minuteMs) {
      const expected = JSON.stringify(decide(at));
      for (const [name, decisions] of Object.entries(peers)) {
        const found = JSON.stringify(decisions[index]?.(at));
        if (found === expected) continue;
        const where = `${JSON.stringify(windows[index])} at ${fromMillis(at)}`;
        throw new Error(`${name} says ${found}, not ${expected}, of ${where}`);
      }
    }
  }
}
