import { expect, test } from 'vitest';
import type { Action } from '../../controller/core/action.ts';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import { plusMillis } from '../../controller/core/instant.ts';
import type { Observed } from '../../controller/core/observed.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { DevInstanceRecord, Retry } from '../../controller/core/record.ts';
import { specHash } from '../../controller/core/spec-hash.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { userDataFor } from '../../controller/core/user-data.ts';
import {
  makeHome,
  makeMachine,
  makeObserved,
  makeRecord,
  makeSpec,
  makeWorld,
  mondayMorning,
} from '../support/world.ts';

const spec = makeSpec();

/** ada-01 when it is bound and nothing was made yet. */
const bound: DevInstanceRecord = {
  name: 'ada-01',
  uid: 'uid-ada-01',
  owner: 'ada',
  effective: spec,
  ordinal: 0,
  homeWasReady: false,
};

function actionFor(
  over: {
    readonly spec?: Partial<EffectiveSpec>;
    readonly record?: Partial<DevInstanceRecord>;
    readonly observed?: Partial<Observed>;
    readonly now?: string;
  } = {},
): Action | undefined {
  const wanted = makeSpec(over.spec);
  const record = { ...bound, name: wanted.name, effective: wanted, ...over.record };
  const plan = makePlan(
    makeWorld({
      spec: wanted,
      records: [record],
      observed: { machines: [], homes: [], ...over.observed },
      now: over.now ?? mondayMorning,
    }),
  );
  return plan.actions[0];
}

function launchOf(over: Parameters<typeof actionFor>[0] = {}) {
  const action = actionFor(over);
  if (action?.kind !== 'launch') throw new Error(`not a launch but ${action?.kind}`);
  return action.request;
}

const full: Partial<EffectiveSpec> = {
  instanceProfile: 'dev-instance',
  kmsKeyId: 'key-1',
  securityGroups: ['sg-2', 'sg-1'],
  rootVolume: { sizeGib: 80, type: 'gp2' },
  tags: { team: 'core', [tagKeys.uid]: 'stolen', Name: 'mine' },
};

test('the frozen request says everything', () => {
  const wanted = makeSpec(full);
  const request = launchOf({ spec: full });
  expect(request).toEqual({
    clientToken: expect.stringMatching(/^di-[0-9a-f]{48}$/),
    imageId: 'ami-00000001',
    instanceType: 't3.xlarge',
    subnetId: expect.stringMatching(/^subnet-0000000[ab]$/),
    securityGroups: ['sg-2', 'sg-1'],
    instanceProfile: 'dev-instance',
    rootDeviceName: '/dev/sda1',
    rootSizeGib: 80,
    rootType: 'gp2',
    kmsKeyId: 'key-1',
    userData: userDataFor(wanted),
    machineTags: {
      team: 'core',
      Name: 'ada-01',
      [tagKeys.fleet]: 'dev',
      [tagKeys.devInstance]: 'ada-01',
      [tagKeys.uid]: 'uid-ada-01',
      [tagKeys.owner]: 'ada',
      [tagKeys.role]: 'machine',
      [tagKeys.ordinal]: '1',
      [tagKeys.specHash]: specHash(wanted),
      [tagKeys.image]: 'ami-00000001',
    },
    rootTags: {
      team: 'core',
      Name: 'ada-01-root',
      [tagKeys.fleet]: 'dev',
      [tagKeys.devInstance]: 'ada-01',
      [tagKeys.uid]: 'uid-ada-01',
      [tagKeys.owner]: 'ada',
      [tagKeys.role]: 'root',
    },
  });
  const plain = launchOf();
  expect(plain).not.toHaveProperty('instanceProfile');
  expect(plain).not.toHaveProperty('kmsKeyId');
});

