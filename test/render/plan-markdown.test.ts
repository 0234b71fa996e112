import { describe, expect, test } from 'vitest';
import type { Problem } from '../../controller/core/desired.ts';
import type { Change, ChangeKind, Hold, Plan } from '../../controller/core/plan/world.ts';
import { escapeMarkdown, fenced } from '../../controller/render/markdown.ts';
import { type MarkdownContext, planMarkdown } from '../../controller/render/plan-markdown.ts';
import { emptyPlan } from '../support/empty-plan.ts';
import { channelActions, expired, rolloutIn, statusOf } from '../support/rollout-cases.ts';

const now = '2026-11-23T09:00:00.000Z';
const context: MarkdownContext = {
  now,
  failures: [],
  problems: [],
  timezoneOf: () => 'Europe/Madrid',
};
const markdownOf = (plan: Partial<Plan>, over: Partial<MarkdownContext> = {}) =>
  planMarkdown({ ...emptyPlan, ...plan }, { ...context, ...over });

function change(kind: ChangeKind, over: Partial<Change> = {}): Change {
  const name = `${kind}-01`;
  return { name, owner: 'ada', kind, reasons: ['why'], details: ['what'], at: 'now', ...over };
}

function hold(name: string, over: Partial<Hold> = {}): Hold {
  return { name, reason: 'UpgradeNever', message: 'behind', remedy: 'wait', ...over };
}

function problem(over: Partial<Problem> = {}): Problem {
  return {
    file: 'specs/instances/ada-01.yaml',
    line: 11,
    column: 25,
    severity: 'error',
    code: 'E_SCHEMA',
    message: 'sizeGiB must be a whole number',
    fix: 'Write a whole number.',
    ...over,
  };
}

const summary =
  'Plan: 0 to create, 0 to change, 0 to replace, 0 to orphan. 0 to start, 0 to stop, 0 held.';

test('nothing to do is short', () => {
  expect(markdownOf({})).toBe(`<!-- devinstance:plan -->
### devinstance plan: no changes

Interlocks pass.

Merging applies this; push to replan.

<details><summary>Full plan</summary>

\`\`\`diff
${summary}
\`\`\`

</details>
`);
});

test('a plan of all sorts', () => {
  const plan: Partial<Plan> = {
    changes: [
      change('change', {
        name: 'linus-01',
        owner: 'linus',
        reasons: ['spec_home_volume'],
        details: ['home vol-1 200 -> 260 GiB, online'],
      }),
      change('orphan', {
        details: ['machine i-1 is kept', 'home vol-2 is kept'],
        note: 'restore it',
      }),
      change('replace', { details: ['image ami-1 -> ami-2'], withheldBy: 'UpgradeNever' }),
      change('stop', { at: '2026-11-23T18:00:00.000Z' }),
    ],
    holds: [hold('replace-01', { message: 'image ami-1 -> ami-2' })],
  };
  expect(markdownOf(plan, { problems: [problem()] })).toBe(`<!-- devinstance:plan -->
### devinstance plan: 1 to change, 1 to orphan, 1 to stop, 1 held, 1 error in specs

|Machine|Owner|Action|Why|When|Home|
|-|-|-|-|-|-|
|linus-01|linus|change|home vol-1 200 -&gt; 260 GiB, online|now|kept, changed online|
|orphan-01|ada|orphan|machine i-1 is kept<br>home vol-2 is kept|now (restore it)|kept, whole and untouched|
|replace-01|ada|replace|image ami-1 -&gt; ami-2|withheld: UpgradeNever|moves to the new machine, snapshotted first|
|stop-01|ada|stop|what|Mon 19:00 Madrid|kept|

#### Problems in specs

|Where|What|Fix|
|-|-|-|
|specs/instances/ada-01.yaml:11:25|error E\\_SCHEMA: sizeGiB must be a whole number|Write a whole number.|

#### Held

|Machine|Reason|What|What to do|
|-|-|-|-|
|replace-01|UpgradeNever|image ami-1 -&gt; ami-2|wait|

Interlocks pass.

Merging applies this; push to replan.

<details><summary>Full plan</summary>

\`\`\`diff
! linus-01  change (owner linus; spec_home_volume)
      home vol-1 200 -> 260 GiB, online
      when now
- orphan-01  orphan (owner ada; why)
      machine i-1 is kept
      home vol-2 is kept
      when now (restore it)
! replace-01  replace (owner ada; why)
      image ami-1 -> ami-2
      withheld: UpgradeNever
_ stop-01  stop (owner ada; why)
      what
      when Mon 19:00 Madrid
! replace-01  UpgradeNever: image ami-1 -> ami-2
      -> wait
Plan: 0 to create, 1 to change, 0 to replace, 1 to orphan. 0 to start, 1 to stop, 1 held.
\`\`\`

</details>
`);
});

