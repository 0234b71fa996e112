import { expect, test } from 'vitest';
import type { RolloutState } from '../../../controller/core/rollout/rollout.ts';
import { type RolloutWork, refusalOf, waysBack } from '../../../controller/core/rollout/verbs.ts';
import {
  byKim,
  channelRecord,
  completed,
  formerly,
  revision,
  rolloutIn,
  statusOf,
} from '../../support/rollout-cases.ts';

const work = (verb: RolloutWork['verb'], to?: string): RolloutWork => ({
  kind: 'rollout',
  verb,
  ...(to === undefined ? {} : { to }),
});

const r2 = 'r2 of ubuntu-24.04 (ami-00000002)';

test('nothing can be asked of a channel that has had no rollout', () => {
  for (const verb of ['pause', 'resume', 'promote', 'abort', 'undo'] as const) {
    expect(refusalOf(statusOf(undefined), work(verb))?.message).toBe(
      'ubuntu-24.04 has had no rollout yet',
    );
  }
});

const goesOn = undefined;
const over = (how: string) => `nothing is under way: ${r2} ${how}`;

test.each<
  Record<Exclude<RolloutWork['verb'], 'undo'>, string | undefined> & { state: RolloutState }
>([
  {
    state: 'Progressing',
    pause: goesOn,
    resume: `${r2} is under way`,
    promote: goesOn,
    abort: goesOn,
  },
  { state: 'Baking', pause: goesOn, resume: `${r2} is under way`, promote: goesOn, abort: goesOn },
  {
    state: 'Paused',
    pause: `${r2} is paused already, by kim`,
    resume: goesOn,
    promote: goesOn,
    abort: goesOn,
  },
  {
    state: 'Degraded',
    pause: `${r2} has stopped, as too many machines failed: nothing more is replaced`,
    resume: goesOn,
    promote: goesOn,
    abort: goesOn,
  },
  {
    state: 'Aborted',
    pause: `${r2} was aborted: nothing more is replaced`,
    resume: goesOn,
    promote: `${r2} was aborted`,
    abort: `${r2} is aborted already`,
  },
  ...(['Complete', 'Superseded', 'Undone'] as const).map((state) => {
    const how = {
      Complete: 'is complete',
      Superseded: 'gave way to a newer revision',
      Undone: 'was taken back',
    };
    const said = over(how[state]);
    return { state, pause: said, resume: said, promote: said, abort: said };
  }),
])('of one that is $state', ({ state, ...verbs }) => {
  const status = statusOf(rolloutIn(state, state === 'Paused' ? { paused: byKim } : {}));
  const answers = Object.keys(verbs).map((verb) => [
    verb,
    refusalOf(status, work(verb as RolloutWork['verb']))?.message,
  ]);
  expect(Object.fromEntries(answers)).toEqual(verbs);
});

test('one that waits to be used can be paused for good, and resuming it would be in vain', () => {
  const reason = 'nobody has used the machines of wave canary';
  const status = statusOf(rolloutIn('Paused', { paused: { since: completed.at }, reason }));
  expect(refusalOf(status, work('pause'))).toBeUndefined();
  expect(refusalOf(status, work('promote'))).toBeUndefined();
  expect(refusalOf(status, work('resume'))).toEqual({
    message: `${r2} paused by itself, as nobody has used the machines of wave canary: it goes on once one is used`,
    remedy: 'devinstance rollout promote ubuntu-24.04 lets the next wave begin all the same',
  });
});

test('whatever has begun can be taken back, once', () => {
  for (const state of ['Progressing', 'Baking', 'Paused', 'Degraded', 'Aborted'] as const) {
    expect(refusalOf(statusOf(rolloutIn(state)), work('undo'))).toBeUndefined();
  }
  const complete = rolloutIn('Complete');
  const record = channelRecord(complete, { completed: { ...revision, at: completed.at } });
  expect(refusalOf(statusOf(complete, { record }), work('undo'))).toBeUndefined();
  expect(refusalOf(statusOf(rolloutIn('Undone')), work('undo'))).toEqual({
    message: `${r2} was taken back already`,
    remedy:
      'to go back further, name the image in git: pin: ami-… under spec of ImageChannel ubuntu-24.04',
  });
});

test('the ways back are what was completed, but for what is rolled out or was taken back', () => {
  const rollout = rolloutIn('Degraded');
  expect(waysBack(channelRecord(rollout))).toEqual([completed, formerly]);
  const denied = [{ imageId: completed.imageId, at: completed.at, actor: 'kim', reason: '' }];
  expect(waysBack(channelRecord(rollout, { denied }))).toEqual([formerly]);
  const record = channelRecord(rolloutIn('Complete'), {
    completed: { ...revision, at: completed.at },
    former: [completed, formerly],
  });
  expect(waysBack(record)).toEqual([completed, formerly]);
});

test.each([
  ['ami-00000000', undefined],
  ['ami-00000002', 'ami-00000002 is what is taken back'],
  ['ami-00000009', 'ubuntu-24.04 has not completed ami-00000009, or it was taken back'],
])('to %s', (to, message) => {
  const refusal = refusalOf(statusOf(rolloutIn('Degraded')), work('undo', to));
  expect(refusal?.message).toBe(message);
  if (refusal !== undefined) {
    expect(refusal.remedy).toBe('it can go back to ami-00000001, ami-00000000');
  }
});

test('with nothing completed before, git alone says what to go back to', () => {
  const rollout = rolloutIn('Degraded');
  const record = { name: 'ubuntu-24.04', rollout };
  expect(refusalOf({ channel: 'ubuntu-24.04', record }, work('undo'))).toEqual({
    message: 'ubuntu-24.04 has completed no image before ami-00000002 that it can go back to',
    remedy: 'name one in git: pin: ami-… under spec of ImageChannel ubuntu-24.04',
  });
});

test('what git pins comes back at once, so git is to be changed', () => {
  const status = statusOf(rolloutIn('Degraded'), { isPinned: true });
  expect(refusalOf(status, work('undo'))).toEqual({
    message: 'git pins ami-00000002, so it would be rolled out again at once',
    remedy:
      'change the pin in ImageChannel ubuntu-24.04: machines follow it; devinstance rollout abort ubuntu-24.04 holds them meanwhile',
  });
  expect(refusalOf({ ...status, named: undefined }, work('undo'))).toBeUndefined();
});
