import { describe, expect, test } from 'vitest';
import { inspect } from '../../controller/core/plan/inspect.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { Plan } from '../../controller/core/plan/world.ts';
import type { LedgerRequest } from '../../controller/core/request.ts';
import { describeText } from '../../controller/render/describe-text.ts';
import { manifestOf } from '../../controller/render/manifest.ts';
import { plain } from '../../controller/render/paint.ts';
import { planNdjson } from '../../controller/render/plan-json.ts';
import { planMarkdown } from '../../controller/render/plan-markdown.ts';
import { planText } from '../../controller/render/plan-text.ts';
import { statusTable } from '../../controller/render/status-table.ts';
import { emptyPlan } from '../support/empty-plan.ts';
import { worldOf } from '../support/plan-case.ts';
import { mondayMorning as now } from '../support/world.ts';

const extension: LedgerRequest = {
  id: '3f2a0000-0000-4000-8000-000000000001',
  name: 'ada-01',
  work: { kind: 'override', state: 'running', command: 'extend' },
  actor: 'ada',
  reason: 'release night',
  at: '2026-11-23T08:00:00.000Z',
  expiresAt: '2026-11-23T22:00:00.000Z',
};
const start: LedgerRequest = {
  ...extension,
  work: { kind: 'override', state: 'running', command: 'start' },
};
const stop: LedgerRequest = {
  ...extension,
  work: { kind: 'override', state: 'stopped', command: 'stop' },
  reason: '',
};
const suspension: LedgerRequest = {
  ...extension,
  name: 'grace-01',
  work: { kind: 'suspend' },
  actor: 'bob',
  reason: 'a *disk* | `moves`\u001b[2J\n@all',
};
const pause: LedgerRequest = { ...suspension, name: '*', reason: 'AWS has trouble' };

const context = {
  now,
  failures: [],
  timezoneOf: (name: string) => (name === '*' ? 'UTC' : 'Europe/Madrid'),
};

function planOf(...inForce: readonly LedgerRequest[]): Plan {
  return { ...emptyPlan, inForce };
}

describe('a plan', () => {
  test('as text has what is in force between what comes next and the summary', () => {
    const transitions = [{ name: 'ada-01', at: now, state: 'stopped', reason: 'r' }] as const;
    const plan = { ...planOf(extension, stop, suspension, pause), transitions };
    expect(planText(plan, context, plain)).toBe(`Next by schedule:
  _ stop  ada-01  Mon 10:00 Madrid

In force:
  ada-01             on until Mon 23:00 Madrid (extended by ada: release night)
  ada-01             off until Mon 23:00 Madrid (stopped by ada)
  grace-01           hands off until Mon 23:00 Madrid (suspended by bob: a *disk* | \`moves\`\\u{1b}[2J\\u{a}@all)
  every DevInstance  hands off until Mon 22:00 UTC (suspended by bob: AWS has trouble)

Plan: 0 to create, 0 to change, 0 to replace, 0 to orphan. 0 to start, 0 to stop, 0 held.
`);
  });

  test('says nothing of it where nothing is', () => {
    expect(planText(planOf(), context, plain)).not.toContain('In force');
    expect(planMarkdown(planOf(), { ...context, problems: [] })).not.toContain('In force');
  });

  test('as NDJSON has a line of its type for each', () => {
    const shown = { fleet: 'dev', now, mode: 'enforce', problems: [], failures: [] };
    const lines = planNdjson(planOf(extension, pause), shown).trimEnd().split('\n');
    const { id, actor, reason, at, expiresAt: until } = extension;
    expect(lines.slice(1, -1).map((line) => JSON.parse(line))).toEqual([
      {
        schemaVersion: 1,
        type: 'override',
        ...{ id, name: 'ada-01', state: 'running', command: 'extend', actor, reason, at, until },
      },
      {
        schemaVersion: 1,
        type: 'suspension',
        ...{ id, name: '*', actor: 'bob', reason: 'AWS has trouble', at, until },
      },
    ]);
  });

  test('as Markdown has a table, in which nobody’s text is more than text', () => {
    const text = planMarkdown(planOf(extension, suspension), { ...context, problems: [] });
    expect(text).toContain(
      '\n#### In force\n\n|Machine|What|Who and why|\n|-|-|-|\n' +
        '|ada-01|on until Mon 23:00 Madrid|extended by ada: release night|\n' +
        '|grace-01|hands off until Mon 23:00 Madrid|suspended by bob: a \\*disk\\* &#124; ' +
        '&#96;moves&#96;&#92;u{1b}\\[2J&#92;u{a}@&#8203;all|\n',
    );
  });
});

