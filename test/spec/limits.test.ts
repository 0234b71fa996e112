import { expect, test } from 'vitest';
import { parseSpecs } from '../../controller/core/spec/parse-specs.ts';
import { specFile, treeWith } from '../support/spec-tree.ts';

type Spec = Readonly<Record<string, unknown>>;

const schedule = { timezone: 'UTC', mode: 'never' };
const window = { days: ['mon'], start: '08:00', end: '19:00' };
const classSpec = {
  subnets: ['subnet-01234567'],
  securityGroups: ['sg-01234567'],
  instanceTypes: { default: 't3.xlarge', allowed: ['t3.*'] },
  image: { channel: 'ubuntu' },
  schedule: { ref: 'office' },
};
const channel = { architecture: 'arm64', follow: '/a/b' };

const base = {
  DevInstance: { owner: 'ada', class: 'standard' },
  DevInstanceClass: classSpec,
  Developer: { uid: 20_000, gid: 20_000 },
  Schedule: schedule,
  ImageChannel: channel,
  Fleet: { region: 'eu-west-1' },
} as const;

type Kind = keyof typeof base;

/** The codes of the problems of one manifest in a valid fleet, without those of other files. */
function codesOf(kind: Kind, spec: Spec, name = 'x', labels: Spec = {}): readonly string[] {
  const value = {
    apiVersion: 'devinstance.io/v1alpha1',
    kind,
    metadata: { name, labels },
    spec,
  };
  const path = kind === 'Fleet' ? 'fleet.yaml' : `x/${name}.yaml`;
  const { problems } = parseSpecs(treeWith(specFile(path, JSON.stringify(value))));
  expect(problems.filter(({ file }) => file !== path)).toEqual([]);
  return problems.filter(({ severity }) => severity === 'error').map(({ code }) => code);
}

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const keys = (count: number): Spec =>
  Object.fromEntries(times(count, (index) => [`K${index}`, 'v']));
const id = (prefix: string, index: number): string =>
  `${prefix}-${String(index).padStart(17, '0')}`;
const dates = (count: number) =>
  times(count, (index) => {
    const month = String((Math.floor(index / 28) % 12) + 1).padStart(2, '0');
    const day = String((index % 28) + 1).padStart(2, '0');
    return { date: `${2026 + Math.floor(index / 336)}-${month}-${day}`, closed: true };
  });
const windows = (count: number) => times(count, () => window);
const spans = (count: number) => times(count, () => ({ start: '08:00', end: '19:00' }));
const waves = (count: number) => times(count, (index) => ({ name: `w${index}`, percent: 10 }));
const home = (value: Spec): Spec => ({ ...base.DevInstance, homeVolume: value });
const office = (value: Spec): Spec => ({ timezone: 'UTC', windows: [window], ...value });
const week = (days: readonly string[]): Spec => office({ windows: [{ ...window, days }] });
const rollout = (value: Spec): Spec => ({ ...channel, rollout: value });
const types = (value: Spec): Spec => ({
  ...classSpec,
  instanceTypes: { ...classSpec.instanceTypes, ...value },
});
const own = (value: Spec): Spec => ({ ...base.DevInstance, ...value });
const cls = (value: Spec): Spec => ({ ...classSpec, ...value });
const fleet = (value: Spec): Spec => ({ ...base.Fleet, ...value });
const dev = (value: Spec): Spec => ({ ...base.Developer, ...value });
const image = (value: Spec): Spec => ({ ...channel, ...value });

