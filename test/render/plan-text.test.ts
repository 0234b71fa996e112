import { expect, test } from 'vitest';
import type { Change, Plan } from '../../controller/core/plan/world.ts';
import type { RolloutStatus } from '../../controller/core/rollout/rollout-status.ts';
import { localTime, placeOf } from '../../controller/render/local-time.ts';
import { type Paint, plain } from '../../controller/render/paint.ts';
import { countChanges, planText } from '../../controller/render/plan-text.ts';
import { emptyPlan } from '../support/empty-plan.ts';
import {
  byKim,
  channelActions,
  expired,
  newest,
  rolloutIn,
  statusOf,
} from '../support/rollout-cases.ts';

const now = '2026-11-23T09:00:00.000Z';

function change(kind: Change['kind'], over: Partial<Change> = {}): Change {
  const name = over.name ?? `${kind}-01`;
  return { name, owner: 'ada', kind, reasons: ['why'], details: ['what'], at: 'now', ...over };
}

const context = { now, failures: [], timezoneOf: () => 'Europe/Madrid' };
const textOf = (plan: Partial<Plan>, over: object = {}, paint: Paint = plain) =>
  planText({ ...emptyPlan, ...plan }, { ...context, ...over }, paint);

const summaryLine =
  'Plan: 0 to create, 0 to change, 0 to replace, 0 to orphan. 0 to start, 0 to stop, 0 held.';

test('nothing to do is one line, whose wording is an interface', () => {
  expect(textOf({})).toBe(`${summaryLine}\n`);
});

test.each([
  ['create', '  + create-01  create (owner ada; why)'],
  ['adopt', '  + adopt-01  adopt (owner ada; why)'],
  ['recover', '  + recover-01  recover (owner ada; why)'],
  ['start', '  ^ start-01  start (owner ada; why)'],
  ['stop', '  _ stop-01  stop (owner ada; why)'],
  ['change', '  ~ change-01  change (owner ada; why)'],
  ['replace', '-/+ replace-01  replace (owner ada; why)'],
  ['orphan', '  - orphan-01  orphan (owner ada; why)'],
] as const)('%s has its sign and its word', (kind, head) => {
  const [first, ...rest] = textOf({ changes: [change(kind)] }).split('\n');
  expect(first).toBe(head);
  expect(rest.slice(0, 2)).toEqual(['      what', '      when now']);
});

test('reasons and details are all there', () => {
  const many = change('change', { reasons: ['a', 'b'], details: ['x', 'y'], note: 'because' });
  expect(
    textOf({ changes: [many] })
      .split('\n')
      .slice(0, 4),
  ).toEqual([
    '  ~ change-01  change (owner ada; a, b)',
    '      x',
    '      y',
    '      when now (because)',
  ]);
});

const { at: _, ...sometime } = change('change');

test.each<[string, Change]>([
  ['      when Mon 19:00 Madrid', change('change', { at: '2026-11-23T18:00:00.000Z' })],
  ['      when 2026-12-24 19:00 Madrid', change('change', { at: '2026-12-24T18:00:00.000Z' })],
  ['      when it fits', sometime],
  ['      when it fits (at its next start)', { ...sometime, note: 'at its next start' }],
  ['      withheld: NeverOff', change('change', { withheldBy: 'NeverOff' })],
  ['      withheld: ObserveMode', change('change', { withheldBy: 'ObserveMode' })],
])('%s', (line, one) => {
  expect(textOf({ changes: [one] }).split('\n')[2]).toBe(line);
});

test('what is withheld has the sign of a hold, what observe mode withholds its own', () => {
  const signOf = (withheldBy: string) =>
    textOf({ changes: [change('stop', { withheldBy })] }).slice(0, 3);
  expect([signOf('InterlockUnhealthy'), signOf('ObserveMode')]).toEqual(['  !', '  _']);
});

