import { expect, test } from 'vitest';
import type { RolloutStatus } from '../../controller/core/rollout/rollout-status.ts';
import { plain } from '../../controller/render/paint.ts';
import { rolloutNdjson } from '../../controller/render/rollout-json.ts';
import { rolloutText } from '../../controller/render/rollout-text.ts';
import type { ChannelContext } from '../../controller/render/rollout-words.ts';
import {
  byKim,
  channelContext,
  channelRecord,
  completed,
  expired,
  member,
  named,
  newest,
  rolloutIn,
  statusOf,
  twoWaves,
  wave,
} from '../support/rollout-cases.ts';
import { mondayMorning } from '../support/world.ts';

const say = (status: RolloutStatus, over: Partial<ChannelContext> = {}) =>
  rolloutText(status, { ...channelContext, ...over }, plain);

const head = 'ubuntu-24.04 r2 ami-00000002 ubuntu-24.04-20261122';
const waves = `  canary  1/2  bob-01: Mon 19:00 off by schedule
  rest    0/2
  failures 0 (abort at 2); stable ami-00000001 (ubuntu-24.04-20261108)`;
const undo = 'devinstance rollout undo ubuntu-24.04 takes every machine back';
const resume = 'devinstance rollout resume ubuntu-24.04 goes on';
const promote = 'devinstance rollout promote ubuntu-24.04 does not wait for that';
const endedAt = mondayMorning;

test.each<{ it: string; status: RolloutStatus; says: string }>([
  {
    it: 'Progressing',
    status: statusOf(rolloutIn('Progressing')),
    says: `${head} Progressing, wave 1 of 2, deadline Fri 19:00 UTC
${waves}
  each machine gets it at a moment of its own: devinstance plan shows when
  -> devinstance rollout pause ubuntu-24.04 holds it
`,
  },
  {
    it: 'Baking',
    status: statusOf(rolloutIn('Baking')),
    says: `${head} Baking, wave 1 of 2
${waves}
  its machines have it and are watched; then wave rest begins
  -> ${promote}
`,
  },
  {
    it: 'Baking its last wave',
    status: statusOf(rolloutIn('Baking', { current: 1 })),
    says: `${head} Baking, wave 2 of 2
${waves}
  its machines have it and are watched; then it is complete
  -> ${promote}
`,
  },
  {
    it: 'Paused by a person',
    status: statusOf(rolloutIn('Paused', { paused: byKim, reason: 'paused by kim: release' })),
    says: `${head} Paused, wave 1 of 2
${waves}
  paused by kim: release
  nothing more is replaced; what has begun goes through
  -> ${resume}
`,
  },
  {
    it: 'Paused as nobody used its machines',
    status: statusOf(
      rolloutIn('Paused', {
        paused: { since: mondayMorning },
        reason: 'nobody has used the machines of wave canary',
      }),
    ),
    says: `${head} Paused, wave 1 of 2
${waves}
  nobody has used the machines of wave canary
  nothing shows yet that it works: it goes on by itself once a machine that has it is used
  -> ${promote}
`,
  },
  {
    it: 'Degraded',
    status: statusOf(rolloutIn('Degraded', { reason: '2 of its machines failed' })),
    says: `${head} Degraded, wave 1 of 2
${waves}
  2 of its machines failed
  nothing more is replaced, and machines that failed go back to what they had
  -> ${undo}
  -> ${resume}
`,
  },
  {
    it: 'Aborted',
    status: statusOf(rolloutIn('Aborted', { reason: 'aborted by kim' })),
    says: `${head} Aborted, wave 1 of 2
${waves}
  aborted by kim
  nothing more is replaced; machines that have it keep it
  -> ${undo}
  -> ${resume}
`,
  },
  {
    it: 'Complete',
    status: statusOf(rolloutIn('Complete', { endedAt })),
    says: `${head} Complete since Mon 09:00 UTC
${waves}
  new DevInstances begin with it
`,
  },
  {
    it: 'Superseded',
    status: statusOf(
      rolloutIn('Superseded', { endedAt, reason: 'the channel names ami-00000003 now' }),
    ),
    says: `${head} Superseded since Mon 09:00 UTC
${waves}
  the channel names ami-00000003 now
  machines that have it wait for the newer one
`,
  },
  {
    it: 'Undone',
    status: statusOf(rolloutIn('Undone', { endedAt, reason: 'taken back by kim' })),
    says: `${head} Undone since Mon 09:00 UTC
${waves}
  taken back by kim
  machines that have it go back to ami-00000001 (ubuntu-24.04-20261108): those that failed or are off at once, the others at their next stop
  it is never rolled out again, unless git pins it; a newer one in /imagebuilder/dev-instances/ubuntu-24.04-x86_64/candidate begins a rollout by itself
  to hold the channel at it until git says otherwise, in specs/images/ubuntu-24.04.yaml under spec:
    pin: ami-00000001
`,
  },
  {
    it: 'none yet',
    status: statusOf(undefined),
    says: `ubuntu-24.04 no rollout yet
  ami-00000002 (ubuntu-24.04-20261122), followed from /imagebuilder/dev-instances/ubuntu-24.04-x86_64/candidate; stable ami-00000001 (ubuntu-24.04-20261108)
`,
  },
])('a rollout that is $it', ({ status, says }) => {
  expect(say(status)).toBe(says);
});