/** Field, kind, a spec at the limit, a spec beyond it, and the code of that. */
const limits: readonly (readonly [string, Kind, Spec, Spec, string])[] = [
  ['owner exists', 'DevInstance', own({}), own({ owner: 'adah' }), 'E_VALUE'],
  ['class exists', 'DevInstance', own({}), own({ class: 'standart' }), 'E_VALUE'],
  [
    'type allowed',
    'DevInstance',
    own({ instanceType: 't3.small' }),
    own({ instanceType: 'm7i.large' }),
    'E_VALUE',
  ],
  [
    'type form',
    'DevInstance',
    own({ instanceType: 't3.large' }),
    own({ instanceType: 't3' }),
    'E_VALUE',
  ],
  [
    'root at least 8',
    'DevInstance',
    own({ rootVolume: { sizeGiB: 8 } }),
    own({ rootVolume: { sizeGiB: 7 } }),
    'E_SCHEMA',
  ],
  [
    'root at most 16384',
    'DevInstance',
    own({ rootVolume: { sizeGiB: 16_384 } }),
    own({ rootVolume: { sizeGiB: 16_385 } }),
    'E_SCHEMA',
  ],
  [
    'root type',
    'DevInstance',
    own({ rootVolume: { type: 'gp2' } }),
    own({ rootVolume: { type: 'io1' } }),
    'E_SCHEMA',
  ],
  [
    'home within the maximum',
    'DevInstance',
    home({ sizeGiB: 1000 }),
    home({ sizeGiB: 1001 }),
    'E_VALUE',
  ],
  ['home type', 'DevInstance', home({ type: 'gp2' }), home({ type: 'st1' }), 'E_SCHEMA'],
  [
    'io2 needs iops',
    'DevInstance',
    home({ type: 'io2', iops: 3000 }),
    home({ type: 'io2' }),
    'E_VALUE',
  ],
  [
    'gp2 takes no iops',
    'DevInstance',
    home({ iops: 3000 }),
    home({ type: 'gp2', iops: 3000 }),
    'E_VALUE',
  ],
  [
    'io1 takes no throughput',
    'DevInstance',
    home({ throughput: 250 }),
    home({ type: 'io1', iops: 100, throughput: 250 }),
    'E_VALUE',
  ],
  [
    'home from one origin',
    'DevInstance',
    home({ from: { volumeId: id('vol', 1) } }),
    home({ from: { volumeId: id('vol', 1), snapshotId: id('snap', 1) } }),
    'E_SCHEMA',
  ],
  [
    'ids have 8 or 17 digits',
    'DevInstance',
    home({ from: { snapshotId: 'snap-0123abcd' } }),
    home({ from: { snapshotId: 'snap-0123abcde' } }),
    'E_VALUE',
  ],
  [
    'schedule of one source',
    'DevInstance',
    own({ schedule: { ref: 'office' } }),
    own({ schedule: { ref: 'office', mode: 'never' } }),
    'E_SCHEMA',
  ],
  [
    'schedule exists',
    'DevInstance',
    own({ schedule: { ref: 'office' } }),
    own({ schedule: { ref: 'offices' } }),
    'E_VALUE',
  ],
  [
    'inline needs a zone',
    'DevInstance',
    own({ schedule: office({}) }),
    own({ schedule: { windows: [window] } }),
    'E_SCHEMA',
  ],
  [
    'mode',
    'DevInstance',
    own({ schedule: { mode: 'never' } }),
    own({ schedule: { mode: 'sometimes' } }),
    'E_SCHEMA',
  ],
  [
    'image one of two',
    'DevInstance',
    own({ image: { id: id('ami', 1), allowExpired: true } }),
    own({ image: { id: id('ami', 1), channel: 'ubuntu' } }),
    'E_SCHEMA',
  ],
  [
    'channel exists',
    'DevInstance',
    own({ image: { channel: 'ubuntu' } }),
    own({ image: { channel: 'debian' } }),
    'E_VALUE',
  ],
  [
    'upgrade when',
    'DevInstance',
    own({ upgrade: { when: 'next-start' } }),
    own({ upgrade: { when: 'later' } }),
    'E_SCHEMA',
  ],
  [
    'upgrade window said',
    'DevInstance',
    own({ upgrade: { when: 'window', window: 'office' } }),
    own({ upgrade: { when: 'window' } }),
    'E_VALUE',
  ],
  [
    'upgrade window exists',
    'DevInstance',
    own({ upgrade: { when: 'window', window: 'office' } }),
    own({ upgrade: { when: 'window', window: 'night' } }),
    'E_VALUE',
  ],
  [
    'upgrade window used',
    'DevInstance',
    own({ upgrade: { window: 'office' } }),
    own({ upgrade: { when: 'never', window: 'office' } }),
    'E_VALUE',
  ],
  [
    'lifecycle',
    'DevInstance',
    own({ lifecycle: 'retired' }),
    own({ lifecycle: 'gone' }),
    'E_SCHEMA',
  ],
  [
    '32 variables',
    'DevInstance',
    own({ environment: keys(32) }),
    own({ environment: keys(33) }),
    'E_SCHEMA',
  ],
  [
    'variable names',
    'DevInstance',
    own({ environment: { _A1: '' } }),
    own({ environment: { a: '' } }),
    'E_VALUE',
  ],
  [
    'variables of 256',
    'DevInstance',
    own({ environment: { A: 'é'.repeat(256) } }),
    own({ environment: { A: 'x'.repeat(257) } }),
    'E_VALUE',
  ],
  [
    'variables printable',
    'DevInstance',
    own({ environment: { A: 'a b' } }),
    own({ environment: { A: 'a\tb' } }),
    'E_VALUE',
  ],
  [
    'actions',
    'Schedule',
    office({ actions: 'stop-only' }),
    office({ actions: 'none' }),
    'E_SCHEMA',
  ],
  [
    'hold at most 24h',
    'Schedule',
    office({ manualStart: { hold: '24h' } }),
    office({ manualStart: { hold: '1441m' } }),
    'E_VALUE',
  ],
  [
    'hold 0',
    'Schedule',
    office({ manualStart: { hold: 0 } }),
    office({ manualStart: { hold: 1 } }),
    'E_SCHEMA',
  ],
  [
    'durations',
    'Schedule',
    office({ maxUptime: '9999d' }),
    office({ maxUptime: '10000m' }),
    'E_VALUE',
  ],
  [
    'durations are positive',
    'Schedule',
    office({ maxUptime: '1d' }),
    office({ maxUptime: '0h' }),
    'E_VALUE',
  ],
  [
    'manualStop',
    'Schedule',
    office({ manualStop: 'restart' }),
    office({ manualStop: 'never' }),
    'E_SCHEMA',
  ],
  [
    'idleStop at least 15m',
    'Schedule',
    office({ idleStop: { after: '15m' } }),
    office({ idleStop: { after: '14m' } }),
    'E_VALUE',
  ],
  [
    'maxUptime at least 1h',
    'Schedule',
    office({ maxUptime: '60m' }),
    office({ maxUptime: '59m' }),
    'E_VALUE',
  ],
  [
    'notice at most 4h',
    'Schedule',
    office({ notifyBefore: '4h' }),
    office({ notifyBefore: '241m' }),
    'E_VALUE',
  ],
  [
    'lead at most 30m',
    'Schedule',
    office({ readyBy: { maxLead: '30m' } }),
    office({ readyBy: { maxLead: '31m' } }),
    'E_VALUE',
  ],
  [
    'zone has a name',
    'Schedule',
    office({ timezone: 'Asia/Kolkata' }),
    office({ timezone: '+01:00' }),
    'E_VALUE',
  ],
  [
    'zone with an area',
    'Schedule',
    office({ timezone: 'America/Argentina/Ushuaia' }),
    office({ timezone: 'EST' }),
    'E_VALUE',
  ],
  [
    '32 windows',
    'Schedule',
    office({ windows: windows(32) }),
    office({ windows: windows(33) }),
    'E_SCHEMA',
  ],
  ['one window', 'Schedule', office({ windows: windows(1) }), office({ windows: [] }), 'E_SCHEMA'],
  ['windows or mode', 'Schedule', schedule, { ...schedule, windows: [window] }, 'E_SCHEMA'],
  ['one of the two', 'Schedule', schedule, { timezone: 'UTC' }, 'E_SCHEMA'],
  [
    'the whole day',
    'Schedule',
    office({ windows: [{ ...window, start: '00:00', end: '24:00' }] }),
    office({ windows: [{ ...window, start: '24:00' }] }),
    'E_VALUE',
  ],
  [
    'times have two digits',
    'Schedule',
    office({ windows: [{ ...window, end: '07:00' }] }),
    office({ windows: [{ ...window, end: '7:00' }] }),
    'E_VALUE',
  ],
  ['days', 'Schedule', week(['sat-mon', 'fri#L']), week(['friday']), 'E_VALUE'],
  ['nth days', 'Schedule', week(['sun#5', 'sun#1']), week(['sun#6']), 'E_VALUE'],
  ['no day twice', 'Schedule', week(['mon', 'tue']), week(['mon', 'mon']), 'E_VALUE'],
  [
    'no day twice by a wrapping range',
    'Schedule',
    week(['sat-mon', 'tue']),
    week(['sat-mon', 'sun']),
    'E_VALUE',
  ],
  ['no nth of a listed day', 'Schedule', week(['fri#L', 'mon']), week(['fri#L', 'fri']), 'E_VALUE'],
  [
    '400 exceptions',
    'Schedule',
    { ...schedule, exceptions: dates(400) },
    { ...schedule, exceptions: dates(401) },
    'E_SCHEMA',
  ],
  [
    '8 windows of a date',
    'Schedule',
    office({ exceptions: [{ date: '2026-12-24', windows: spans(8) }] }),
    office({ exceptions: [{ date: '2026-12-24', windows: spans(9) }] }),
    'E_SCHEMA',
  ],
  [
    'closed or windows',
    'Schedule',
    office({ exceptions: [{ date: '2026-12-24', closed: true }] }),
    office({ exceptions: [{ date: '2026-12-24', closed: true, windows: spans(1) }] }),
    'E_SCHEMA',
  ],
  [
    'closed or windows said',
    'Schedule',
    office({ exceptions: [{ date: '2026-12-24', windows: spans(1) }] }),
    office({ exceptions: [{ date: '2026-12-24' }] }),
    'E_SCHEMA',
  ],
  [
    'dates exist',
    'Schedule',
    office({ exceptions: [{ date: '2028-02-29', closed: true }] }),
    office({ exceptions: [{ date: '2026-02-29', closed: true }] }),
    'E_VALUE',
  ],
  [
    'dates once',
    'Schedule',
    office({ exceptions: dates(2) }),
    office({ exceptions: [...dates(1), ...dates(1)] }),
    'E_VALUE',
  ],
  [
    '16 subnets',
    'DevInstanceClass',
    cls({ subnets: times(16, (n) => id('subnet', n)) }),
    cls({ subnets: times(17, (n) => id('subnet', n)) }),
    'E_SCHEMA',
  ],
  ['a subnet', 'DevInstanceClass', cls({}), cls({ subnets: [] }), 'E_SCHEMA'],
  [
    '16 groups',
    'DevInstanceClass',
    cls({ securityGroups: times(16, (n) => id('sg', n)) }),
    cls({ securityGroups: times(17, (n) => id('sg', n)) }),
    'E_SCHEMA',
  ],
  ['a group', 'DevInstanceClass', cls({}), cls({ securityGroups: [] }), 'E_SCHEMA'],
  [
    'profile name',
    'DevInstanceClass',
    cls({ instanceProfile: 'dev_1' }),
    cls({ instanceProfile: 'arn:aws:iam::1:x/y' }),
    'E_VALUE',
  ],
  [
    'default allowed',
    'DevInstanceClass',
    types({ default: 't3.micro' }),
    types({ default: 't2.micro' }),
    'E_VALUE',
  ],
  [
    '64 patterns',
    'DevInstanceClass',
    types({ allowed: ['t3.*', ...times(63, (n) => `m${n}.*`)] }),
    types({ allowed: ['t3.*', ...times(64, (n) => `m${n}.*`)] }),
    'E_SCHEMA',
  ],
  [
    'one star a side',
    'DevInstanceClass',
    types({ allowed: ['t3*.*xlarge'] }),
    types({ allowed: ['t*3*.*'] }),
    'E_VALUE',
  ],
  [
    '8 fallbacks',
    'DevInstanceClass',
    types({ fallback: times(8, (n) => `t3.x${n}`) }),
    types({ fallback: times(9, (n) => `t3.x${n}`) }),
    'E_SCHEMA',
  ],
  [
    'fallback allowed',
    'DevInstanceClass',
    types({ fallback: ['t3.large'] }),
    types({ fallback: ['t3a.large'] }),
    'E_VALUE',
  ],
  [
    'default home within the maximum',
    'DevInstanceClass',
    cls({ homeVolume: { maxSizeGiB: 100 } }),
    cls({ homeVolume: { maxSizeGiB: 99 } }),
    'E_VALUE',
  ],
  [
    'schedule source',
    'DevInstanceClass',
    cls({ schedule: { mode: 'never' } }),
    cls({ schedule: { actions: 'both' } }),
    'E_SCHEMA',
  ],
  [
    '16 mounts',
    'DevInstanceClass',
    cls({ efsMounts: times(16, (n) => ({ fileSystemId: id('fs', n), path: `/m${n}` })) }),
    cls({ efsMounts: times(17, (n) => ({ fileSystemId: id('fs', n), path: `/m${n}` })) }),
    'E_SCHEMA',
  ],
  [
    'mount paths',
    'DevInstanceClass',
    cls({ efsMounts: [{ fileSystemId: id('fs', 1), path: '/mnt/a.b' }] }),
    cls({ efsMounts: [{ fileSystemId: id('fs', 1), path: '/mnt/../etc' }] }),
    'E_VALUE',
  ],
  [
    'mount paths once',
    'DevInstanceClass',
    cls({ efsMounts: [1, 2].map((n) => ({ fileSystemId: id('fs', n), path: `/m${n}` })) }),
    cls({ efsMounts: [1, 2].map((n) => ({ fileSystemId: id('fs', n), path: '/m' })) }),
    'E_VALUE',
  ],
  [
    'mount access',
    'DevInstanceClass',
    cls({ efsMounts: [{ fileSystemId: id('fs', 1), path: '/m', access: 'read-write' }] }),
    cls({ efsMounts: [{ fileSystemId: id('fs', 1), path: '/m', access: 'rw' }] }),
    'E_SCHEMA',
  ],
  ['30 tags', 'DevInstanceClass', cls({ tags: keys(30) }), cls({ tags: keys(31) }), 'E_SCHEMA'],
  [
    'AWS prefix',
    'DevInstanceClass',
    cls({ tags: { awsome: 'x' } }),
    cls({ tags: { 'Aws:x': 'x' } }),
    'E_VALUE',
  ],
  [
    'own prefix',
    'DevInstanceClass',
    cls({ tags: { devinstance: 'x' } }),
    cls({ tags: { 'devinstance:uid': 'x' } }),
    'E_VALUE',
  ],
  [
    'Name',
    'DevInstanceClass',
    cls({ tags: { Names: 'x' } }),
    cls({ tags: { Name: 'x' } }),
    'E_VALUE',
  ],
  [
    'no slash in tag keys',
    'DevInstanceClass',
    cls({ tags: { 'a-b': 'x/y' } }),
    cls({ tags: { 'a/b': 'x' } }),
    'E_VALUE',
  ],
  [
    'no space in tag keys',
    'DevInstanceClass',
    cls({ tags: { a_b: 'x y' } }),
    cls({ tags: { 'a b': 'x' } }),
    'E_VALUE',
  ],
  [
    'key id or ARN',
    'DevInstanceClass',
    cls({
      kmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    }),
    cls({ kmsKeyId: 'alias/dev' }),
    'E_VALUE',
  ],
  [
    'ready within 5m',
    'DevInstanceClass',
    cls({ readyWithin: '5m' }),
    cls({ readyWithin: '4m' }),
    'E_VALUE',
  ],
  [
    'ready within 1h',
    'DevInstanceClass',
    cls({ readyWithin: '1h' }),
    cls({ readyWithin: '61m' }),
    'E_VALUE',
  ],
  [
    'rollback 14d',
    'DevInstanceClass',
    cls({ rollbackWindow: '14d' }),
    cls({ rollbackWindow: '15d' }),
    'E_VALUE',
  ],
  [
    '30 snapshots',
    'DevInstanceClass',
    cls({ keepHomeSnapshots: 30 }),
    cls({ keepHomeSnapshots: 31 }),
    'E_SCHEMA',
  ],
  [
    'one snapshot',
    'DevInstanceClass',
    cls({ keepHomeSnapshots: 1 }),
    cls({ keepHomeSnapshots: 0 }),
    'E_SCHEMA',
  ],
  [
    'overrides 31d',
    'DevInstanceClass',
    cls({ overrides: { maxDuration: '31d' } }),
    cls({ overrides: { maxDuration: '32d' } }),
    'E_VALUE',
  ],
  [
    'mirror by https',
    'DevInstanceClass',
    cls({ aptMirror: 'https://mirror.test:8443/ubuntu' }),
    cls({ aptMirror: 'http://mirror.test/' }),
    'E_VALUE',
  ],
  [
    'mirror not link-local',
    'DevInstanceClass',
    cls({ aptMirror: 'https://169.253.0.1/' }),
    cls({ aptMirror: 'https://2852039166/' }),
    'E_VALUE',
  ],
  [
    'mirror not link-local by v6',
    'DevInstanceClass',
    cls({ aptMirror: 'https://[2001:db8::1]/' }),
    cls({ aptMirror: 'https://[fe80::1]/' }),
    'E_VALUE',
  ],
  ['uid from 1000', 'Developer', dev({ uid: 1000 }), dev({ uid: 999 }), 'E_SCHEMA'],
  ['uid to 59999', 'Developer', dev({ uid: 59_999 }), dev({ uid: 60_000 }), 'E_SCHEMA'],
  ['uid unique', 'Developer', dev({ uid: 10_002 }), dev({ uid: 10_001 }), 'E_VALUE'],
  ['gid from 1000', 'Developer', dev({ gid: 1000 }), dev({ gid: 999 }), 'E_SCHEMA'],
  ['gid to 59999', 'Developer', dev({ gid: 59_999 }), dev({ gid: 60_000 }), 'E_SCHEMA'],
  ['gid unique', 'Developer', dev({ gid: 10_002 }), dev({ gid: 10_001 }), 'E_VALUE'],
  ['shell absolute', 'Developer', dev({ shell: '/usr/bin/zsh' }), dev({ shell: 'zsh' }), 'E_VALUE'],
  [
    '16 groups of a developer',
    'Developer',
    dev({ groups: times(16, (n) => `g${n}`) }),
    dev({ groups: times(17, (n) => `g${n}`) }),
    'E_SCHEMA',
  ],
  ['group names', 'Developer', dev({ groups: ['docker'] }), dev({ groups: ['a:b'] }), 'E_VALUE'],
  [
    'data mount',
    'Developer',
    dev({ dataMount: 'etl.development' }),
    dev({ dataMount: '../etc' }),
    'E_VALUE',
  ],
  [
    'own zone',
    'Developer',
    dev({ timezone: 'Asia/Kolkata' }),
    dev({ timezone: 'Asia/Bangalore' }),
    'E_VALUE',
  ],
  ['Slack member', 'Developer', dev({ slack: 'U012AB3CD' }), dev({ slack: '@ada' }), 'E_VALUE'],
  [
    'architecture',
    'ImageChannel',
    image({ architecture: 'x86_64' }),
    image({ architecture: 'x86' }),
    'E_SCHEMA',
  ],
  [
    'SSM path',
    'ImageChannel',
    image({ follow: '/aws/service/x' }),
    image({ follow: 'a/b' }),
    'E_VALUE',
  ],
  [
    'SSM depth 15',
    'ImageChannel',
    image({ follow: '/a'.repeat(15) }),
    image({ follow: '/a'.repeat(16) }),
    'E_VALUE',
  ],
  [
    'own SSM path',
    'ImageChannel',
    image({ publish: { stable: '/s', previous: '/p' } }),
    image({ publish: { stable: '/aws/s', previous: '/p' } }),
    'E_VALUE',
  ],
  [
    'parameters differ',
    'ImageChannel',
    image({ publish: { stable: '/s', previous: '/p' } }),
    image({ publish: { stable: '/s', previous: '/s' } }),
    'E_VALUE',
  ],
  [
    'published is not followed',
    'ImageChannel',
    image({ publish: { stable: '/s', previous: '/p' } }),
    image({ publish: { stable: '/a/b', previous: '/p' } }),
    'E_VALUE',
  ],
  ['pin', 'ImageChannel', image({ pin: 'ami-0123abcd' }), image({ pin: 'latest' }), 'E_VALUE'],
  [
    '8 owners',
    'ImageChannel',
    image({ allowedOwners: ['self', ...times(7, (n) => `11112222333${n}`)] }),
    image({ allowedOwners: ['self', ...times(8, (n) => `11112222333${n}`)] }),
    'E_SCHEMA',
  ],
  [
    'an owner',
    'ImageChannel',
    image({ allowedOwners: ['self'] }),
    image({ allowedOwners: [] }),
    'E_SCHEMA',
  ],
  [
    'owner form',
    'ImageChannel',
    image({ allowedOwners: ['111122223333'] }),
    image({ allowedOwners: ['amazon'] }),
    'E_VALUE',
  ],
  [
    'best before',
    'ImageChannel',
    image({ bestBefore: '30d' }),
    image({ bestBefore: '30' }),
    'E_VALUE',
  ],
  ['keep 50', 'ImageChannel', image({ keep: 50 }), image({ keep: 51 }), 'E_SCHEMA'],
  ['keep one', 'ImageChannel', image({ keep: 1 }), image({ keep: 0 }), 'E_SCHEMA'],
  ['age alert', 'ImageChannel', image({ ageAlert: '24h' }), image({ ageAlert: '1w' }), 'E_VALUE'],
  [
    '16 waves',
    'ImageChannel',
    rollout({ waves: waves(16) }),
    rollout({ waves: waves(17) }),
    'E_SCHEMA',
  ],
  ['a wave', 'ImageChannel', rollout({ waves: waves(1) }), rollout({ waves: [] }), 'E_SCHEMA'],
  [
    'wave names once',
    'ImageChannel',
    rollout({ waves: waves(2) }),
    rollout({ waves: [...waves(1), ...waves(1)] }),
    'E_VALUE',
  ],
  [
    'selector or percent',
    'ImageChannel',
    rollout({ waves: [{ name: 'a', selector: { team: 'x' } }] }),
    rollout({ waves: [{ name: 'a', selector: { team: 'x' }, percent: 1 }] }),
    'E_SCHEMA',
  ],
  [
    'one of them',
    'ImageChannel',
    rollout({ waves: [{ name: 'a', percent: 100 }] }),
    rollout({ waves: [{ name: 'a' }] }),
    'E_SCHEMA',
  ],
  [
    'percent to 100',
    'ImageChannel',
    rollout({ waves: [{ name: 'a', percent: 1 }] }),
    rollout({ waves: [{ name: 'a', percent: 101 }] }),
    'E_SCHEMA',
  ],
  [
    'percent from 1',
    'ImageChannel',
    rollout({ waves: [{ name: 'a', percent: 1 }] }),
    rollout({ waves: [{ name: 'a', percent: 0 }] }),
    'E_SCHEMA',
  ],
  [
    'one way to bake',
    'ImageChannel',
    rollout({ waves: [{ name: 'a', percent: 1, bake: { usedHours: 8 } }] }),
    rollout({ waves: [{ name: 'a', percent: 1, bake: { usedHours: 8, duration: '1h' } }] }),
    'E_SCHEMA',
  ],
  [
    '100 at a time',
    'ImageChannel',
    rollout({ maxConcurrent: 100 }),
    rollout({ maxConcurrent: 101 }),
    'E_SCHEMA',
  ],
  [
    'one at a time',
    'ImageChannel',
    rollout({ maxConcurrent: 1 }),
    rollout({ maxConcurrent: 0 }),
    'E_SCHEMA',
  ],
  [
    '100 failures',
    'ImageChannel',
    rollout({ abortOn: { failures: 100 } }),
    rollout({ abortOn: { failures: 101 } }),
    'E_SCHEMA',
  ],
  [
    'one failure',
    'ImageChannel',
    rollout({ abortOn: { failures: 1 } }),
    rollout({ abortOn: { failures: 0 } }),
    'E_SCHEMA',
  ],
  [
    'deadline',
    'ImageChannel',
    rollout({ deadline: '7d' }),
    rollout({ deadline: 'never' }),
    'E_VALUE',
  ],
  ['region', 'Fleet', fleet({ region: 'us-gov-west-1' }), fleet({ region: 'Ireland' }), 'E_VALUE'],
  [
    'account of 12 digits',
    'Fleet',
    fleet({ account: '000000000001' }),
    fleet({ account: '11112222333' }),
    'E_VALUE',
  ],
  [
    'account as text',
    'Fleet',
    fleet({ account: '111122223333' }),
    fleet({ account: 111_122_223_333 }),
    'E_SCHEMA',
  ],
  [
    'mode of the fleet',
    'Fleet',
    fleet({ mode: 'observe' }),
    fleet({ mode: 'dry-run' }),
    'E_SCHEMA',
  ],
  [
    'enforceFor says something',
    'Fleet',
    fleet({ enforceFor: { team: 'x' } }),
    fleet({ enforceFor: {} }),
    'E_SCHEMA',
  ],
  [
    'disrupted to 100',
    'Fleet',
    fleet({ limits: { maxDisruptedPercent: 100 } }),
    fleet({ limits: { maxDisruptedPercent: 101 } }),
    'E_SCHEMA',
  ],
  [
    'disrupted from 0',
    'Fleet',
    fleet({ limits: { maxDisruptedPercent: 0 } }),
    fleet({ limits: { maxDisruptedPercent: -1 } }),
    'E_SCHEMA',
  ],
  [
    'unhealthy to 100',
    'Fleet',
    fleet({ limits: { maxUnhealthyPercent: 100 } }),
    fleet({ limits: { maxUnhealthyPercent: 101 } }),
    'E_SCHEMA',
  ],
  [
    'webhook parameter',
    'Fleet',
    fleet({ notifications: { slack: { webhookParameter: '/dev/slack' } } }),
    fleet({ notifications: { slack: { webhookParameter: 'https://hooks.test/x' } } }),
    'E_VALUE',
  ],
];

