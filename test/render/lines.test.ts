import { expect, test } from 'vitest';
import type { Action, CreateHomeRequest, LaunchRequest } from '../../controller/core/action.ts';
import type { Change, Plan } from '../../controller/core/plan/world.ts';
import { actionText, outcomeText } from '../../controller/render/action-text.ts';
import { type Paint, plain } from '../../controller/render/paint.ts';
import { planNdjson } from '../../controller/render/plan-json.ts';
import { rolloutRecord } from '../../controller/render/rollout-json.ts';
import { statusJson, statusTable } from '../../controller/render/status-table.ts';
import { waitingText } from '../../controller/render/waiting-text.ts';
import { emptyPlan } from '../support/empty-plan.ts';
import { channelActions, rolloutIn, statusOf } from '../support/rollout-cases.ts';

const now = '2026-11-23T09:00:00.000Z';

function change(kind: Change['kind'], over: Partial<Change> = {}): Change {
  const name = over.name ?? `${kind}-01`;
  return { name, owner: 'ada', kind, reasons: ['why'], details: ['what'], at: 'now', ...over };
}

const marks: Paint = {
  green: (text) => `G<${text}>`,
  yellow: (text) => `Y<${text}>`,
  red: (text) => `R<${text}>`,
  cyan: (text) => `C<${text}>`,
  dim: (text) => `D<${text}>`,
  bold: (text) => `B<${text}>`,
};

