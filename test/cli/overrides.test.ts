import { userInfo } from 'node:os';
import { expect, test } from 'vitest';
import { cancelWith } from '../../controller/cli/override-cancel.ts';
import type { LedgerRequest } from '../../controller/core/request.ts';
import { OperatorError } from '../../controller/ports.ts';
import { overrideJson, overrideTable } from '../../controller/render/override-table.ts';
import { plain } from '../../controller/render/paint.ts';
import { asked, handsOff, type Met, makeAskingRig, toBeOff, toRun } from '../support/asking-rig.ts';
import { mondayMorning, mondayNight } from '../support/world.ts';

const me = userInfo().username;
const on = asked({ work: toRun, id: '0a1b2c3d-1' });
const newer = asked({ work: toBeOff, id: '0a1b2c3e-2', at: '2026-11-23T08:00:00.000Z' });

async function cancel(met: Met, nameOrId: string) {
  const rig = await makeAskingRig(met);
  const code = await cancelWith(rig.parts, nameOrId, rig.io);
  return { ...rig, code, out: rig.io.heard.out };
}

test.each<{ it: string; met: Met; says: string }>([
  {
    it: 'in a window it goes on to run',
    met: { requests: [on] },
    says: 'cancelled the start by bob (release) on ada-01\n  ada-01 is to run until Mon 19:00 Madrid: window mon-fri 08:00-19:00 Europe/Madrid\n',
  },
  {
    it: 'in a window it is started again',
    met: { requests: [newer], machine: 'stopped' },
    says: 'cancelled the stop by bob (release) on ada-01\n  ada-01 is to run until Mon 19:00 Madrid: window mon-fri 08:00-19:00 Europe/Madrid\n  the controller acts at its next pass\n',
  },
  {
    it: 'outside its windows it is stopped',
    met: { requests: [on], now: mondayNight },
    says: 'cancelled the start by bob (release) on ada-01\n  ada-01 is to be off until Tue 08:00 Madrid: outside every window\n  the controller acts at its next pass\n',
  },
  {
    it: 'what its schedule leaves to people is said',
    met: { requests: [on], now: mondayNight, schedule: { actions: 'start-only' } },
    says: 'cancelled the start by bob (release) on ada-01\n  ada-01 is to be off until Tue 08:00 Madrid: outside every window, which is left to people\n',
  },
  {
    it: 'in mode observe nothing is done',
    met: { requests: [on], now: mondayNight, fleet: { mode: 'observe' } },
    says: 'cancelled the start by bob (release) on ada-01\n  ada-01 is to be off until Tue 08:00 Madrid: outside every window\n  the Fleet is in mode: observe, so the controller acts on nothing there\n',
  },
  {
    it: 'of one that is suspended no more is said',
    met: { requests: [on, asked({ work: handsOff, id: 'suspension' })] },
    says: 'cancelled the start by bob (release) on ada-01\n',
  },
  {
    it: 'of one whose file is gone no more is said',
    met: { requests: [on], isGone: true, record: { orphanedAt: mondayMorning } },
    says: 'cancelled the start by bob (release) on ada-01\n',
  },
])('once an override is cancelled, $it', async ({ met, says }) => {
  const { code, out, open } = await cancel(met, 'ada-01');
  expect({ code, out }).toEqual({ code: 0, out: says });
  expect((await open()).filter(({ work }) => work.kind === 'override')).toEqual([]);
});

test.each([['ada-01'], ['0a1b2c3e-2'], ['0a1b2c3e'], ['0a1b2c3e-']])(
  'cancelled as %s, what it had replaced does not come back',
  async (nameOrId) => {
    const other = asked({ work: toRun, id: 'bobs-one', name: 'bob-01' });
    const { open, ledger } = await cancel({ requests: [on, newer, other] }, nameOrId);
    expect((await open()).map(({ id }) => id)).toEqual(['bobs-one']);
    const results = (await ledger.requests()).map(({ id, ended }) => [id, ended]);
    const at = mondayMorning;
    expect(results).toEqual([
      [on.id, { at, result: 'done', message: 'it was replaced by a newer one' }],
      ['bobs-one', undefined],
      [newer.id, { at, result: 'cancelled', message: `cancelled by ${me}` }],
    ]);
    expect(await ledger.events()).toEqual([
      {
        name: 'ada-01',
        at,
        type: 'Normal',
        source: 'command',
        reason: 'OverrideCancelled',
        message: `${me} cancelled the stop by bob (release), which lasted until 2026-11-26T09:00:00.000Z`,
      },
    ]);
  },
);