test.each(limits)('%s (%s)', (_field, kind, within, beyond, code) => {
  expect(codesOf(kind, within)).toEqual([]);
  expect(codesOf(kind, beyond)).toEqual([code]);
});

test.each([
  ['DevInstance', 'a'.repeat(63), 'a'.repeat(64)],
  ['DevInstance', 'a-1', 'a-'],
  ['DevInstance', 'a', 'A'],
  ['Developer', 'a'.repeat(32), 'a'.repeat(33)],
  ['ImageChannel', 'ubuntu-24.04', 'ubuntu-24.'],
  ['Schedule', 'a1', 'a.1'],
] as const)('%s names', (kind, within, beyond) => {
  expect(codesOf(kind, base[kind], within)).toEqual([]);
  expect(codesOf(kind, base[kind], beyond)).toEqual(['E_VALUE']);
});

test('32 labels', () => {
  expect(codesOf('DevInstance', own({}), 'x', keys(32))).toEqual([]);
  expect(codesOf('DevInstance', own({}), 'x', keys(33))).toEqual(['E_SCHEMA']);
});

test.each([
  ['DevInstance', ['owner', 'class']],
  ['DevInstanceClass', ['subnets', 'securityGroups', 'instanceTypes', 'image', 'schedule']],
  ['Developer', ['uid', 'gid']],
  ['Schedule', ['timezone']],
  ['ImageChannel', ['architecture', 'follow']],
  ['Fleet', ['region']],
] as const)('%s needs its required fields', (kind, required) => {
  for (const field of required) {
    const { [field]: _left, ...rest } = base[kind] as Record<string, unknown>;
    expect([field, codesOf(kind, rest)]).toEqual([field, ['E_SCHEMA']]);
  }
});
