import { expect, test } from 'vitest';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import { minuteMs, plusMillis } from '../../controller/core/instant.ts';
import type { Activity, Machine, Observed } from '../../controller/core/observed.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import { madrid, office } from '../support/living-rig.ts';
import { windowOf } from '../support/plan-case.ts';
import { nextImage } from '../support/rolled.ts';
import { makeHome, makeMachine, makeRecord, makeSpec, makeWorld } from '../support/world.ts';

// A newer image than the machine's: when is it to be replaced? Windows are 08:00 to 19:00 in Madrid,
// a new machine has 15 minutes to become ready, and 23 November is a Monday.

interface Case {
  readonly what: string;
  readonly when?: EffectiveSpec['upgrade']['when'];
  readonly window?: EffectiveSpec['upgrade']['window'];
  readonly schedule?: Parameters<typeof office>[0];
  readonly state?: Machine['state'];
  readonly at: string;
  readonly activity?: Partial<Activity>;
  /** Since when it is behind. */
  readonly behindSince?: string;
  /** `now`, a moment in Madrid, undefined for one that nothing names, or the hold. */
  readonly due: string | undefined;
}

const on = { state: 'running' } as const;
const off = { state: 'stopped' } as const;
const any = { when: 'any-time' } as const;
const night = windowOf('mon', '02:00', '04:00');
const upgradeAt = (start: string, end: string) =>
  ({ when: 'window', window: windowOf('mon', start, end) }) as const;
const always = { mode: 'always', windows: [] } as const;

const cases: readonly Case[] = [
  { what: 'off-hours, in its window: when that ends', ...on, at: '10:00', due: '19:00' },
  { what: 'off-hours, off', ...off, at: '20:00', due: 'now' },
  { what: 'off-hours, off, it just fits', ...off, at: 'tue 07:45', due: 'now' },
  { what: 'off-hours, off, a minute too late', ...off, at: 'tue 07:46', due: undefined },
  { what: 'off-hours, about to be started', ...off, at: 'tue 08:00', due: 'tue 19:00' },
  { what: 'off-hours, still on after its window', ...on, at: '19:30', due: undefined },
  { what: 'off-hours, never off', ...on, schedule: always, at: '10:00', due: 'NeverOff' },
  {
    what: 'off-hours, stops left to people',
    ...on,
    schedule: { actions: 'start-only' },
    at: '10:00',
    due: 'NeverOff',
  },
  { what: 'never', when: 'never', ...off, at: '20:00', due: 'UpgradeNever' },
  { what: 'any-time, on', ...any, ...on, at: '10:00', due: 'now' },
  { what: 'any-time, off', ...any, ...off, at: '20:00', due: 'now' },
  { what: 'any-time, off but soon to start', ...any, ...off, at: 'tue 07:46', due: 'tue 08:00' },
  { what: 'any-time, about to be started', ...any, ...off, at: 'tue 08:00', due: 'now' },
  { what: 'next-start, on', when: 'next-start', ...on, at: '10:00', due: undefined },
  { what: 'next-start, off', when: 'next-start', ...off, at: '20:00', due: 'tue 08:00' },
  { what: 'next-start, starting', when: 'next-start', ...off, at: 'tue 08:00', due: 'now' },
  { what: 'window, before it', ...upgradeAt('12:00', '13:00'), ...on, at: '10:00', due: '12:00' },
  { what: 'window, in it', ...upgradeAt('12:00', '13:00'), ...on, at: '12:00', due: 'now' },
  { what: 'window, it just fits', ...upgradeAt('12:00', '13:00'), ...on, at: '12:45', due: 'now' },
  {
    what: 'window, too late in it: the next one',
    ...upgradeAt('12:00', '13:00'),
    ...on,
    at: '12:46',
    due: '2026-11-30T11:00:00.000Z',
  },
  {
    what: 'window, shorter than that',
    ...upgradeAt('12:00', '12:10'),
    ...on,
    at: '12:05',
    due: 'now',
  },
  { what: 'window, off in it', ...upgradeAt('20:00', '22:00'), ...off, at: '20:30', due: 'now' },
  {
    what: 'window, off outside it',
    when: 'window',
    window: night,
    ...off,
    at: '20:00',
    due: '2026-11-30T01:00:00.000Z',
  },
  {
    what: 'window, none given',
    when: 'window',
    ...on,
    at: '10:00',
    due: 'NeverOff',
  },
  {
    what: 'any-time, somebody uses it: at the latest seven days from when it was behind',
    ...any,
    ...on,
    at: '10:00',
    activity: {},
    behindSince: '09:00',
    due: '2026-11-30T08:00:00.000Z',
  },
  {
    what: 'any-time, used even at the deadline',
    ...any,
    ...on,
    at: '10:00',
    activity: {},
    behindSince: '2026-11-16T09:00:00.000Z',
    due: 'now',
  },
  {
    what: 'any-time, nobody uses it',
    ...any,
    ...on,
    at: '10:00',
    activity: { idleSince: madrid('09:00') },
    due: 'now',
  },
  {
    what: 'any-time, its host fell silent',
    ...any,
    ...on,
    at: '10:00',
    activity: { at: madrid('09:44'), idleSince: madrid('09:00') },
    behindSince: '10:00',
    due: '2026-11-30T09:00:00.000Z',
  },
  {
    what: 'in its upgrade window, somebody uses it',
    ...upgradeAt('12:00', '13:00'),
    ...on,
    at: '12:30',
    activity: {},
    behindSince: '12:30',
    due: '2026-11-30T11:30:00.000Z',
  },
];

