import type { Wish } from '../../controller/cli/override-request.ts';
import {
  extendWish,
  keepOffWish,
  startWish,
  stopWish,
} from '../../controller/cli/power-request.ts';
import { plusMillis } from '../../controller/core/instant.ts';
import { leadOf } from '../../controller/core/schedule/schedule-memory.ts';
import { asked, type Met, toBeOff, toRun } from './asking-rig.ts';
import { mondayNight } from './world.ts';

// Monday 2026-11-23, Madrid is at UTC+1: the window is open from 7 to 18 o'clock UTC.
const reason = 'release';
export const extend = (duration: string): Wish => extendWish(duration, { reason });
export const always = { mode: 'always', windows: [] } as const;
export const never = { mode: 'never', windows: [] } as const;
/** Off, as its window is closed. */
export const night = { now: mondayNight, machine: 'stopped' } as const;
const atTheNextPass = '  the controller acts at its next pass\n';

/** What somebody asks for in what situation, and what comes of it. */
export interface Case {
  readonly it: string;
  readonly met?: Met;
  readonly wish: Wish;
  /** Of the override that is written. */
  readonly until: string;
  readonly says: string;
}

/** Stopped by a person. */
export function stoppedAt(at: string): NonNullable<Met['record']> {
  return { power: { state: 'stopped', at, by: 'person' } };
}

export const extensions: readonly Case[] = [
  {
    it: 'counts from the end of the window that is open',
    wish: extend('4h'),
    until: '2026-11-23T22:00:00.000Z',
    says: 'ada-01 stays on until Mon 23:00 Madrid\n',
  },
  {
    it: 'counts from now where it is to be off',
    met: night,
    wish: extend('90m'),
    until: '2026-11-23T21:30:00.000Z',
    says: `ada-01 will be on until Mon 22:30 Madrid\n${atTheNextPass}`,
  },
  {
    it: 'counts from the end of an override before it, and takes its place',
    met: { requests: [asked({ work: toRun, expiresAt: '2026-11-23T20:00:00.000Z' })] },
    wish: extend('1h'),
    until: '2026-11-23T21:00:00.000Z',
    says: 'ada-01 stays on until Mon 22:00 Madrid\n  in place of the start by bob (release) until Mon 21:00 Madrid\n',
  },
  {
    it: 'that ends in a window goes on to its end',
    wish: extend('14h'),
    until: '2026-11-24T08:00:00.000Z',
    says: 'ada-01 stays on until Tue 19:00 Madrid\n  the override ends Tue 09:00 Madrid; its schedule goes on from there\n',
  },
  {
    it: 'of what is never off counts from now, and is written: idleness may stop it',
    met: { schedule: always },
    wish: extend('2h'),
    until: '2026-11-23T11:00:00.000Z',
    says: 'ada-01 stays on, with no end ahead\n  the override ends Mon 12:00 Madrid; its schedule goes on from there\n',
  },
  {
    it: 'does not outlast maxUptime',
    met: {
      schedule: { maxUptimeMinutes: 12 * 60 },
      record: { upSince: '2026-11-23T07:00:00.000Z' },
    },
    wish: extend('4h'),
    until: '2026-11-23T22:00:00.000Z',
    says: 'ada-01 is asked to be on until Mon 23:00 Madrid\n  maxUptime stops it at Mon 20:00 Madrid all the same\n',
  },
  {
    it: 'is told nothing of a maxUptime that comes after it',
    met: {
      schedule: { maxUptimeMinutes: 26 * 60 },
      record: { upSince: '2026-11-23T07:00:00.000Z' },
    },
    wish: extend('14h'),
    until: '2026-11-24T08:00:00.000Z',
    says: 'ada-01 stays on until Tue 10:00 Madrid\n  the override ends Tue 09:00 Madrid; its schedule goes on from there\n',
  },
  {
    it: 'of a machine that is off is told how maxUptime counts from its start',
    met: { ...night, schedule: { maxUptimeMinutes: 2 * 60 } },
    wish: extend('3h'),
    until: '2026-11-23T23:00:00.000Z',
    says: `ada-01 is asked to be on until Tue 00:00 Madrid\n  maxUptime stops it at Mon 23:00 Madrid all the same\n${atTheNextPass}`,
  },
  {
    it: 'counts from now where it is left to people to start it, and nobody did',
    met: { machine: 'stopped', schedule: { actions: 'stop-only' } },
    wish: extend('2h'),
    until: '2026-11-23T11:00:00.000Z',
    says: `ada-01 will be on until Mon 19:00 Madrid\n  the override ends Mon 12:00 Madrid; its schedule goes on from there\n${atTheNextPass}`,
  },
  {
    it: 'counts from the end of the window where somebody started it',
    met: { schedule: { actions: 'stop-only' } },
    wish: extend('2h'),
    until: '2026-11-23T20:00:00.000Z',
    says: 'ada-01 stays on until Mon 21:00 Madrid\n',
  },
  {
    it: 'where stops are left to people says so',
    met: { schedule: { actions: 'start-only' } },
    wish: extend('4h'),
    until: '2026-11-23T22:00:00.000Z',
    says: 'ada-01 stays on until Mon 23:00 Madrid\n  then nobody but a person stops it: its schedule says actions: start-only\n',
  },
];