/** ada-01 alone, with what was asked for. */
function adaWith(...requests: readonly LedgerRequest[]) {
  const world = { ...worldOf({ what: '' }), requests };
  const plan = makePlan(world);
  const [inspection] = inspect(world, plan, ['ada-01']);
  if (inspection === undefined) throw new Error('ada-01 is not known');
  return { plan, inspection };
}

const inWindow = { ...extension, expiresAt: '2026-11-23T12:00:00.000Z' };

test.each([
  ['nobody asked for', [], 'stop Mon 19:00 Madrid'],
  ['an extension sets', [extension], 'stop Mon 23:00 Madrid (extended)'],
  ['a start sets', [start], 'stop Mon 23:00 Madrid (started)'],
  ['an extension over in the window does not set', [inWindow], 'stop Mon 19:00 Madrid'],
  ['a stop until the next window does not set', [stop], 'start Tue 08:00 Madrid'],
  [
    'a stop sets that ends in a window',
    [{ ...stop, expiresAt: inWindow.expiresAt }],
    'start Mon 13:00 Madrid (stopped)',
  ],
  ['nobody sets while hands are off', [pause], '-'],
])('in the table of get, NEXT is one that %s', (_, requests, next) => {
  const [, line = ''] = statusTable(adaWith(...requests).plan.statuses, now, 'table', plain).split(
    '\n',
  );
  expect(line.split(/ {2,}/).at(-1)).toBe(next);
});

test.each([
  ['Override   on until Mon 23:00 Madrid (extended by ada: release night)', extension],
  ['Suspended  hands off until Mon 23:00 Madrid (suspended by bob: AWS has trouble)', pause],
])('describe has the row %s', (row, request) => {
  expect(describeText(adaWith(request).inspection, [], plain)).toContain(`\n  ${row}\n`);
});

test('what somebody wrote steers no terminal, in whatever column', () => {
  const hostile = { ...extension, reason: '\u001b[2J' };
  const table = statusTable(adaWith(hostile).plan.statuses, now, 'wide', plain);
  expect(table).toContain('extended until 23:00 by ada: \\u{1b}[2J\n');
});

test('a request for another DevInstance is not shown', () => {
  expect(describeText(adaWith(suspension).inspection, [], plain)).not.toContain('Suspended');
});

test('a manifest has the duty with its grounds, and what is asked for', () => {
  const { status } = manifestOf(adaWith(extension).inspection);
  expect(status).toMatchObject({
    duty: {
      state: 'running',
      rule: 'override',
      reason: 'extended until 23:00 by ada: release night',
      since: extension.at,
      until: extension.expiresAt,
      next: { state: 'stopped', at: extension.expiresAt },
    },
    overrides: [{ id: extension.id, command: 'extend', actor: 'ada', until: extension.expiresAt }],
  });
  expect(status).not.toHaveProperty('suspensions');
  expect(manifestOf(adaWith(pause).inspection)['status']).toMatchObject({
    suspensions: [{ name: '*', actor: 'bob', until: pause.expiresAt }],
  });
});

test('what was not asked for yet is not in force', () => {
  const later = { ...extension, at: '2026-11-23T09:00:01.000Z' };
  expect(adaWith(later).plan.inForce).toEqual([]);
});
