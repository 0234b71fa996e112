import { describe, expect, test } from 'vitest';
import type { ConditionType } from '../../controller/core/plan/condition.ts';
import { failed, homeIn, machines, off, said } from '../support/condition-cases.ts';
import type { PlanCase } from '../support/plan-case.ts';
import { bare, home, machine, report, spec, stopped, worldOf } from '../support/plan-case.ts';
import { lastWeek, makeRecord, mondayMorning, mondayNight } from '../support/world.ts';

describe.each<[ConditionType, readonly [string, PlanCase][]]>([
  [
    'HomeReady',
    [
      ['False HomeNotMade', { what: 'new', record: bare(), observed: { machines: [], homes: [] } }],
      [
        'Unknown ReadFailed',
        {
          what: 'new, homes unread',
          record: bare(),
          observed: { machines: [], homes: [], ...failed('homes') },
        },
      ],
      ['Unknown ReadFailed', { what: 'unread', observed: { homes: [], ...failed('homes') } }],
      [
        'False HomeMissing',
        { what: 'absent', observed: { homes: [], absent: new Set([home.id]) } },
      ],
      [
        'Unknown NotVisibleYet',
        {
          what: 'just made',
          record: makeRecord(spec, { homeSince: mondayMorning }),
          observed: { homes: [], absent: new Set([home.id]) },
        },
      ],
      [
        'False HomeCreating',
        { what: 'creating', observed: homeIn({ state: 'creating', attachments: [] }) },
      ],
      ['False HomeError', { what: 'broken', observed: homeIn({ state: 'error' }) }],
      ['Unknown UnknownState', { what: 'strange', observed: homeIn({ state: 'unknown' }) }],
    ],
  ],
  [
    'Launched',
    [
      ['False NotLaunched', { what: 'new', record: bare(), observed: { machines: [], homes: [] } }],
      [
        'Unknown ReadFailed',
        {
          what: 'new, machines unread',
          record: bare(),
          observed: { machines: [], homes: [], ...failed('machines') },
        },
      ],
      ['Unknown ReadFailed', { what: 'unread', observed: { machines: [], ...failed('machines') } }],
      [
        'False MachineTerminated',
        { what: 'terminated', observed: machines({ state: 'terminated' }) },
      ],
      [
        'False MachineTerminated',
        { what: 'absent', observed: { machines: [], absent: new Set([machine.id]) } },
      ],
      [
        'Unknown NotVisibleYet',
        {
          what: 'just launched',
          record: makeRecord(spec, {
            power: { state: 'running', at: mondayMorning, by: 'controller' },
          }),
          observed: { machines: [], absent: new Set([machine.id]) },
        },
      ],
    ],
  ],
  [
    'HomeAttached',
    [
      [
        'False HomeElsewhere',
        {
          what: 'on another',
          observed: homeIn({
            attachments: [{ instanceId: 'i-2', deviceName: '/dev/sdf', state: 'attached' }],
          }),
        },
      ],
      [
        'False AttachmentChanging',
        {
          what: 'attaching',
          observed: homeIn({
            attachments: [{ instanceId: machine.id, deviceName: '/dev/sdf', state: 'attaching' }],
          }),
        },
      ],
      [
        'Unknown UnknownState',
        {
          what: 'strange',
          observed: homeIn({
            attachments: [{ instanceId: machine.id, deviceName: '/dev/sdf', state: 'unknown' }],
          }),
        },
      ],
      ['Unknown ReadFailed', { what: 'homes unread', observed: { homes: [], ...failed('homes') } }],
      [
        'False MachineTerminated',
        { what: 'no machine', observed: machines({ state: 'terminated' }) },
      ],
    ],
  ],
  [
    'Reachable',
    [
      ['True ChecksPassed', { what: 'checks' }],
      [
        'False ChecksInitializing',
        { what: 'early', observed: machines({ checks: 'initializing' }) },
      ],
      ['False ChecksImpaired', { what: 'impaired', observed: machines({ checks: 'impaired' }) }],
      ['Unknown UnknownState', { what: 'strange', observed: machines({ state: 'unknown' }) }],
      [
        'True HostReady',
        {
          what: 'report',
          observed: { reports: new Map([[machine.id, report({ phase: 'ready' })]]) },
        },
      ],
      [
        'False HostStarting',
        { what: 'booting', observed: { reports: new Map([[machine.id, report({})]]) } },
      ],
      [
        'False HostFailed',
        {
          what: 'failed',
          observed: { reports: new Map([[machine.id, report({ phase: 'failed' })]]) },
        },
      ],
      [
        'False HostOfAnotherSpec',
        {
          what: 'old report',
          observed: { reports: new Map([[machine.id, report({ phase: 'ready', specHash: 'x' })]]) },
        },
      ],
      ['Unknown NoReport', { what: 'silent', observed: { reports: new Map() } }],
      [
        'Unknown ReadFailed',
        { what: 'reports unread', observed: { reports: new Map(), ...failed('reports') } },
      ],
    ],
  ],
  [
    'Stopped',
    [
      [
        'True StoppedByController',
        {
          what: 'off',
          record: makeRecord(spec, stopped),
          observed: { machines: [off] },
          now: mondayNight,
        },
      ],
      ['True StoppedByPerson', { what: 'by hand', observed: { machines: [off] } }],
      [
        'True StoppedByAws',
        {
          what: 'by AWS',
          record: makeRecord(spec, { power: { state: 'stopped', at: lastWeek, by: 'aws' } }),
          observed: { machines: [off] },
        },
      ],
      ['False PowerChanging', { what: 'pending', observed: machines({ state: 'pending' }) }],
      ['Unknown UnknownState', { what: 'strange', observed: machines({ state: 'unknown' }) }],
      ['Unknown ReadFailed', { what: 'unread', observed: { machines: [], ...failed('machines') } }],
    ],
  ],
])('%s', (type, cases) => {
  test.each(cases)('is %s', (expected, given) => {
    expect(said(worldOf(given), type)).toBe(expected);
  });
});