export const starts: readonly Case[] = [
  {
    it: 'lasts as long as one by hand',
    met: night,
    wish: startWish({}),
    until: '2026-11-24T00:00:00.000Z',
    says: `ada-01 will be on until Tue 01:00 Madrid\n${atTheNextPass}`,
  },
  {
    it: 'lasts through the window that its hold meets',
    met: { ...night, now: '2026-11-24T04:30:00.000Z' },
    wish: startWish({}),
    until: '2026-11-24T18:00:00.000Z',
    says: `ada-01 will be on until Tue 19:00 Madrid\n${atTheNextPass}`,
  },
  {
    it: 'lasts as long as its class allows at most',
    met: { ...night, spec: { maxOverrideMinutes: 120 } },
    wish: startWish({}),
    until: '2026-11-23T22:00:00.000Z',
    says: `ada-01 will be on until Mon 23:00 Madrid\n  cut to 2h, the longest that class standard allows\n${atTheNextPass}`,
  },
  {
    it: 'for a duration counts from now',
    met: night,
    wish: startWish({ for: '90m', reason }),
    until: '2026-11-23T21:30:00.000Z',
    says: `ada-01 will be on until Mon 22:30 Madrid\n${atTheNextPass}`,
  },
  {
    it: 'until an instant lasts until then',
    met: night,
    wish: startWish({ until: '2026-11-23T23:00:00+01:00' }),
    until: '2026-11-23T22:00:00.000Z',
    says: `ada-01 will be on until Mon 23:00 Madrid\n${atTheNextPass}`,
  },
  {
    it: 'of what is never off, and was stopped by a command, has an end',
    met: { machine: 'stopped', schedule: always, requests: [asked({ work: toBeOff })] },
    wish: startWish({}),
    until: '2026-11-23T13:00:00.000Z',
    says:
      'ada-01 will be on, with no end ahead\n  the override ends Mon 14:00 Madrid; its schedule goes on from there\n' +
      `  in place of the stop by bob (release) until Thu 10:00 Madrid\n${atTheNextPass}`,
  },
  {
    it: 'for longer than it is to run anyway is written',
    wish: startWish({ for: '10h' }),
    until: '2026-11-23T19:00:00.000Z',
    says: 'ada-01 stays on until Mon 20:00 Madrid\n',
  },
  {
    it: 'named for a while keeps it from being stopped as idle',
    met: { schedule: { idleStopAfterMinutes: 30 } },
    wish: startWish({ for: '2h' }),
    until: '2026-11-23T11:00:00.000Z',
    says: 'ada-01 stays on until Mon 19:00 Madrid\n  the override ends Mon 12:00 Madrid; its schedule goes on from there\n',
  },
  {
    it: 'in a window whose starts are left to people is made',
    met: { machine: 'stopped', schedule: { actions: 'stop-only' } },
    wish: startWish({}),
    until: '2026-11-23T18:00:00.000Z',
    says: `ada-01 will be on until Mon 19:00 Madrid\n${atTheNextPass}`,
  },
  {
    it: 'after a stop by hand that no pass has seen undoes it',
    met: {
      machine: 'stopped',
      record: { power: { state: 'running', at: '2026-11-16T09:00:00.000Z', by: 'controller' } },
    },
    wish: startWish({}),
    until: '2026-11-23T18:00:00.000Z',
    says: `ada-01 will be on until Mon 19:00 Madrid\n${atTheNextPass}`,
  },
  {
    it: 'after a stop by hand that is known undoes it',
    met: { machine: 'stopped', record: stoppedAt('2026-11-23T08:00:00.000Z') },
    wish: startWish({}),
    until: '2026-11-23T18:00:00.000Z',
    says: `ada-01 will be on until Mon 19:00 Madrid\n${atTheNextPass}`,
  },
  {
    it: 'of a machine that is coming up needs nothing more',
    met: { ...night, machine: 'pending' },
    wish: startWish({ for: '2h' }),
    until: '2026-11-23T22:00:00.000Z',
    says: 'ada-01 stays on until Mon 23:00 Madrid\n',
  },
];

