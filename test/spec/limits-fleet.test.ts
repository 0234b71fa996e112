import { test } from 'vitest';
import { expectLimit, fleet, type Limit } from '../support/spec-limits.ts';

const limits: readonly Limit[] = [
  ['region', fleet({ region: 'us-gov-west-1' }), fleet({ region: 'Ireland' }), 'E_VALUE'],
  [
    'account of 12 digits',
    fleet({ account: '000000000001' }),
    fleet({ account: '11112222333' }),
    'E_VALUE',
  ],
  [
    'account as text',
    fleet({ account: '111122223333' }),
    fleet({ account: 111_122_223_333 }),
    'E_SCHEMA',
  ],
  ['mode of the fleet', fleet({ mode: 'observe' }), fleet({ mode: 'dry-run' }), 'E_SCHEMA'],
  [
    'enforceFor says something',
    fleet({ enforceFor: { team: 'x' } }),
    fleet({ enforceFor: {} }),
    'E_SCHEMA',
  ],
  [
    'disrupted to 100',
    fleet({ limits: { maxDisruptedPercent: 100 } }),
    fleet({ limits: { maxDisruptedPercent: 101 } }),
    'E_SCHEMA',
  ],
  [
    'disrupted from 0',
    fleet({ limits: { maxDisruptedPercent: 0 } }),
    fleet({ limits: { maxDisruptedPercent: -1 } }),
    'E_SCHEMA',
  ],
  [
    'unhealthy to 100',
    fleet({ limits: { maxUnhealthyPercent: 100 } }),
    fleet({ limits: { maxUnhealthyPercent: 101 } }),
    'E_SCHEMA',
  ],
  [
    'webhook parameter',
    fleet({ notifications: { slack: { webhookParameter: '/dev/slack' } } }),
    fleet({ notifications: { slack: { webhookParameter: 'https://hooks.test/x' } } }),
    'E_VALUE',
  ],
];

test.each(limits)('Fleet: %s', (...limit) => expectLimit('Fleet', limit));
