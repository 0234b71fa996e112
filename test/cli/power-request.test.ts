import { userInfo } from 'node:os';
import { expect, test } from 'vitest';
import { askWith, type Wish } from '../../controller/cli/override-request.ts';
import { startWish, stopWish } from '../../controller/cli/power-request.ts';
import { asked, type Met, makeAskingRig, toBeOff, toRun } from '../support/asking-rig.ts';
import {
  always,
  extend,
  extensions,
  never,
  night,
  starts,
  stoppedAt,
  stops,
} from '../support/power-cases.ts';
import { lastWeek, mondayMorning, mondayNight } from '../support/world.ts';

const me = userInfo().username;

async function ask(met: Met, wish: Wish) {
  const rig = await makeAskingRig(met);
  const code = await askWith(rig.parts, 'ada-01', wish, rig.io);
  return { ...rig, code, out: rig.io.heard.out, err: rig.io.heard.err };
}

function isOff({ machine }: Met): boolean {
  return machine === 'stopped' || machine === 'stopping';
}

test.each([
  ...extensions.map((one) => ({ ...one, command: 'extend' as const })),
  ...starts.map((one) => ({ ...one, command: 'start' as const })),
  ...stops.map((one) => ({ ...one, command: 'stop' as const })),
])('$command: it $it', async ({ met = {}, wish, until, says, command }) => {
  const { code, out, err, open } = await ask(met, wish);
  expect({ code, out, err }).toEqual({ code: 0, out: says, err: '' });
  expect(await open()).toEqual([
    expect.objectContaining({
      name: 'ada-01',
      work: {
        kind: 'override',
        state: command === 'stop' ? 'stopped' : 'running',
        command,
        ...(command !== 'stop' && isOff(met) ? { foundOff: true } : {}),
      },
      reason: wish.reason,
      at: met.now ?? mondayMorning,
      expiresAt: until,
    }),
  ]);
});

test.each<{ it: string; met: Met; wish: Wish; says: string }>([
  {
    it: 'a start in a window',
    met: {},
    wish: startWish({}),
    says: 'ada-01 is to run already, until Mon 19:00 Madrid; devinstance extend keeps it on longer\n',
  },
  {
    it: 'a start of what its schedule starts at the next pass anyway',
    met: { machine: 'stopped' },
    wish: startWish({}),
    says: 'ada-01 is to run already, until Mon 19:00 Madrid; devinstance extend keeps it on longer\n  the controller starts it at its next pass\n',
  },
  {
    it: 'a start of what should be started but is only observed',
    met: { machine: 'stopped', fleet: { mode: 'observe' } },
    wish: startWish({}),
    says: 'ada-01 is to run already, until Mon 19:00 Madrid; devinstance extend keeps it on longer\n  the Fleet is in mode: observe, so the controller acts on nothing there\n',
  },
  {
    it: 'a start for a while that a window covers',
    met: {},
    wish: startWish({ for: '9h' }),
    says: 'ada-01 is to run already, until Mon 19:00 Madrid; devinstance extend keeps it on longer\n',
  },
  {
    it: 'a start of what is never off',
    met: { schedule: always },
    wish: startWish({ for: '9h' }),
    says: 'ada-01 is to run already, with no stop ahead\n',
  },
  {
    it: 'a start of what only people stop',
    met: { schedule: { actions: 'start-only' } },
    wish: startWish({}),
    says: 'ada-01 is to run already, and only a person stops it\n',
  },
  {
    it: 'a stop outside every window',
    met: night,
    wish: stopWish({}),
    says: 'ada-01 is off already, until Tue 08:00 Madrid\n',
  },
  {
    it: 'a stop of what is always off',
    met: { machine: 'stopped', schedule: never },
    wish: stopWish({}),
    says: 'ada-01 is off already, with no start ahead\n',
  },
  {
    it: 'a stop of what only people start',
    met: { ...night, schedule: { actions: 'stop-only' } },
    wish: stopWish({}),
    says: 'ada-01 is off already, and only a person starts it\n',
  },
  {
    it: 'a stop of what was always on, and is stopped by hand',
    met: { machine: 'stopped', schedule: always, record: stoppedAt(lastWeek) },
    wish: stopWish({}),
    says: 'ada-01 is off already, with no start ahead\n',
  },
])('$it writes nothing', async ({ met, wish, says }) => {
  const { code, out, written } = await ask(met, wish);
  expect({ code, out }).toEqual({ code: 0, out: says });
  expect(await written()).toEqual([[], []]);
});