test('holds that explain a change come first, then the others, interlocks and failed reads', () => {
  const hold = (name: string, reason: 'NeverOff' | 'NotReady') =>
    ({ name, reason, message: `why ${name}`, remedy: `mend ${name}` }) as const;
  const text = textOf(
    {
      changes: [change('change', { name: 'b', withheldBy: 'NeverOff' })],
      holds: [hold('a', 'NotReady'), hold('b', 'NotReady'), hold('b', 'NeverOff')],
      interlocks: [{ reason: 'InterlockUnhealthy', message: 'too many', remedy: 'mend them' }],
      waiting: [
        { name: 'c', what: 'x' },
        { name: 'd', what: 'x' },
      ],
    },
    {
      failures: [{ what: 'homes', message: 'AZ down', remedy: 'wait' }],
      restriction: 'the Fleet is in mode: observe',
    },
  );
  expect(text.split('\n').slice(3)).toEqual([
    '  ! b  NeverOff: why b',
    '      -> mend b',
    '  ! a  NotReady: why a',
    '      -> mend a',
    '  ! b  NotReady: why b',
    '      -> mend b',
    '  ! InterlockUnhealthy: too many',
    '      -> mend them',
    '  ! could not read homes: AZ down',
    '      -> wait',
    'Plan: 0 to create, 0 to change, 0 to replace, 0 to orphan. 0 to start, 0 to stop, 2 held.',
    'AWS is busy with c, d.',
    'Nothing is acted on: the Fleet is in mode: observe.',
    '',
  ]);
});

test('five transitions are shown and the others counted', () => {
  const transitions = Array.from({ length: 7 }, (_, n) => ({
    name: n === 0 ? 'long-name-01' : `d-${n}`,
    at: '2026-11-23T18:00:00.000Z',
    state: n % 2 === 0 ? ('stopped' as const) : ('running' as const),
    reason: 'window',
  }));
  expect(textOf({ transitions }).split('\n')).toEqual([
    'Next by schedule:',
    '  _ stop  long-name-01  Mon 19:00 Madrid',
    '  ^ start d-1           Mon 19:00 Madrid',
    '  _ stop  d-2           Mon 19:00 Madrid',
    '  ^ start d-3           Mon 19:00 Madrid',
    '  _ stop  d-4           Mon 19:00 Madrid',
    '  and 2 more',
    '',
    summaryLine,
    '',
  ]);
  expect(textOf({ transitions: transitions.slice(0, 5) })).not.toContain('more');
});

test('a DevInstance is counted once a kind; what is withheld is held and nothing else', () => {
  const plan: Plan = {
    ...emptyPlan,
    changes: [
      change('create', { name: 'a' }),
      change('adopt', { name: 'b' }),
      change('recover', { name: 'c' }),
      change('change', { name: 'd' }),
      change('change', { name: 'd' }),
      change('stop', { name: 'd' }),
      change('start', { name: 'e', withheldBy: 'ObserveMode' }),
      change('replace', { name: 'f' }),
      change('orphan', { name: 'g' }),
      change('stop', { name: 'h', withheldBy: 'InterlockUnhealthy' }),
      change('replace', { name: 'i', withheldBy: 'UpgradeNever' }),
    ],
    holds: [
      { name: 'i', reason: 'UpgradeNever', message: '', remedy: '' },
      { name: 'j', reason: 'NotReady', message: '', remedy: '' },
      { name: 'j', reason: 'BackingOff', message: '', remedy: '' },
    ],
  };
  const counts = {
    create: 3,
    change: 1,
    replace: 1,
    orphan: 1,
    retire: 0,
    start: 1,
    stop: 1,
    held: 3,
  };
  expect(countChanges(plan)).toEqual(counts);
  expect(planText(plan, context, plain)).toContain(
    'Plan: 3 to create, 1 to change, 1 to replace, 1 to orphan. 1 to start, 1 to stop, 3 held.\n',
  );
});

const marks: Paint = {
  green: (text) => `G<${text}>`,
  yellow: (text) => `Y<${text}>`,
  red: (text) => `R<${text}>`,
  cyan: (text) => `C<${text}>`,
  dim: (text) => `D<${text}>`,
  bold: (text) => `B<${text}>`,
};

test.each([
  ['G', change('create')],
  ['G', change('adopt')],
  ['G', change('recover')],
  ['Y', change('change')],
  ['C', change('start')],
  ['C', change('stop')],
  ['R', change('replace')],
  ['R', change('orphan')],
  ['Y', change('orphan', { withheldBy: 'InterlockDisrupted' })],
  ['C', change('stop', { withheldBy: 'ObserveMode' })],
])('the colour %s of a change', (colour, one) => {
  expect(textOf({ changes: [one] }, {}, marks)).toMatch(new RegExp(`^${colour}<`));
});