test.each([
  { homeWasReady: true, tag: 'vol-00000001' },
  { homeWasReady: false, tag: 'vol-00000001:new' },
])('a machine around a home (ready once: $homeWasReady) is launched with $tag', (c) => {
  const home = makeHome(spec, { state: 'available', attachments: [] });
  const record = makeRecord(spec, { homeWasReady: c.homeWasReady });
  const request = launchOf({
    record,
    observed: { homes: [home], absent: new Set(['i-00000001']) },
  });
  expect(request.machineTags[tagKeys.home]).toBe(c.tag);
  expect(request.machineTags[tagKeys.ordinal]).toBe('2');
});

function homeRequest(over: Partial<EffectiveSpec> = {}) {
  const machine = makeMachine(spec, { az: 'eu-west-1b' });
  const { [tagKeys.home]: _, ...tags } = machine.tags;
  const action = actionFor({
    spec: over,
    record: { ordinal: 1, machineId: machine.id },
    observed: { machines: [{ ...machine, tags }] },
  });
  if (action?.kind !== 'create-home') throw new Error(`not a create-home but ${action?.kind}`);
  return action.request;
}

test('the request for a home says everything', () => {
  const homeVolume = { sizeGib: 70, maxSizeGib: 100, type: 'gp3', iops: 4000, throughput: 250 };
  const tags = { team: 'core', [tagKeys.role]: 'root' };
  expect(homeRequest({ homeVolume, tags, kmsKeyId: 'key-1' })).toEqual({
    clientToken: expect.stringMatching(/^di-[0-9a-f]{48}$/),
    az: 'eu-west-1b',
    sizeGib: 70,
    type: 'gp3',
    iops: 4000,
    throughput: 250,
    kmsKeyId: 'key-1',
    tags: {
      team: 'core',
      Name: 'ada-01-home',
      [tagKeys.fleet]: 'dev',
      [tagKeys.devInstance]: 'ada-01',
      [tagKeys.uid]: 'uid-ada-01',
      [tagKeys.owner]: 'ada',
      [tagKeys.role]: 'home',
    },
  });
  const plain = homeRequest();
  for (const key of ['iops', 'throughput', 'kmsKeyId']) expect(plain).not.toHaveProperty(key);
});

test('every new attempt has another token, and so has every machine', () => {
  const tokens = [
    launchOf(),
    launchOf({ now: plusMillis(mondayMorning, 1) }),
    launchOf({ record: { ordinal: 1 } }),
    launchOf({ record: { uid: 'uid-other' } }),
    homeRequest(),
  ].map((request) => request.clientToken);
  expect(new Set(tokens).size).toBe(tokens.length);
  expect(launchOf().clientToken).toBe(tokens[0]);
});

test('an interrupted launch is replayed as it stands, whatever git says meanwhile', () => {
  const request = launchOf();
  const step = { action: { kind: 'launch', name: 'ada-01', request }, at: mondayMorning } as const;
  const later = plusMillis(mondayMorning, 60_000);
  const over = { record: { ordinal: 1, step }, now: later };
  expect(launchOf({ ...over, spec: { instanceType: 'm7i.xlarge' } })).toEqual(request);
  expect(launchOf({ ...over, spec: { lifecycle: 'retired' } })).toEqual(request);
  expect(actionFor({ ...over, spec: { lifecycle: 'suspended' } })).toBeUndefined();
});

const refusals = (attempts: number, over: Partial<Retry> = {}): Partial<DevInstanceRecord> => ({
  retries: [
    {
      actionKind: 'launch',
      attempts,
      notBefore: mondayMorning,
      code: 'InsufficientInstanceCapacity',
      message: '',
      capacity: true,
      ...over,
    },
  ],
});

/** Zone and type of each attempt in turn. */
function turns(count: number, over: Parameters<typeof actionFor>[0] = {}) {
  return Array.from({ length: count }, (_, attempts) => {
    const record = { ...over.record, ...(attempts === 0 ? {} : refusals(attempts)) };
    const request = launchOf({ ...over, record });
    return `${request.instanceType} ${request.subnetId.at(-1)}`;
  });
}