const momentIn = (text: string) => (text.includes('T') ? text : madrid(text));

test.each(cases)('$what', (planCase) => {
  const { when = 'off-hours', window, schedule, state = 'running', at, behindSince } = planCase;
  const upgrade = window === undefined ? { when } : { when, window };
  const spec = makeSpec({ schedule: office(schedule), upgrade });
  const now = madrid(at);
  const machine = makeMachine(spec, { state, checks: state === 'running' ? 'ok' : 'none' });
  const record = makeRecord(spec, {
    power: {
      state: state === 'running' ? 'running' : 'stopped',
      at: plusMillis(now, -60 * minuteMs),
      by: 'controller',
    },
    ...(behindSince === undefined ? {} : { behind: behindFrom(momentIn(behindSince), machine) }),
  });
  const plan = makePlan(
    makeWorld({
      spec,
      records: [record],
      observed: { ...observedWith(machine, planCase, now), homes: [makeHome(spec)] },
      now,
    }),
  );
  const [change] = plan.changes.filter(({ kind }) => kind === 'replace');
  const { due } = planCase;
  const expected = due?.match(/^\d|^[a-z]{3} \d/) ? momentIn(due) : due;
  expect(change).toBeDefined();
  expect(change?.withheldBy ?? change?.at).toBe(expected);
  const begun = plan.memos.map(({ replacement }) => replacement !== undefined);
  expect(begun.includes(true)).toBe(due === 'now');
});

function behindFrom(since: string, { tags }: Machine): NonNullable<DevInstanceRecord['behind']> {
  return { since, target: { image: nextImage, specHash: tags['devinstance:spec-hash'] ?? '' } };
}

function observedWith(machine: Machine, { activity }: Case, now: string): Partial<Observed> {
  const { imageId, name: imageName } = nextImage;
  const image = { usable: true as const, imageId, imageName, architecture: 'x86_64' };
  const root = {
    rootDeviceName: '/dev/sda1',
    rootSnapshotGib: 8,
    createdAt: '2026-11-16T09:00:00.000Z',
  };
  return {
    machines: [machine],
    images: new Map([['ubuntu-24.04', { ...image, ...root }]]),
    ...(activity === undefined
      ? {}
      : { activity: new Map([[machine.id, { machineId: machine.id, at: now, ...activity }]]) }),
  };
}