test.each([
  ['2026-11-23T18:00:00.000Z', 'Europe/Madrid', 'Mon 19:00'],
  ['2026-11-23T23:30:00.000Z', 'Europe/Madrid', 'Tue 00:30'],
  ['2026-11-29T08:59:59.999Z', 'UTC', 'Sun 08:59'],
  ['2026-11-29T09:00:00.000Z', 'UTC', '2026-11-29 09:00'],
  ['2026-11-17T09:00:00.001Z', 'UTC', 'Tue 09:00'],
  ['2026-11-17T09:00:00.000Z', 'UTC', '2026-11-17 09:00'],
  ['2026-11-24T03:30:00.000Z', 'Asia/Kolkata', 'Tue 09:00'],
])('%s in %s is %s', (at, timezone, text) => {
  expect(localTime(at, now, timezone)).toBe(text);
});

test.each([
  ['Europe/Madrid', 'Madrid'],
  ['America/Argentina/Buenos_Aires', 'Buenos Aires'],
  ['UTC', 'UTC'],
])('%s is called %s', (timezone, place) => {
  expect(placeOf(timezone)).toBe(place);
});

test('what AWS says can neither steer a terminal nor begin a line of its own', () => {
  const message = 'no\u001b[2J capacity\n  + eve-01  create';
  const held = { name: 'ada-01', reason: 'BackingOff', message, remedy: 'wait' } as const;
  const text = planText({ ...emptyPlan, holds: [held] }, context, plain);
  expect(text).toContain('no\\u{1b}[2J capacity\\u{a}  + eve-01  create');
});

const wave = { name: 'canary', position: 1, count: 3 };

test('a change of a rollout says its wave before its moment', () => {
  const late = change('replace', { at: '2026-11-23T18:00:00.000Z', wave });
  expect(
    textOf({ changes: [late] })
      .split('\n')
      .slice(1, 4),
  ).toEqual(['      what', '      wave canary (1 of 3)', '      when Mon 19:00 Madrid']);
});

test.each<{ it: string; status: RolloutStatus; says: string }>([
  {
    it: 'under way',
    status: statusOf(rolloutIn('Progressing')),
    says: 'Rollout ubuntu-24.04 r2 ami-00000002: Progressing, wave 1 of 2 (canary), 1/2; then rest 2\n',
  },
  {
    it: 'in its last wave, with a newer one behind it',
    status: statusOf(rolloutIn('Baking', { current: 1 }), { waiting: newest }),
    says: 'Rollout ubuntu-24.04 r2 ami-00000002: Baking, wave 2 of 2 (rest), 0/2; then ami-00000003 (newest)\n',
  },
  {
    it: 'halted',
    status: statusOf(rolloutIn('Degraded', { reason: '2 of its machines failed' })),
    says: `Rollout ubuntu-24.04 r2 ami-00000002: Degraded, wave 1 of 2 (canary), 1/2; then rest 2: 2 of its machines failed
      -> devinstance rollout undo ubuntu-24.04 takes every machine back
      -> devinstance rollout resume ubuntu-24.04 goes on
`,
  },
  {
    it: 'paused',
    status: statusOf(rolloutIn('Paused', { paused: byKim, reason: 'paused by kim' })),
    says: `Rollout ubuntu-24.04 r2 ami-00000002: Paused, wave 1 of 2 (canary), 1/2; then rest 2: paused by kim
      -> devinstance rollout resume ubuntu-24.04 goes on
`,
  },
  {
    it: 'over, with something wrong',
    status: statusOf(rolloutIn('Complete'), { problems: [expired] }),
    says: `Rollout ubuntu-24.04 r2 ami-00000002: Complete
  ! ubuntu-24.04  ImageExpired: it is too old
      -> build a newer one
`,
  },
  {
    it: 'not there, with something wrong',
    status: statusOf(undefined, { problems: [expired] }),
    says: `  ! ubuntu-24.04  ImageExpired: it is too old
      -> build a newer one
`,
  },
])('a rollout that is $it', ({ status, says }) => {
  expect(textOf({ rollouts: [status] })).toBe(`${says}\n${summaryLine}\n`);
});

test('of a channel at rest there is nothing to say', () => {
  const rollouts = [statusOf(undefined), statusOf(rolloutIn('Complete'))];
  expect(textOf({ rollouts })).toBe(`${summaryLine}\n`);
});

test('what is done for images is a line each', () => {
  expect(textOf({ channelActions })).toBe(`Images:
  ubuntu-24.04  publish ami-00000002 as /config/latest-id
  ubuntu-24.04  tag ami-00000002: devinstance:phase=completed
  ubuntu-24.04  deregister ami-00000000 with its snapshots

${summaryLine}
`);
});