test('without capacity: every subnet, then the next type, then from the start', () => {
  const fallbackTypes = ['t3a.xlarge', 't3.xlarge'];
  const [first, second, third, fourth, ...again] = turns(6, { spec: { fallbackTypes } });
  expect([first?.slice(0, -1), third?.slice(0, -1)]).toEqual(['t3.xlarge ', 't3a.xlarge ']);
  expect([first?.at(-1), second?.at(-1)].sort()).toEqual(['a', 'b']);
  expect([third?.at(-1), fourth?.at(-1)]).toEqual([first?.at(-1), second?.at(-1)]);
  expect(again).toEqual([first, second]);
});

test('another refusal, or that of another action, moves on to nowhere', () => {
  const first = launchOf();
  for (const over of [{ capacity: false }, { actionKind: 'tag' as const }]) {
    expect(launchOf({ record: refusals(1, over) }).subnetId).toBe(first.subnetId);
  }
});

test('names spread over the subnets', () => {
  const zones = Array.from({ length: 20 }, (_, n) => launchOf({ spec: { name: `dev-${n}` } }));
  const inA = zones.filter((request) => request.subnetId === 'subnet-0000000a').length;
  expect(inA).toBeGreaterThan(4);
  expect(inA).toBeLessThan(16);
});

test('with a home its zone alone will do', () => {
  const record = { homeId: 'vol-1', az: 'eu-west-1b', homeWasReady: true };
  const home = makeHome(spec, {
    id: 'vol-1',
    az: 'eu-west-1b',
    state: 'available',
    attachments: [],
  });
  const over = { record, observed: { homes: [home] }, spec: { fallbackTypes: ['t3a.xlarge'] } };
  expect(turns(3, over)).toEqual(['t3.xlarge b', 't3a.xlarge b', 't3.xlarge b']);
});

test('a subnet that does not exist is passed over; where none is left, none is guessed', () => {
  const subnets = ['subnet-gone', 'subnet-0000000b'];
  expect(turns(2, { spec: { subnets } })).toEqual(['t3.xlarge b', 't3.xlarge b']);
  const holdsFor = (record: Partial<DevInstanceRecord>, ids: readonly string[]) => {
    const wanted = makeSpec({ subnets: ids });
    const records = [{ ...bound, effective: wanted, ...record }];
    const home = makeHome(spec, { az: 'eu-west-1c', state: 'available', attachments: [] });
    const homes = record.homeId === undefined ? [] : [home];
    return makePlan(
      makeWorld({ spec: wanted, records, observed: makeObserved({ homes }) }),
    ).holds.map(({ reason, message, remedy }) => [reason, message, remedy]);
  };
  expect(holdsFor({}, ['subnet-gone'])).toEqual([
    ['NoSubnet', 'none of the subnets subnet-gone exists', 'give class standard a subnet'],
  ]);
  expect(holdsFor({ homeId: 'vol-00000001', az: 'eu-west-1c' }, ['subnet-0000000a'])).toEqual([
    [
      'NoSubnet',
      'none of the subnets subnet-0000000a exists in eu-west-1c, where its home is',
      'give class standard a subnet in eu-west-1c, where its home is',
    ],
  ]);
});

test.each([
  { rootSnapshotGib: 150, holds: [] },
  { rootSnapshotGib: 151, holds: ['ImageUnusable'] },
])('a root of 150 GiB with a snapshot of $rootSnapshotGib: $holds', (c) => {
  const image = makeObserved().images.get('ubuntu-24.04');
  if (!image?.usable) throw new Error('the sample image is usable');
  const images = new Map([['ubuntu-24.04', { ...image, rootSnapshotGib: c.rootSnapshotGib }]]);
  const observed = { machines: [], homes: [], images };
  const plan = makePlan(makeWorld({ records: [bound], observed }));
  expect(plan.holds.map((held) => held.reason)).toEqual(c.holds);
});

test('an own image is read by its id', () => {
  const image = makeObserved().images.get('ubuntu-24.04');
  if (!image?.usable) throw new Error('the sample image is usable');
  const images = new Map([['ami-own', { ...image, imageId: 'ami-own' }]]);
  const own = { image: { id: 'ami-own', allowExpired: false } };
  expect(launchOf({ spec: own, observed: { images } }).imageId).toBe('ami-own');
});
