import { expect, test } from 'vitest';
import { chosenChannels } from '../../controller/cli/channels.ts';
import { Interrupted, UsageError } from '../../controller/cli/io.ts';
import { runRolloutStatus, viewOf } from '../../controller/cli/rollout-status.ts';
import { type Look, type WatchTime, watch } from '../../controller/cli/watch.ts';
import type { RolloutState } from '../../controller/core/rollout/rollout.ts';
import { OperatorError } from '../../controller/ports.ts';
import { listen } from '../support/cli-fleet.ts';
import { byKim, rolloutIn, statusOf } from '../support/rollout-cases.ts';
import { makeWorld } from '../support/world.ts';

const io = listen();

test.each<[RolloutState | undefined, Pick<Look, 'code' | 'isOver'>]>([
  [undefined, { code: 0, isOver: true }],
  ['Progressing', { code: 0, isOver: false }],
  ['Baking', { code: 0, isOver: false }],
  ['Paused', { code: 0, isOver: false }],
  ['Degraded', { code: 1, isOver: true }],
  ['Aborted', { code: 1, isOver: true }],
  ['Complete', { code: 0, isOver: true }],
  ['Superseded', { code: 0, isOver: true }],
  ['Undone', { code: 0, isOver: true }],
])('of a rollout that is %s', (state, expected) => {
  const status = statusOf(state && rolloutIn(state, { paused: byKim }));
  const { code, isOver } = viewOf({ world: makeWorld({}), statuses: [status] }, 'text', io);
  expect({ code, isOver }).toEqual(expected);
});

test('one that has stopped fails all, and one that goes on is waited for', () => {
  const statuses = [
    statusOf(rolloutIn('Aborted')),
    { ...statusOf(rolloutIn('Baking')), channel: 'arm' },
  ];
  expect(viewOf({ world: makeWorld({}), statuses }, 'json', io)).toMatchObject({
    code: 1,
    isOver: false,
  });
});

test('each channel is a block, each object a line', () => {
  const statuses = [statusOf(undefined), { ...statusOf(undefined), channel: 'arm' }];
  const reading = { world: makeWorld({}), statuses };
  expect(viewOf(reading, 'text', io).text).toMatch(/^ubuntu-24.04 no rollout yet\n .*\n\narm no /);
  expect(viewOf(reading, 'json', io).text.trimEnd().split('\n')).toHaveLength(2);
  expect(viewOf({ ...reading, statuses: [] }, 'text', io).text).toBe('no image channels\n');
});

test('a channel that is not there is refused with those that are', () => {
  const statuses = [statusOf(undefined)];
  expect(chosenChannels(statuses, undefined)).toBe(statuses);
  expect(chosenChannels(statuses, 'ubuntu-24.04')).toEqual(statuses);
  const refused = (name: string) => () => chosenChannels(statuses, name);
  expect(refused('ubuntu-24.40')).toThrow(
    new OperatorError('there is no image channel ubuntu-24.40', 'did you mean ubuntu-24.04?'),
  );
  expect(() => chosenChannels([], 'arm')).toThrow(
    expect.objectContaining({ remedy: 'the specs describe none' }),
  );
  expect(refused('zzz')).toThrow(expect.objectContaining({ remedy: 'there is ubuntu-24.04' }));
});

test('only a watch runs out of time', async () => {
  const globals = { specs: 'none', cloud: 'sim', ledger: 'memory', color: false };
  await expect(
    runRolloutStatus(undefined, { output: 'text', timeout: '1h' }, globals, io),
  ).rejects.toThrow(UsageError);
});

/** Time that passes with each pause, until somebody asks to end. */
function fakeTime(pauses = Number.POSITIVE_INFINITY): WatchTime & { readonly paused: number[] } {
  const paused: number[] = [];
  return {
    paused,
    millis: () => paused.reduce((sum, millis) => sum + millis, 0),
    pause: async (millis) => {
      if (paused.length >= pauses) return false;
      paused.push(millis);
      return true;
    },
  };
}

const look = (gist: string, over: Partial<Look> = {}): Look => ({
  text: `${gist}\n`,
  gist,
  failures: [],
  isOver: false,
  code: 0,
  ...over,
});

async function watched(
  looks: readonly Look[],
  { time = fakeTime(), timeoutMs }: { time?: WatchTime; timeoutMs?: number } = {},
) {
  const heard = listen();
  const left = [...looks];
  const next = async () => left.shift() ?? looks.at(-1) ?? look('none');
  const code = await watch(next, { timeoutMs, between: '\n' }, heard, time);
  return { code, ...heard.heard };
}

test('a watch says what changes, every 5 seconds, until it is over', async () => {
  const time = fakeTime();
  const looks = [look('one'), look('one'), look('two'), look('three', { isOver: true, code: 1 })];
  expect(await watched(looks, { time })).toEqual({
    code: 1,
    out: 'one\n\ntwo\n\nthree\n',
    err: '',
  });
  expect(time.paused).toEqual([5_000, 5_000, 5_000]);
});

test('what could not be read is said once, and is not over', async () => {
  const failures = [{ what: 'machines', message: 'denied', remedy: 'allow it' }] as const;
  const looks = [
    look('one', { isOver: true, failures }),
    look('one', { isOver: true, failures }),
    look('one', { isOver: true }),
  ];
  expect(await watched(looks)).toEqual({
    code: 0,
    out: 'one\n\none\n',
    err: 'devinstance: could not read machines: denied\n  allow it\n',
  });
});

test('a watch runs out of time', async () => {
  const time = fakeTime();
  const { code, out, err } = await watched([look('one')], { time, timeoutMs: 12_000 });
  expect({ code, out, paused: time.paused }).toEqual({
    code: 124,
    out: 'one\n',
    paused: [5_000, 5_000, 2_000],
  });
  expect(err).toBe(
    'devinstance: it is not over yet\n  watch again, or give it more time with --timeout\n',
  );
});

test('a watch ends when it is asked to', async () => {
  await expect(watched([look('one')], { time: fakeTime(2) })).rejects.toThrow(Interrupted);
});

test('a signal ends the pause of a watch, which leaves no listener behind', async () => {
  const before = process.listenerCount('SIGINT');
  const heard = listen();
  const looking = async () => {
    process.emit('SIGINT');
    return look('one');
  };
  const watching = watch(looking, { timeoutMs: undefined, between: '\n' }, heard);
  await expect(watching).rejects.toThrow(Interrupted);
  expect(heard.heard.out).toBe('one\n');
  expect(process.listenerCount('SIGINT')).toBe(before);
});