test.each<[string, Partial<RolloutStatus>, string]>([
  ['unread', { named: undefined }, '  its image could not be read\n'],
  [
    'unusable',
    { named: { usable: false, reason: 'image ami-1 is not there', remedy: 'name another' } },
    '  image ami-1 is not there\n',
  ],
  ['pinned', { named, isPinned: true }, '  ami-00000002 (ubuntu-24.04-20261122), pinned in git\n'],
])('without a rollout, an image that is %s', (_, over, line) => {
  const status = statusOf(undefined, { record: { name: 'ubuntu-24.04' }, ...over });
  expect(say(status)).toBe(`ubuntu-24.04 no rollout yet\n${line}`);
});

test('waves say how they bake, and of their machines what is to be known, failures first', () => {
  const baking = wave(
    'canary',
    [
      member('ada-01', 'updated'),
      member('bob-01', 'due'),
      member('cem-01', 'left', 'unreachable until its deadline'),
      member('dana-01', 'replacing', 'its home moves'),
      member('eve-01', 'failed', 'not ready for 15 min'),
      member('finn-01', 'due', 'somebody is using it'),
      member('gus-01', 'due'),
      member('hal-01', 'due'),
      member('ida-01', 'gone'),
    ],
    { baking: '3.5 of 8 used hours' },
  );
  const baked = { ...baking, name: 'first', machines: [], endedAt };
  const status = statusOf(rolloutIn('Baking'), { waves: [baked, baking] });
  expect(say(status).split('\n').slice(1, 3)).toEqual([
    '  first   0/0  baked, 3.5 of 8 used hours',
    '  canary  1/8  baking, 3.5 of 8 used hours; eve-01: failed, not ready for 15 min; dana-01: being replaced, its home moves; bob-01: due; finn-01: somebody is using it; gus-01: due; and 2 more',
  ]);
});

test('a bake by the clock says when it ends, and moments are said in UTC', () => {
  const doneAt = '2026-11-22T10:00:00.000Z';
  const by = { bake: { minutes: 1_440 }, doneAt, baking: `since ${doneAt}` };
  const waves = [
    wave('canary', [member('ada-01', 'updated')], { ...by, endedAt }),
    wave('half', [member('bob-01', 'updated')], by),
    wave('rest', [member('cem-01', 'due', '2026-11-24T18:00:00.000Z off by schedule')]),
  ];
  expect(
    say(statusOf(rolloutIn('Baking'), { waves }))
      .split('\n')
      .slice(1, 4),
  ).toEqual([
    '  canary  1/1  baked 24 h',
    '  half    1/1  baking until Mon 10:00 UTC',
    '  rest    0/1  cem-01: Tue 18:00 UTC off by schedule',
  ]);
});

test('once it is over, only what kept a machine from it is said', () => {
  const left = [member('ada-01', 'left'), member('bob-01', 'left', 'held by its home')];
  const status = statusOf(rolloutIn('Complete'), { waves: [wave('all', left)] });
  expect(say(status)).toContain('\n  all  0/2  bob-01: not reached, held by its home\n');
});

test('failures that a person went on from are told apart', () => {
  const failures = ['ada-01', 'bob-01'].map((name) => ({ name, at: endedAt, reason: 'not ready' }));
  expect(say(statusOf(rolloutIn('Progressing', { failures, forgiven: 1 })))).toContain(
    '  failures 1 (abort at 2), after 1 that count no more; stable',
  );
});

test('a newer revision waits, and problems come with their remedies', () => {
  const over = { waiting: newest, problems: [expired] };
  const newer = '  newer: ami-00000003 (newest) waits until this is over\n';
  const last = '  ! ImageExpired: it is too old\n  -> build a newer one\n';
  expect(say(statusOf(rolloutIn('Progressing'), over))).toContain(
    `${newer}  -> devinstance rollout abort ubuntu-24.04 lets it begin at once\n${last}`,
  );
  expect(say(statusOf(rolloutIn('Degraded'), over))).toContain(`${newer}${last}`);
});

test('what was pinned is located, and without specs there is neither limit nor parameter', () => {
  const status = statusOf(rolloutIn('Undone'));
  const file = { file: 'specs/images/u.yaml', line: 9, column: 3 };
  expect(say(status, { file })).toContain('at specs/images/u.yaml:9:3 in place of its pin:');
  const alone = say(status, { spec: undefined, file: undefined });
  expect(alone).toContain('failures 0; stable');
  expect(alone).toContain('a newer one in its parameter begins');
  expect(alone).toContain('in the file of its ImageChannel under spec:');
});

test('other people’s text steers no terminal', () => {
  const record = channelRecord(rolloutIn('Aborted', { reason: 'aborted by \u001b[31mkim' }));
  expect(say(statusOf(record.rollout, { record }))).toContain('aborted by \\u{1b}[31mkim');
});

test('programs get all of it, an object a channel', () => {
  const status = statusOf(rolloutIn('Degraded', { reason: 'two failed' }), { imageAgeHours: 31 });
  const text = rolloutNdjson([status, statusOf(undefined)], () => channelContext);
  const [first, second] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(first).toMatchObject({
    schemaVersion: 1,
    channel: 'ubuntu-24.04',
    named: { imageId: 'ami-00000002' },
    isPinned: false,
    imageAgeHours: 31,
    stable: completed,
    abortOnFailures: 2,
    rollout: { number: 2, state: 'Degraded', reason: 'two failed', current: 0 },
    problems: [],
  });
  expect(first.waves).toEqual(
    twoWaves.map(({ members: _m, updated: _u, left: _l, ...rest }) => rest),
  );
  expect(second).toMatchObject({ channel: 'ubuntu-24.04', waves: [] });
  expect(second).not.toHaveProperty('rollout');
});