test.each([
  { it: 'extend', wish: extend('4h'), says: 'extended it until 2026-11-23T22:00:00.000Z: release' },
  {
    it: 'start',
    wish: startWish({ for: '10h' }),
    says: 'started it until 2026-11-23T19:00:00.000Z',
  },
  { it: 'stop', wish: stopWish({}), says: 'stopped it until 2026-11-24T07:00:00.000Z' },
])('what $it asked for is told as an event with its actor', async ({ wish, says }) => {
  const { ledger } = await ask({}, wish);
  expect(await ledger.events('ada-01')).toEqual([
    {
      name: 'ada-01',
      at: mondayMorning,
      type: 'Normal',
      source: 'command',
      reason: 'OverrideSet',
      message: `${me} ${says}`,
    },
  ]);
});

test('the overrides before it end, and say what took their place', async () => {
  const requests = [
    asked({ work: toRun, id: 'one' }),
    asked({ work: toBeOff, id: 'expired', expiresAt: '2026-11-23T08:00:00.000Z' }),
    asked({ work: toRun, id: 'bobs', name: 'bob-01' }),
    asked({ work: { kind: 'snapshot-home' }, id: 'snapshot' }),
  ];
  const { ledger, open } = await ask({ requests }, stopWish({}));
  const left = (await open()).map(({ id }) => id);
  expect(left).toEqual(['bobs', 'snapshot', expect.stringMatching(/^[0-9a-f-]{36}$/)]);
  const ended = (await ledger.requests()).filter((request) => request.ended !== undefined);
  expect(ended.map(({ id, ended }) => [id, ended])).toEqual(
    ['expired', 'one'].map((id) => [
      id,
      { at: mondayMorning, result: 'done', message: `replaced by the stop by ${me}` },
    ]),
  );
});

test.each([
  { it: 'of the same moment', at: mondayMorning, after: '2026-11-23T09:00:00.001Z' },
  {
    it: 'from a clock that is ahead',
    at: '2026-11-23T09:00:05.000Z',
    after: '2026-11-23T09:00:05.001Z',
  },
])('an override counts after one $it', async ({ at, after }) => {
  const { open } = await ask({ requests: [asked({ work: toRun, at })] }, stopWish({}));
  expect((await open()).map((request) => [request.work, request.at])).toEqual([[toBeOff, after]]);
});

test("another's override neither counts nor is replaced", async () => {
  const at = '2026-11-23T09:00:05.000Z';
  const others = [asked({ work: toRun, name: 'bob-01', at })];
  const { open, out } = await ask({ requests: others }, stopWish({}));
  expect(out).not.toContain('in place of');
  expect((await open()).map((request) => [request.name, request.at])).toEqual([
    ['ada-01', mondayMorning],
    ['bob-01', at],
  ]);
});

test.each<{ it: string; met: Met; wish: Wish; line: string }>([
  {
    it: 'a stop that is under way is undone',
    met: { record: { step: { action: stepOf('stop'), at: mondayMorning } } },
    wish: extend('1h'),
    line: '  a stop is under way; it will be started again\n  the controller acts at its next pass\n',
  },
  {
    it: 'a machine that is stopping is started again',
    met: { now: mondayNight, machine: 'stopping' },
    wish: startWish({}),
    line: '  a stop is under way; it will be started again\n  the controller acts at its next pass\n',
  },
  {
    it: 'a start that is under way is undone',
    met: { machine: 'stopped', record: { step: { action: stepOf('start'), at: mondayMorning } } },
    wish: stopWish({}),
    line: '  a start is under way; it will be stopped\n  the controller acts at its next pass\n',
  },
  {
    it: 'a machine that is coming up is stopped',
    met: { machine: 'pending' },
    wish: stopWish({}),
    line: '  a start is under way; it will be stopped\n  the controller acts at its next pass\n',
  },
  {
    it: 'in mode observe nothing is acted on',
    met: { fleet: { mode: 'observe' } },
    wish: stopWish({}),
    line: 'ada-01 is to be off until Tue 08:00 Madrid\n  the Fleet is in mode: observe, so the controller acts on nothing there\n',
  },
  {
    it: 'nothing is acted on that enforceFor leaves out',
    met: { fleet: { enforceFor: { team: 'web' } } },
    wish: stopWish({}),
    line: 'ada-01 is to be off until Tue 08:00 Madrid\n  enforceFor in the Fleet leaves ada-01 out, so the controller acts on nothing there\n',
  },
])('$it, and that is said', async ({ met, wish, line }) => {
  const { out } = await ask(met, wish);
  expect(out.endsWith(line), out).toBe(true);
});

function stepOf(kind: 'start' | 'stop') {
  const action = { name: 'ada-01', machineId: 'i-ada-01' };
  return kind === 'stop' ? { kind, cause: 'duty' as const, ...action } : { kind, ...action };
}

test('a start step that is under way is no reason to take it for off', async () => {
  const step = { action: stepOf('start'), at: mondayNight };
  const { open } = await ask({ ...night, record: { step } }, stopWish({}));
  expect(await open()).toHaveLength(1);
});
