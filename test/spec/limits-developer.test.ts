import { test } from 'vitest';
import { dev, expectLimit, type Limit, times } from '../support/spec-limits.ts';

const limits: readonly Limit[] = [
  ['uid from 1000', dev({ uid: 1000 }), dev({ uid: 999 }), 'E_SCHEMA'],
  ['uid to 59999', dev({ uid: 59_999 }), dev({ uid: 60_000 }), 'E_SCHEMA'],
  ['uid unique', dev({ uid: 10_002 }), dev({ uid: 10_001 }), 'E_VALUE'],
  ['gid from 1000', dev({ gid: 1000 }), dev({ gid: 999 }), 'E_SCHEMA'],
  ['gid to 59999', dev({ gid: 59_999 }), dev({ gid: 60_000 }), 'E_SCHEMA'],
  ['gid unique', dev({ gid: 10_002 }), dev({ gid: 10_001 }), 'E_VALUE'],
  ['shell absolute', dev({ shell: '/usr/bin/zsh' }), dev({ shell: 'zsh' }), 'E_VALUE'],
  [
    '16 groups of a developer',
    dev({ groups: times(16, (n) => `g${n}`) }),
    dev({ groups: times(17, (n) => `g${n}`) }),
    'E_SCHEMA',
  ],
  ['group names', dev({ groups: ['docker'] }), dev({ groups: ['a:b'] }), 'E_VALUE'],
  ['data mount', dev({ dataMount: 'etl.development' }), dev({ dataMount: '../etc' }), 'E_VALUE'],
  ['own zone', dev({ timezone: 'Asia/Kolkata' }), dev({ timezone: 'Asia/Bangalore' }), 'E_VALUE'],
  ['Slack member', dev({ slack: 'U012AB3CD' }), dev({ slack: '@ada' }), 'E_VALUE'],
];

test.each(limits)('Developer: %s', (...limit) => expectLimit('Developer', limit));
