import { expect, test } from 'vitest';
import type { FleetEvent } from '../../controller/core/event.ts';
import { plain } from '../../controller/render/paint.ts';
import { type Committed, whyJson, whyText } from '../../controller/render/why-text.ts';
import { unread } from '../support/retirement-cases.ts';
import { whyCases } from '../support/why-cases.ts';
import { asked, whyIn } from '../support/why-rig.ts';
import { whyRuleCases } from '../support/why-rule-cases.ts';

test.each([...whyCases, ...whyRuleCases])('%s', (_, met, lines) => {
  expect(whyText(whyIn(met), undefined, plain).trimEnd().split('\n')).toEqual(lines);
});

const commit = { hash: '1a2b3c4', author: 'Grace', date: '2026-11-20', subject: 'Open earlier' };

test.each<readonly [string, Committed, string]>([
  ['committed', commit, '(commit 1a2b3c4 by Grace, 2026-11-20: Open earlier)'],
  ['not committed', 'not-committed', '(not committed)'],
  [
    'committed in words that would steer a terminal, or never end',
    { ...commit, author: 'G\u001b[2Jrace', subject: 'x'.repeat(70) },
    `(commit 1a2b3c4 by G\\u{1b}[2Jrace, 2026-11-20: ${'x'.repeat(59)}…)`,
  ],
])('what is %s is said so', (_, committed, said) => {
  const [, , from] = whyText(whyIn({}), committed, plain).split('\n');
  expect(from).toBe(`  From  specs/schedules/office.yaml:7:7 ${said}`);
});

const event = (reason: string, at: string): FleetEvent => {
  return { name: 'one-01', at, type: 'Normal', reason, message: `of ${reason}` };
};

test('the last event about its power is told', () => {
  const events = [
    event('MachineStarted', '2026-11-23T07:00:00.000Z'),
    event('HomeModified', '2026-11-23T07:30:00.000Z'),
  ];
  const lines = whyText(whyIn({}, events), undefined, plain).trimEnd().split('\n');
  expect(lines.at(-1)).toBe('  Last  Mon 08:00 MachineStarted: of MachineStarted');
  const resized = [...events, event('TypeChanged', '2026-11-23T07:40:00.000Z')];
  expect(whyText(whyIn({}, resized), undefined, plain)).toContain('Last  Mon 08:40 TypeChanged: ');
});

test('of a machine that could not be read nothing is judged', () => {
  const why = whyIn({ observed: { machines: [], ...unread('machines') } });
  expect(why).toMatchObject({ state: 'unread', verdict: 'unknown', duty: { state: 'running' } });
  const [head] = whyText(why, undefined, plain).split('\n');
  expect(head).toBe('one-01 could not be read, so that nobody knows whether it is on');
});

test('a replacement that is under way is told beside it', () => {
  const replacing = { since: '2026-11-23T08:00:00.000Z', step: 'snapshotting the home' };
  const lines = whyText(whyIn({}), undefined, plain, replacing).split('\n');
  expect(lines).toContain('  Also  being replaced since Mon 09:00: snapshotting the home');
  expect(JSON.parse(whyJson(whyIn({}), undefined, replacing))).toMatchObject({ replacing });
});

test('JSON is one object with everything', () => {
  expect(JSON.parse(whyJson(whyIn({}), commit))).toMatchObject({
    name: 'one-01',
    state: 'running',
    verdict: 'as-wanted',
    duty: { state: 'running', rule: 'window', field: ['windows', '0'] },
    from: { file: 'specs/schedules/office.yaml', line: 7, column: 7, committed: true, commit },
    next: { at: '2026-11-23T18:00:00.000Z', state: 'stopped' },
    // biome-ignore lint/suspicious/noThenProperty: the word of this interface
    then: [{ state: 'running' }, { state: 'stopped' }],
    holds: [],
  });
  expect(JSON.parse(whyJson(whyIn({ requests: [asked({})] }), undefined))).toMatchObject({
    from: { request: { id: asked({}).id, actor: 'ada' } },
    else: { state: 'running', rule: 'window' },
  });
});