export const stops: readonly Case[] = [
  {
    it: 'lasts until the next window starts',
    wish: stopWish({}),
    until: '2026-11-24T07:00:00.000Z',
    says: `ada-01 will be off until Tue 08:00 Madrid\n${atTheNextPass}`,
  },
  {
    it: 'lasts until the early start of the next window',
    met: { schedule: { readyByMaxLeadMinutes: 60 } },
    wish: stopWish({}),
    until: plusMillis('2026-11-24T07:00:00.000Z', -leadOf('uid-ada-01', 60)),
    says: `ada-01 will be off until Tue 07:08 Madrid\n${atTheNextPass}`,
  },
  {
    it: 'outlasts a hold and an override',
    met: {
      now: mondayNight,
      record: { manualStart: { at: '2026-11-23T19:00:00.000Z', cause: 'person' } },
      requests: [asked({ work: toRun, expiresAt: '2026-11-25T20:00:00.000Z' })],
    },
    wish: stopWish({ reason: 'home' }),
    until: '2026-11-24T07:00:00.000Z',
    says: `ada-01 will be off until Tue 08:00 Madrid\n  in place of the start by bob (release) until Wed 21:00 Madrid\n${atTheNextPass}`,
  },
  {
    it: 'lasts a day where no window ever starts',
    met: {
      schedule: never,
      record: { manualStart: { at: '2026-11-23T08:00:00.000Z', cause: 'person' } },
    },
    wish: stopWish({}),
    until: '2026-11-24T09:00:00.000Z',
    says: `ada-01 will be off, with no end ahead\n  the override ends Tue 10:00 Madrid; its schedule goes on from there\n${atTheNextPass}`,
  },
  {
    it: 'is cut to what its class allows',
    met: { spec: { maxOverrideMinutes: 60 } },
    wish: stopWish({}),
    until: '2026-11-23T10:00:00.000Z',
    says: `ada-01 will be off until Mon 11:00 Madrid\n  cut to 1h, the longest that class standard allows\n${atTheNextPass}`,
  },
  {
    it: 'is written where it is to be off but still runs',
    met: { now: mondayNight },
    wish: stopWish({}),
    until: '2026-11-24T07:00:00.000Z',
    says: `ada-01 will be off until Tue 08:00 Madrid\n${atTheNextPass}`,
  },
  {
    it: 'is written where the machine is off but about to be started',
    met: { machine: 'stopped' },
    wish: stopWish({}),
    until: '2026-11-24T07:00:00.000Z',
    says: 'ada-01 stays off until Tue 08:00 Madrid\n',
  },
  {
    it: 'ends the time it has been up',
    met: {
      schedule: { maxUptimeMinutes: 6 * 60 },
      record: { upSince: '2026-11-23T07:00:00.000Z' },
    },
    wish: keepOffWish({ until: '2026-11-23T16:00:00+01:00', reason }),
    until: '2026-11-23T15:00:00.000Z',
    says: `ada-01 will be off until Mon 16:00 Madrid\n${atTheNextPass}`,
  },
  {
    it: 'kept off lasts through windows',
    wish: keepOffWish({ until: '2026-11-26T12:00:00+01:00', reason }),
    until: '2026-11-26T11:00:00.000Z',
    says: `ada-01 will be off until Thu 12:00 Madrid\n${atTheNextPass}`,
  },
  {
    it: 'kept off is written of a machine that is off',
    met: night,
    wish: keepOffWish({ until: '2026-11-24T20:00:00+01:00', reason }),
    until: '2026-11-24T19:00:00.000Z',
    says: 'ada-01 stays off until Wed 08:00 Madrid\n  the override ends Tue 20:00 Madrid; its schedule goes on from there\n',
  },
  {
    it: 'kept off where starts are left to people says so',
    met: { schedule: { actions: 'stop-only' } },
    wish: keepOffWish({ until: '2026-11-24T12:00:00+01:00', reason }),
    until: '2026-11-24T11:00:00.000Z',
    says: `ada-01 will be off until Tue 12:00 Madrid\n  then nobody but a person starts it: its schedule says actions: stop-only\n${atTheNextPass}`,
  },
];
