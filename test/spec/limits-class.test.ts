import { test } from 'vitest';
import { cls, expectLimit, id, keys, type Limit, times, types } from '../support/spec-limits.ts';

const limits: readonly Limit[] = [
  [
    '16 subnets',
    cls({ subnets: times(16, (n) => id('subnet', n)) }),
    cls({ subnets: times(17, (n) => id('subnet', n)) }),
    'E_SCHEMA',
  ],
  ['a subnet', cls({}), cls({ subnets: [] }), 'E_SCHEMA'],
  [
    '16 groups',
    cls({ securityGroups: times(16, (n) => id('sg', n)) }),
    cls({ securityGroups: times(17, (n) => id('sg', n)) }),
    'E_SCHEMA',
  ],
  ['a group', cls({}), cls({ securityGroups: [] }), 'E_SCHEMA'],
  [
    'profile name',
    cls({ instanceProfile: 'dev_1' }),
    cls({ instanceProfile: 'arn:aws:iam::1:x/y' }),
    'E_VALUE',
  ],
  ['default allowed', types({ default: 't3.micro' }), types({ default: 't2.micro' }), 'E_VALUE'],
  [
    '64 patterns',
    types({ allowed: ['t3.*', ...times(63, (n) => `m${n}.*`)] }),
    types({ allowed: ['t3.*', ...times(64, (n) => `m${n}.*`)] }),
    'E_SCHEMA',
  ],
  [
    'one star a side',
    types({ allowed: ['t3*.*xlarge'] }),
    types({ allowed: ['t*3*.*'] }),
    'E_VALUE',
  ],
  [
    '8 fallbacks',
    types({ fallback: times(8, (n) => `t3.x${n}`) }),
    types({ fallback: times(9, (n) => `t3.x${n}`) }),
    'E_SCHEMA',
  ],
  [
    'fallback allowed',
    types({ fallback: ['t3.large'] }),
    types({ fallback: ['t3a.large'] }),
    'E_VALUE',
  ],
  [
    'default home within the maximum',
    cls({ homeVolume: { maxSizeGiB: 100 } }),
    cls({ homeVolume: { maxSizeGiB: 99 } }),
    'E_VALUE',
  ],
  [
    'schedule source',
    cls({ schedule: { mode: 'never' } }),
    cls({ schedule: { actions: 'both' } }),
    'E_SCHEMA',
  ],
  [
    '16 mounts',
    cls({ efsMounts: times(16, (n) => ({ fileSystemId: id('fs', n), path: `/m${n}` })) }),
    cls({ efsMounts: times(17, (n) => ({ fileSystemId: id('fs', n), path: `/m${n}` })) }),
    'E_SCHEMA',
  ],
  [
    'mount paths',
    cls({ efsMounts: [{ fileSystemId: id('fs', 1), path: '/mnt/a.b' }] }),
    cls({ efsMounts: [{ fileSystemId: id('fs', 1), path: '/mnt/../etc' }] }),
    'E_VALUE',
  ],
  [
    'mount paths once',
    cls({ efsMounts: [1, 2].map((n) => ({ fileSystemId: id('fs', n), path: `/m${n}` })) }),
    cls({ efsMounts: [1, 2].map((n) => ({ fileSystemId: id('fs', n), path: '/m' })) }),
    'E_VALUE',
  ],
  [
    'mount access',
    cls({ efsMounts: [{ fileSystemId: id('fs', 1), path: '/m', access: 'read-write' }] }),
    cls({ efsMounts: [{ fileSystemId: id('fs', 1), path: '/m', access: 'rw' }] }),
    'E_SCHEMA',
  ],
  ['30 tags', cls({ tags: keys(30) }), cls({ tags: keys(31) }), 'E_SCHEMA'],
  ['AWS prefix', cls({ tags: { awsome: 'x' } }), cls({ tags: { 'Aws:x': 'x' } }), 'E_VALUE'],
  [
    'own prefix',
    cls({ tags: { devinstance: 'x' } }),
    cls({ tags: { 'devinstance:uid': 'x' } }),
    'E_VALUE',
  ],
  ['Name', cls({ tags: { Names: 'x' } }), cls({ tags: { Name: 'x' } }), 'E_VALUE'],
  [
    'no slash in tag keys',
    cls({ tags: { 'a-b': 'x/y' } }),
    cls({ tags: { 'a/b': 'x' } }),
    'E_VALUE',
  ],
  ['no space in tag keys', cls({ tags: { a_b: 'x y' } }), cls({ tags: { 'a b': 'x' } }), 'E_VALUE'],
  [
    'key id or ARN',
    cls({
      kmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    }),
    cls({ kmsKeyId: 'alias/dev' }),
    'E_VALUE',
  ],
  ['ready within 5m', cls({ readyWithin: '5m' }), cls({ readyWithin: '4m' }), 'E_VALUE'],
  ['ready within 1h', cls({ readyWithin: '1h' }), cls({ readyWithin: '61m' }), 'E_VALUE'],
  ['rollback 14d', cls({ rollbackWindow: '14d' }), cls({ rollbackWindow: '15d' }), 'E_VALUE'],
  ['30 snapshots', cls({ keepHomeSnapshots: 30 }), cls({ keepHomeSnapshots: 31 }), 'E_SCHEMA'],
  ['one snapshot', cls({ keepHomeSnapshots: 1 }), cls({ keepHomeSnapshots: 0 }), 'E_SCHEMA'],
  [
    'overrides 31d',
    cls({ overrides: { maxDuration: '31d' } }),
    cls({ overrides: { maxDuration: '32d' } }),
    'E_VALUE',
  ],
  [
    'mirror by https',
    cls({ aptMirror: 'https://mirror.test:8443/ubuntu' }),
    cls({ aptMirror: 'http://mirror.test/' }),
    'E_VALUE',
  ],
  [
    'mirror not link-local',
    cls({ aptMirror: 'https://169.253.0.1/' }),
    cls({ aptMirror: 'https://2852039166/' }),
    'E_VALUE',
  ],
  [
    'mirror not link-local by v6',
    cls({ aptMirror: 'https://[2001:db8::1]/' }),
    cls({ aptMirror: 'https://[fe80::1]/' }),
    'E_VALUE',
  ],
];

test.each(limits)('DevInstanceClass: %s', (...limit) => expectLimit('DevInstanceClass', limit));
