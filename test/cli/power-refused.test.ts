import { expect, test } from 'vitest';
import { UsageError } from '../../controller/cli/io.ts';
import { askWith, type Wish } from '../../controller/cli/override-request.ts';
import {
  extendWish,
  keepOffWish,
  startWish,
  stopWish,
} from '../../controller/cli/power-request.ts';
import { OperatorError } from '../../controller/ports.ts';
import { asked, type Met, makeAskingRig } from '../support/asking-rig.ts';
import { always, extend, night } from '../support/power-cases.ts';
import { lastWeek, mondayMorning } from '../support/world.ts';

const reason = 'release';

test.each<{ it: string; met: Met; wish: Wish; message: string; remedy: string }>([
  {
    it: 'a stop of what is always on',
    met: { schedule: always },
    wish: stopWish({}),
    message: 'the schedule of ada-01 is always on, so no start comes after a stop',
    remedy:
      'say when: devinstance stop ada-01 --keep-off --until 2026-11-24T09:00:00Z --reason "why"',
  },
  {
    it: 'one that is not made yet',
    met: { isUnmade: true },
    wish: extend('1h'),
    message: 'ada-01 is not made yet',
    remedy: 'ask again once it is; devinstance plan shows what it waits for',
  },
  {
    it: 'one whose file is gone',
    met: { isGone: true, record: { orphanedAt: lastWeek } },
    wish: extend('1h'),
    message: 'the file of ada-01 is gone from the specs',
    remedy: 'restore its file to have it follow commands again',
  },
  {
    it: 'a retired one',
    met: { spec: { lifecycle: 'retired', maxOverrideMinutes: 10_080 } },
    wish: extend('1h'),
    message: 'ada-01 is retired by its file',
    remedy: 'set lifecycle: active in its file to take that back',
  },
  {
    it: 'one that is suspended in git',
    met: { spec: { lifecycle: 'suspended', maxOverrideMinutes: 10_080 } },
    wish: startWish({}),
    message: 'ada-01 is suspended by its file',
    remedy: 'set lifecycle: active in its file first',
  },
  {
    it: 'one that is suspended by command',
    met: { requests: [asked({ work: { kind: 'suspend' }, reason: 'a\u001bb', actor: 'b\nb' })] },
    wish: stopWish({}),
    message: 'ada-01 is suspended until Thu 10:00 Madrid by b\\u{a}b: a\\u{1b}b',
    remedy: 'devinstance resume ada-01 ends that',
  },
  {
    it: 'one that is suspended with all',
    met: { requests: [asked({ work: { kind: 'suspend' }, name: '*' })] },
    wish: startWish({ for: '1h' }),
    message: 'every DevInstance is suspended until Thu 10:00 Madrid by bob: release',
    remedy: 'devinstance resume --all ends that',
  },
  {
    it: 'what is longer than a class allows whose file is not known',
    met: { spec: { maxOverrideMinutes: 120 } },
    wish: startWish({ for: '10h' }),
    message: 'an override of 10h is longer than class standard allows (2h)',
    remedy: 'Ask for at most 2h, or raise overrides.maxDuration.',
  },
  {
    it: 'an extension that is too long with what is to come before it',
    met: { spec: { maxOverrideMinutes: 630 } },
    wish: extend('2h'),
    message: 'an override of 11h from now on is longer than class standard allows (630m)',
    remedy: 'Ask for at most 90m, or raise overrides.maxDuration.',
  },
])('$it is refused, and nothing is written', async ({ met, wish, message, remedy }) => {
  const rig = await makeAskingRig(met);
  const before = await rig.written();
  const refusal = await askWith(rig.parts, 'ada-01', wish, rig.io).catch((error) => error);
  expect(refusal).toBeInstanceOf(OperatorError);
  expect([refusal.message, refusal.remedy]).toEqual([message, remedy]);
  expect(await rig.written()).toEqual(before);
});

test('a mistyped name is refused with the one that may be meant', async () => {
  const rig = await makeAskingRig();
  await expect(askWith(rig.parts, 'ada-1\u001b', extend('1h'), rig.io)).rejects.toMatchObject({
    message: 'there is no DevInstance ada-1\\u{1b}',
    remedy: 'did you mean ada-01?',
  });
});

