import type {
  Duty,
  ResolvedSchedule,
  ScheduleBehaviour,
  ScheduleTimes,
} from '../../controller/core/desired.ts';
import { dayMs, fromMillis, type Instant, toMillis } from '../../controller/core/instant.ts';
import type { Override } from '../../controller/core/schedule/schedule-memory.ts';

/** Office hours in Madrid, with what a test sets otherwise. */
export function scheduleTimes(times: Partial<ScheduleTimes> = {}): ScheduleTimes {
  return {
    timezone: 'Europe/Madrid',
    windows: [{ days: ['mon-fri'], start: '08:00', end: '19:00' }],
    exceptions: [],
    ...times,
  };
}

/** The same with the default behaviour. */
export function resolvedSchedule(
  changes: Partial<ScheduleTimes & ScheduleBehaviour> = {},
): ResolvedSchedule {
  return {
    ...scheduleTimes(changes),
    actions: 'both',
    manualStartHoldMinutes: 240,
    manualStop: 'until-next-window',
    notifyBeforeMinutes: 30,
    source: 'office',
    ...changes,
  };
}

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** The moment in UTC of a week without clock changes: `mon 10:00` is on 2026-10-19. */
export function inWeek(text: string): Instant {
  const [weekday = '', clock] = text.split(' ');
  const date = Date.UTC(2026, 9, 19 + weekdays.indexOf(weekday));
  return `${fromMillis(date).slice(0, 10)}T${clock}:00.000Z`;
}

/** An override of that week in a word: its state and from when until when. */
export function overrideOf(
  state: Override['state'],
  from: string,
  until: string,
  id = `${from} ${state}`,
): Override {
  const command = state === 'running' ? 'extend' : 'stop';
  const moments = { from: inWeek(from), until: inWeek(until) };
  return { id, state, ...moments, command, actor: 'alice', reason: 'release' };
}

/** What is wanted, by what, until when: `running by window until mon 19:00`. */
export function dutyText({ state, rule, until }: Duty): string {
  return `${state} by ${rule} until ${until === undefined ? 'ever' : weekText(until)}`;
}

function weekText(at: Instant): string {
  const days = Math.floor(toMillis(at) / dayMs) - Math.floor(toMillis(inWeek('mon 00:00')) / dayMs);
  const clock = at.endsWith(':00.000Z') ? at.slice(11, 16) : at.slice(11);
  return days >= 0 && days < 7 ? `${weekdays[days]} ${clock}` : at;
}