test('an interlock that trips is said in place of those that pass', () => {
  const reason = 'InterlockDisrupted' as const;
  const text = markdownOf({
    interlocks: [{ reason, message: '2 of 10 have lost their file', remedy: 'restore the files' }],
  });
  expect(text).toContain(
    '\n**InterlockDisrupted trips:** 2 of 10 have lost their file. What to do: restore the files.\n',
  );
  expect(text).toContain('### devinstance plan: 1 interlock tripped\n');
  expect(text).toContain('\nMerging applies only what is not withheld; push to replan.\n');
  expect(text).not.toContain('Interlocks pass');
});

test('a failed read leaves interlocks unjudged', () => {
  const failures = [{ what: 'machines', message: 'denied', remedy: 'allow it' }] as const;
  const text = markdownOf({}, { failures });
  expect(text).toContain('### devinstance plan: 1 failed read\n');
  expect(text).toContain('|Read|What|What to do|\n|-|-|-|\n|machines|denied|allow it|\n');
  expect(text).toContain('Interlocks could not be judged');
  expect(text).not.toContain('Interlocks pass');
});

test('observing and another moment are said', () => {
  const restriction = 'the Fleet is in mode: observe';
  const text = markdownOf({}, { restriction, asOf: '2026-12-24T19:00:00.000Z' });
  expect(text).toContain(
    '\n\nAs of 2026-12-24T19:00:00.000Z, with specs and account as they are now.\n\n**Nothing is acted on: the Fleet is in mode: observe.**\n\n',
  );
  expect(text).toContain('Merging this changes nothing yet; push to replan.');
});

test.each([
  ['create', '+ create-01'],
  ['adopt', '+ adopt-01'],
  ['recover', '+ recover-01'],
  ['start', '^ start-01'],
  ['change', '! change-01'],
  ['replace', '-/+ replace-01'],
] as const)('%s begins its line in the diff with its sign', (kind, start) => {
  const lines = markdownOf({ changes: [change(kind)] }).split('\n');
  expect(lines.some((line) => line.startsWith(start))).toBe(true);
});

describe('other people’s text stays text', () => {
  test.each([
    ['a|b', 'a&#124;b'],
    ['`code`', '&#96;code&#96;'],
    ['<img src=x>', '&lt;img src=x&gt;'],
    ['&lt;', '&amp;lt;'],
    ['two\nlines\r\n', 'two&#92;u{a}lines&#92;u{d}&#92;u{a}'],
    ['[a](javascript:x)', '\\[a\\](javascript:x)'],
    ['**b** _i_ ~s~', '\\*\\*b\\*\\* \\_i\\_ \\~s\\~'],
    ['\\|', '&#92;&#124;'],
    ['@org/team', '@&#8203;org/team'],
    ['$x$', '&#36;x&#36;'],
    ['\u202eevil\u0007', '&#92;u{202e}evil&#92;u{7}'],
    ['Zoë ✓', 'Zoë ✓'],
  ])('%j', (text, expected) => {
    expect(escapeMarkdown(text)).toBe(expected);
  });

  const hostile = 'x|`<b>\n|y|\n```\n</details>';

  test('in every cell', () => {
    const text = markdownOf(
      {
        changes: [
          change('change', { name: hostile, owner: hostile, details: [hostile], note: hostile }),
        ],
        holds: [hold(hostile, { message: hostile, remedy: hostile })],
        interlocks: [{ reason: 'InterlockDisrupted', message: hostile, remedy: hostile }],
      },
      {
        problems: [problem({ file: hostile, message: hostile, fix: hostile, code: hostile })],
        failures: [{ what: 'homes', message: hostile, remedy: hostile }],
      },
    );
    const [outside = ''] = text.split('<details>');
    expect(outside).not.toMatch(/<b>|<\/details>|`/);
    const columns = outside.split('\n').flatMap((line) => {
      return line.startsWith('|') ? [line.split('|').length - 2] : [];
    });
    expect(columns).toEqual([6, 6, 6, 3, 3, 3, 3, 3, 3, 4, 4, 4]);
  });

  test('in the full plan, whose fence it cannot end', () => {
    const text = markdownOf({ changes: [change('change', { details: ['a\n````\n</details>'] })] });
    expect(text.match(/^`{3,}(diff)?$/gm)).toEqual(['`````diff', '`````']);
    expect(text).toContain('      a\\u{a}````\\u{a}</details>');
    expect(fenced('', 'a ``` b')).toBe('````\na ``` b\n````');
  });
});