test('the NDJSON has one typed line each, the summary last', () => {
  const baking = statusOf(rolloutIn('Baking'));
  const plan: Plan = {
    ...emptyPlan,
    changes: [change('create', { note: 'n' })],
    rollouts: [baking, statusOf(rolloutIn('Complete'))],
    channelActions: channelActions.slice(0, 1),
    holds: [{ name: 'a', reason: 'NotReady', message: 'm', remedy: 'r' }],
    interlocks: [{ reason: 'InterlockUnhealthy', message: 'm', remedy: 'r' }],
    waiting: [{ name: 'a', what: 'w' }],
    transitions: [{ name: 'a', at: now, state: 'stopped', reason: 'window' }],
  };
  const problem = {
    file: 'a.yaml',
    line: 1,
    column: 2,
    severity: 'error',
    code: 'E_VALUE',
    message: 'm',
    fix: 'f',
  } as const;
  const failure = { what: 'homes', message: 'm', remedy: 'r' } as const;
  const text = planNdjson(plan, {
    fleet: 'dev',
    now,
    mode: 'enforce',
    problems: [problem],
    failures: [failure],
  });
  expect(text.endsWith('\n')).toBe(true);
  expect(
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual(
    [
      { type: 'plan', fleet: 'dev', now, mode: 'enforce' },
      { type: 'diagnostic', ...problem },
      { type: 'read_failure', ...failure },
      { type: 'interlock', reason: 'InterlockUnhealthy', message: 'm', remedy: 'r' },
      {
        type: 'planned_change',
        action: 'create',
        name: 'create-01',
        owner: 'ada',
        reasons: ['why'],
        details: ['what'],
        at: 'now',
        note: 'n',
      },
      { type: 'hold', name: 'a', reason: 'NotReady', message: 'm', remedy: 'r' },
      { type: 'rollout', ...rolloutRecord(baking) },
      {
        type: 'channel_action',
        action: 'publish-image',
        channel: 'ubuntu-24.04',
        parameter: '/config/latest-id',
        imageId: 'ami-00000002',
      },
      { type: 'waiting', name: 'a', what: 'w' },
      { type: 'transition', name: 'a', at: now, state: 'stopped', reason: 'window' },
      {
        type: 'change_summary',
        create: 1,
        change: 0,
        replace: 0,
        orphan: 0,
        retire: 0,
        start: 0,
        stop: 0,
        held: 1,
      },
    ].map((line) => ({ schemaVersion: 1, ...line })),
  );
});

test.each<[string, Action]>([
  [
    'launch t3.xlarge in subnet-1',
    {
      kind: 'launch',
      name: 'a',
      request: { instanceType: 't3.xlarge', subnetId: 'subnet-1' } as LaunchRequest,
    },
  ],
  [
    'create home 100 GiB gp3 in eu-west-1a',
    {
      kind: 'create-home',
      name: 'a',
      request: { sizeGib: 100, type: 'gp3', az: 'eu-west-1a' } as CreateHomeRequest,
    },
  ],
  [
    'attach home vol-1 to i-1',
    { kind: 'attach-home', name: 'a', machineId: 'i-1', homeId: 'vol-1', deviceName: '/dev/sdf' },
  ],
  [
    'protect the home on i-1 from termination',
    { kind: 'protect-home', name: 'a', machineId: 'i-1', deviceName: '/dev/sdf' },
  ],
  ['tag i-1: A=1, B=2', { kind: 'tag', name: 'a', resourceId: 'i-1', tags: { A: '1', B: '2' } }],
  ['start i-1', { kind: 'start', name: 'a', machineId: 'i-1' }],
  ['stop i-1', { kind: 'stop', name: 'a', machineId: 'i-1', cause: 'duty' }],
  [
    'set type t3.large on i-1',
    { kind: 'set-type', name: 'a', machineId: 'i-1', instanceType: 't3.large' },
  ],
  [
    'modify home vol-1 to 150 GiB gp3',
    { kind: 'modify-home', name: 'a', homeId: 'vol-1', sizeGib: 150, type: 'gp3' },
  ],
])('%s', (text, action) => {
  expect(actionText(action)).toBe(text);
});

test('an outcome names what was made, or what went wrong', () => {
  const start: Action = { kind: 'start', name: 'a', machineId: 'i-1' };
  const launch: Action = { kind: 'launch', name: 'a', request: {} as LaunchRequest };
  const home: Action = { kind: 'create-home', name: 'a', request: {} as CreateHomeRequest };
  const done = { result: 'done', machineId: 'i-1', homeId: 'vol-1' } as const;
  expect([launch, home, start].map((action) => outcomeText(action, done))).toEqual([
    'i-1',
    'vol-1',
    '',
  ]);
  const refused = { result: 'refused', code: 'C', message: 'm', capacity: false, remedy: 'r' };
  expect(outcomeText(start, refused as never)).toBe('refused: C: m -> r');
  expect(outcomeText(start, { result: 'unknown', code: 'C', message: 'm' })).toBe(
    'unclear: C: m -> looked up again',
  );
  expect(outcomeText(start, { result: 'not-sent', message: 'm' })).toBe('m');
});

test('what AWS is busy with is counted by what it is', () => {
  expect(waitingText([])).toBe('');
  const waiting = ['x', 'y', 'x'].map((what) => ({ name: 'a', what }));
  expect(waitingText(waiting)).toBe('waiting for x (2), y (1)');
});

const status = {
  name: 'ada-01',
  owner: 'ada',
  className: 'standard',
  sync: 'Synced',
  health: 'Healthy',
  phase: 'Running',
  instanceType: 't3.xlarge',
  timezone: 'Europe/Madrid',
} as const;

test('the table is aligned; what is not known is a dash', () => {
  const full = {
    ...status,
    homeSizeGib: 100,
    az: 'eu-west-1a',
    duty: { state: 'stopped', reason: 'r', until: '2026-11-24T07:00:00.000Z' },
  } as const;
  const never = { ...status, duty: { state: 'running', reason: 'always' } } as const;
  expect(statusTable([full, { ...never, name: 'bo' }], now, 'table', plain).split('\n')).toEqual([
    'NAME    OWNER  PHASE    SYNC    HEALTH   TYPE       HOME     ZONE        NEXT',
    'ada-01  ada    Running  Synced  Healthy  t3.xlarge  100 GiB  eu-west-1a  start Tue 08:00 Madrid',
    'bo      ada    Running  Synced  Healthy  t3.xlarge  -        -           -',
    '',
  ]);
  expect(statusTable([], now, 'table', plain)).toBe('no DevInstances\n');
  const wide = statusTable([never], now, 'wide', plain).split('\n');
  expect(wide[0]?.slice(-46)).toContain('CLASS     MACHINE  IMAGE  HOME-ID  WHY');
  expect(wide[1]).toMatch(/standard {2}- {8}- {6}- {8}always$/);
});

test.each([
  ['Healthy', ''],
  ['Suspended', ''],
  ['Progressing', 'Y<'],
  ['Degraded', 'R<'],
  ['Missing', 'R<'],
] as const)('%s is painted %s', (health, start) => {
  const [header, line] = statusTable([{ ...status, health }], now, 'table', marks).split('\n');
  expect(header).toMatch(/^B<NAME/);
  expect(line?.startsWith(`${start}ada-01`)).toBe(true);
});

test('statuses as JSON are one array', () => {
  expect(JSON.parse(statusJson([status]))).toEqual([status]);
});
