import type {
  ResolvedSchedule,
  ScheduleBehaviour,
  ScheduleTimes,
} from '../../controller/core/desired.ts';

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
