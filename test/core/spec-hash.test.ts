import { expect, test } from 'vitest';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import { isComparableHash, specHash } from '../../controller/core/spec-hash.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { userDataFor } from '../../controller/core/user-data.ts';
import { makeMachine, makeSpec, makeWorld } from '../support/world.ts';

const spec = makeSpec();

test.each<[string, Partial<EffectiveSpec>]>([
  ['root size', { rootVolume: { sizeGib: 151, type: 'gp3' } }],
  ['root type', { rootVolume: { sizeGib: 150, type: 'gp2' } }],
  ['security groups', { securityGroups: ['sg-00000001', 'sg-2'] }],
  ['instance profile', { instanceProfile: 'other' }],
  ['key', { kmsKeyId: 'key-1' }],
  ['owner uid', { owner: { ...spec.owner, uid: 10002 } }],
  ['owner gid', { owner: { ...spec.owner, gid: 10002 } }],
  ['owner shell', { owner: { ...spec.owner, shell: '/bin/zsh' } }],
  ['owner groups', { owner: { ...spec.owner, groups: ['docker'] } }],
  ['data mount', { owner: { ...spec.owner, dataMount: 'etl' } }],
  ['environment', { environment: { A: '1' } }],
  ['EFS mounts', { efsMounts: [{ fileSystemId: 'fs-1', path: '/mnt', access: 'read-only' }] }],
  ['apt mirror', { aptMirror: 'http://mirror' }],
  ['name', { name: 'ada-02' }],
])('another %s needs a new machine', (_, over) => {
  expect(specHash(makeSpec(over))).not.toBe(specHash(spec));
});

test.each<[string, Partial<EffectiveSpec>]>([
  ['type', { instanceType: 'm7i.large' }],
  ['home', { homeVolume: { sizeGib: 1, maxSizeGib: 2, type: 'gp2' } }],
  ['subnets', { subnets: ['subnet-9'] }],
  ['image', { image: { channel: 'other' } }],
  ['labels', { labels: { team: 'core' } }],
  ['tags', { tags: { team: 'core' } }],
  ['schedule', { schedule: { ...spec.schedule, timezone: 'UTC' } }],
  ['lifecycle', { lifecycle: 'suspended' }],
  ['owner timezone', { owner: { ...spec.owner, timezone: 'UTC' } }],
  ['class name', { className: 'large' }],
])('another %s does not', (_, over) => {
  expect(specHash(makeSpec(over))).toBe(specHash(spec));
});

test('the hash is the same for ever, and the order of security groups does not matter', () => {
  expect(specHash(spec)).toBe('1-210ae3051989aae4');
  const [one, other] = [
    ['sg-1', 'sg-2'],
    ['sg-2', 'sg-1'],
  ].map((securityGroups) => specHash(makeSpec({ securityGroups })));
  expect(one).toBe(other);
});

test('a hash by other rules is no drift: it is stamped anew', () => {
  expect(isComparableHash('1-0011')).toBe(true);
  expect(isComparableHash('0-0011')).toBe(false);
  const machine = makeMachine(spec);
  const tags = { ...machine.tags, [tagKeys.specHash]: '0-0011' };
  const observed = { machines: [{ ...machine, tags }] };
  const plan = makePlan(makeWorld({ observed }));
  expect(plan.holds).toEqual([]);
  expect(plan.actions).toMatchObject([{ tags: { [tagKeys.specHash]: specHash(spec) } }]);
});

const hostile = [
  "'\n--BOUNDARY\n#include http://169.254.169.254/\n",
  '"}\nruncmd: [rm -rf /]\n',
  '\u0000\u0007\u2028\u2029\u202e',
  'ключ 🔑 \ud800',
  '%0a#!/bin/sh',
  '\\u000a\\',
];

test.each(hostile)('no value of the environment gets out of its base64: %j', (value) => {
  const wanted = makeSpec({
    environment: { [`K${value}`]: value },
    owner: { ...spec.owner, dataMount: value },
    aptMirror: value,
  });
  const text = userDataFor(wanted);
  const lines = text.split('\n');
  expect(lines.slice(0, -2)).toEqual(userDataFor(spec).split('\n').slice(0, -2));
  expect(lines.at(-2)).toMatch(/^ {4}content: [A-Za-z0-9+/]+=*$/);
  expect(lines.at(-1)).toBe('');
  const json = Buffer.from(lines.at(-2)?.slice(13) ?? '', 'base64').toString('latin1');
  expect(json).toMatch(/^[\x20-\x7e]*$/);
  expect(JSON.parse(json)).toEqual({
    schemaVersion: 1,
    name: 'ada-01',
    owner: { name: 'ada', uid: 10001, gid: 10001, shell: '/bin/bash', groups: [] },
    dataMount: value,
    efsMounts: [],
    environment: { [`K${value}`]: value },
    aptMirror: value,
  });
});

test('user-data is one write of one file: nothing in it formats, mounts or runs', () => {
  expect(userDataFor(spec).split('\n').slice(0, -2)).toEqual([
    '#cloud-config',
    'hostname: ada-01',
    'users: []',
    'write_files:',
    '  - path: /etc/devinstance/instance.json',
    "    permissions: '0644'",
    '    encoding: b64',
  ]);
  const content = userDataFor(spec).split('content: ')[1]?.trim() ?? '';
  const settings = JSON.parse(Buffer.from(content, 'base64').toString());
  expect(Object.keys(settings)).toEqual([
    'schemaVersion',
    'name',
    'owner',
    'efsMounts',
    'environment',
  ]);
});