describe('what GitHub would refuse for its length', () => {
  const many = <T>(count: number, make: (name: string) => T): readonly T[] =>
    Array.from({ length: count }, (_, index) => make(`m-${String(index).padStart(5, '0')}`));

  test('is cut, counted, and keeps heading, interlocks and a part of each section', () => {
    const changes = many(2_000, (name) => change('change', { name, details: ['x'.repeat(60)] }));
    const problems = many(2_000, (name) => problem({ file: `specs/instances/${name}.yaml` }));
    const holds = many(2_000, (name) => hold(name));
    const text = markdownOf({ changes, holds }, { problems });
    expect(text.length).toBeLessThanOrEqual(65_536);
    expect(text.length).toBeGreaterThan(60_000);
    expect(text).toContain(
      '### devinstance plan: 2000 to change, 2000 held, 2000 errors in specs\n',
    );
    expect(text).toContain('\nInterlocks pass.\n');
    expect(text.endsWith('\n```\n\n</details>\n')).toBe(true);
    const shown = (start: RegExp) => text.match(start)?.length ?? 0;
    const leftOut = (noun: string) =>
      Number(new RegExp(`… and (\\d+) more ${noun}, left out`).exec(text)?.[1]);
    expect(shown(/^\|m-\d+\|ada\|change\|/gm) + leftOut('changes')).toBe(2_000);
    expect(shown(/^\|specs/gm) + leftOut('problems')).toBe(2_000);
    expect(shown(/^\|m-\d+\|UpgradeNever\|/gm) + leftOut('holds')).toBe(2_000);
    const [, full = ''] = text.split('```');
    const lines = full.split('\n').slice(1, -2).length;
    // Three lines a change, two a hold, and the summary.
    expect(lines + leftOut('lines')).toBe(2_000 * 3 + 2_000 * 2 + 1);
    for (const noun of ['changes', 'problems', 'holds', 'lines']) {
      expect(leftOut(noun)).toBeLessThan(noun === 'lines' ? 10_001 : 2_000);
    }
  });

  test('also where one row alone is too long', () => {
    const text = markdownOf({ changes: [change('change', { details: ['<'.repeat(65_536)] })] });
    expect(text.length).toBeLessThanOrEqual(65_536);
    expect(text).toContain('… and 1 more change, left out');
    expect(text).toContain('Interlocks pass.');
  });

  test('a hundred changes are all there', () => {
    const changes = many(100, (name) => change('change', { name, details: ['x'.repeat(60)] }));
    const text = markdownOf({ changes });
    expect(text).not.toContain('left out');
    expect(text.match(/^\|m-/gm)).toHaveLength(100);
  });
});

test('waves stand with their moments, rollouts and what is done for images in tables', () => {
  const wave = { name: 'canary', position: 1, count: 2 };
  const problems = [expired];
  const halted = statusOf(rolloutIn('Aborted', { reason: 'aborted by kim' }), { problems });
  const text = markdownOf({
    changes: [change('replace', { wave })],
    rollouts: [halted, { ...statusOf(undefined, { problems }), channel: 'arm' }],
    channelActions,
  });
  expect(text).toContain('|replace-01|ada|replace|what|now<br>wave canary (1 of 2)|');
  expect(text).toContain(`#### Rollouts

|Rollout|How far|What to do|
|-|-|-|
|ubuntu-24.04 r2 ami-00000002|Aborted, wave 1 of 2 (canary), 1/2; then rest 2: aborted by kim<br>ImageExpired: it is too old|devinstance rollout undo ubuntu-24.04 takes every machine back<br>devinstance rollout resume ubuntu-24.04 goes on<br>build a newer one|
|arm|ImageExpired: it is too old|build a newer one|

#### Images

|Channel|What|
|-|-|
|ubuntu-24.04|publish ami-00000002 as /config/latest-id|
|ubuntu-24.04|tag ami-00000002: devinstance:phase=completed|
|ubuntu-24.04|deregister ami-00000000 with its snapshots|
`);
});