test.each<{ it: string; requests: readonly LedgerRequest[]; named: string; says: string[] }>([
  {
    it: 'where only another has one',
    requests: [asked({ work: toRun, name: 'bob-01' })],
    named: 'ada-01',
    says: ['no override of ada-01 stands', 'devinstance override list shows those in force'],
  },
  {
    it: 'that has expired',
    requests: [asked({ work: toRun, expiresAt: mondayMorning })],
    named: 'ada-01',
    says: ['no override of ada-01 stands', 'devinstance override list shows those in force'],
  },
  {
    it: 'where it is only suspended',
    requests: [asked({ work: handsOff })],
    named: 'ada-01',
    says: ['no override of ada-01 stands', 'devinstance override list shows those in force'],
  },
  {
    it: 'of a mistyped name',
    requests: [on],
    named: 'Ada-01',
    says: ['there is no DevInstance Ada-01', 'did you mean ada-01?'],
  },
  {
    it: 'by too little of its id',
    requests: [on],
    named: '0a1b2',
    says: ['there is no DevInstance 0a1b2', 'devinstance get lists those there are'],
  },
  {
    it: 'by an id that none has',
    requests: [on],
    named: 'deadbeef',
    says: [
      'no DevInstance is called deadbeef, and no override has that id',
      'devinstance get lists those there are',
    ],
  },
  {
    it: 'by the beginning of two ids',
    requests: [on, asked({ work: toRun, id: '0a1b2c3d-9', name: 'bob-01' })],
    named: '0a1b2c',
    says: ['0a1b2c is the beginning of several ids: 0a1b2c3d-1, 0a1b2c3d-9', 'write one whole'],
  },
  {
    it: 'by the id of a suspension',
    requests: [asked({ work: handsOff, id: 'suspension' })],
    named: 'suspension',
    says: ['suspension is a suspension', 'devinstance resume ada-01 ends it'],
  },
  {
    it: 'by the id of a suspension of all',
    requests: [asked({ work: handsOff, id: 'suspension', name: '*' })],
    named: 'suspension',
    says: ['suspension is a suspension', 'devinstance resume --all ends it'],
  },
])('an override $it is not cancelled', async ({ requests, named, says }) => {
  const rig = await makeAskingRig({ requests });
  const before = await rig.written();
  const refusal = await cancelWith(rig.parts, named, rig.io).catch((error) => error);
  expect(refusal).toBeInstanceOf(OperatorError);
  expect([refusal.message, refusal.remedy]).toEqual(says);
  expect(await rig.written()).toEqual(before);
});

test('an override that ends in the same moment was not cancelled, and that is said', async () => {
  const rig = await makeAskingRig({ requests: [on] });
  const ledger = { ...rig.ledger, endRequest: async () => false };
  const answer = cancelWith({ ...rig.parts, ledger }, 'ada-01', rig.io);
  await expect(answer).rejects.toThrow('the override of ada-01 has just ended');
  expect(await rig.ledger.events()).toEqual([]);
});

const listed: readonly LedgerRequest[] = [
  on,
  asked({ work: toBeOff, name: 'bob-01', actor: 'c\u001bd', reason: '', id: '1b2c3d4e-3' }),
  asked({ work: handsOff, name: '*', id: '2c3d4e5f-4', reason: 'AWS\nis down' }),
];

test('the table shows what is in force, in the times of each DevInstance', () => {
  const timezoneOf = (name: string) => (name === '*' ? 'UTC' : 'Europe/Madrid');
  const table = overrideTable(listed, { now: mondayMorning, timezoneOf }, plain);
  expect(table).toBe(`\
NAME    STATE      UNTIL             BY        SINCE                    ID        REASON
ada-01  on         Thu 10:00 Madrid  bob       2026-11-16 10:00 Madrid  0a1b2c3d  release
bob-01  off        Thu 10:00 Madrid  c\\u{1b}d  2026-11-16 10:00 Madrid  1b2c3d4e  -
(all)   suspended  Thu 09:00 UTC     bob       2026-11-16 09:00 UTC     2c3d4e5f  AWS\\u{a}is down
`);
});

test('where nothing is in force the table says so', () => {
  expect(overrideTable([], { now: mondayMorning, timezoneOf: () => 'UTC' }, plain)).toBe(
    'no overrides\n',
  );
});

test('for programs it is one array, with whole ids and instants', () => {
  const rest = { until: '2026-11-26T09:00:00.000Z', since: '2026-11-16T09:00:00.000Z' };
  expect(JSON.parse(overrideJson(listed))).toEqual([
    {
      id: '0a1b2c3d-1',
      name: 'ada-01',
      state: 'running',
      command: 'start',
      actor: 'bob',
      reason: 'release',
      ...rest,
    },
    {
      id: '1b2c3d4e-3',
      name: 'bob-01',
      state: 'stopped',
      command: 'stop',
      actor: 'c\u001bd',
      reason: '',
      ...rest,
    },
    {
      id: '2c3d4e5f-4',
      name: '*',
      state: 'suspended',
      command: 'suspend',
      actor: 'bob',
      reason: 'AWS\nis down',
      ...rest,
    },
  ]);
});