test.each([
  { it: 'is exactly the longest', wish: startWish({ for: '2h' }), isLong: false },
  { it: 'is longer by a minute', wish: startWish({ for: '121m' }), isLong: true },
  {
    it: 'is longer by a millisecond',
    wish: keepOffWish({ until: '2026-11-23T22:00:00.001Z', reason }),
    isLong: true,
  },
  {
    it: 'is exactly the longest for stop',
    wish: keepOffWish({ until: '2026-11-23T22:00:00Z', reason }),
    isLong: false,
  },
  { it: 'is exactly the longest for extend', wish: extend('2h'), isLong: false },
  { it: 'is longer for extend', wish: extend('121m'), isLong: true },
])('whether an override that $it is allowed', async ({ wish, isLong }) => {
  const met = { ...night, spec: { maxOverrideMinutes: 120 } };
  const rig = await makeAskingRig(met);
  const answer = askWith(rig.parts, 'ada-01', wish, rig.io);
  if (isLong) await expect(answer).rejects.toThrow('is longer than class standard allows (2h)');
  else expect(await answer).toBe(0);
  expect(await rig.open()).toHaveLength(isLong ? 0 : 1);
});

test.each<{ it: string; wish: () => Wish; message: string; hint: string }>([
  {
    it: 'a duration without unit',
    wish: () => extend('4'),
    message: '"4" is not a duration',
    hint: 'write a whole number of minutes, hours or days: 90m, 4h or 2d',
  },
  {
    it: 'seconds',
    wish: () => startWish({ for: '90s' }),
    message: '"90s" is not a duration',
    hint: 'write a whole number of minutes, hours or days: 90m, 4h or 2d',
  },
  {
    it: 'five digits',
    wish: () => startWish({ for: '10000m' }),
    message: '"10000m" is not a duration',
    hint: 'write a whole number of minutes, hours or days: 90m, 4h or 2d',
  },
  {
    it: 'no time at all',
    wish: () => extend('0h'),
    message: '"0h" is not a duration',
    hint: 'write a whole number of minutes, hours or days: 90m, 4h or 2d',
  },
  {
    it: 'an extension without a reason',
    wish: () => extendWish('4h', {}),
    message: 'extend needs a reason',
    hint: 'add --reason "why", for those who meet the machine so',
  },
  {
    it: 'a blank reason',
    wish: () => extendWish('4h', { reason: ' \t' }),
    message: 'extend needs a reason',
    hint: 'add --reason "why", for those who meet the machine so',
  },
  {
    it: 'a reason of 201 characters',
    wish: () => startWish({ reason: 'x'.repeat(201) }),
    message: 'the reason is too long',
    hint: 'write up to 200 characters',
  },
  {
    it: 'two ends',
    wish: () => startWish({ for: '1h', until: '2026-12-01T00:00:00Z' }),
    message: '--for and --until both say when it ends',
    hint: 'write one of them',
  },
  {
    it: 'an end for a plain stop',
    wish: () => stopWish({ until: '2026-12-01T00:00:00Z' }),
    message: '--until goes with --keep-off: a plain stop lasts until its next window starts',
    hint: 'write --keep-off --until INSTANT --reason "why", or leave --until out',
  },
  {
    it: '--keep-off without an end',
    wish: () => keepOffWish({ reason }),
    message: '--keep-off needs an end',
    hint: 'add --until with an instant, for example --until 2026-10-23T09:00:00+02:00',
  },
  {
    it: '--keep-off without a reason',
    wish: () => keepOffWish({ until: '2026-12-01T00:00:00Z' }),
    message: '--keep-off needs a reason',
    hint: 'add --reason "why", for those who meet the machine so',
  },
])('$it is wrong usage', ({ wish, message, hint }) => {
  expect(wish).toThrow(UsageError);
  expect(wish).toThrow(expect.objectContaining({ message, hint }));
});

test('a reason of 200 characters is none too long', async () => {
  const rig = await makeAskingRig();
  await askWith(rig.parts, 'ada-01', stopWish({ reason: 'x'.repeat(200) }), rig.io);
  expect((await rig.open())[0]?.reason).toHaveLength(200);
});

test.each([
  { it: 'a start', wish: startWish({ until: mondayMorning }) },
  { it: 'a stop', wish: keepOffWish({ until: mondayMorning, reason }) },
])('$it that would end now is wrong usage', async ({ wish }) => {
  const rig = await makeAskingRig();
  await expect(askWith(rig.parts, 'ada-01', wish, rig.io)).rejects.toMatchObject({
    name: 'UsageError',
    hint: `write a later moment than now, ${mondayMorning}`,
  });
  expect(await rig.written()).toEqual([[], []]);
});
