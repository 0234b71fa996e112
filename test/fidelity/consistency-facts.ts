import { DescribeInstancesCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { expect } from 'vitest';
import { laggy } from '../../controller/sim/scene.ts';
import {
  attach,
  aWhile,
  codeOf,
  createVolume,
  instance,
  instancesTagged,
  launch,
  powerOf,
  readSnapshot,
  readVolume,
  run,
  running,
  snapshot,
  start,
  stopped,
  tag,
  tagList,
  terminate,
  volume,
  volumeState,
} from './calls.ts';
import type { Account, Fact } from './fact.ts';

const tagged = {
  TagSpecifications: [{ ResourceType: 'instance' as const, Tags: tagList({ fact: 'lag' }) }],
};

async function listed({ ec2 }: Account): Promise<readonly (string | undefined)[]> {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
  return Reservations.flatMap(({ Instances = [] }) => Instances.map((each) => each.InstanceId));
}

const tokens: readonly Fact[] = [
  {
    name: 'ClientToken: the same call again answers the same resource',
    source: ['IDEM'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await launch(account, { ClientToken: 'one' });
      expect(await launch(account, { ClientToken: 'one' })).toBe(id);
      const home = await createVolume(account, { ClientToken: 'one' });
      expect(await createVolume(account, { ClientToken: 'one' })).toBe(home);
    },
  },
  {
    name: 'ClientToken with other parameters: IdempotentParameterMismatch',
    source: ['IDEM'],
    moto: false,
    check: async (open) => {
      const account = open();
      await launch(account, { ClientToken: 'one' });
      const other = run(account, { ClientToken: 'one', InstanceType: 't3.large' });
      expect(await codeOf(other)).toBe('IdempotentParameterMismatch');
    },
  },
  {
    name: 'ClientToken with other parameters: or silently the old result',
    source: ['IDEM'],
    moto: false,
    check: async (open) => {
      const account = open();
      account.sim.conditions.answerChangedTokens(true);
      const id = await launch(account, { ClientToken: 'one' });
      expect(await launch(account, { ClientToken: 'one', InstanceType: 't3.large' })).toBe(id);
      expect((await instance(account, id)).InstanceType).toBe('t3.xlarge');
    },
  },
  {
    name: 'ClientToken: zonal where a subnet or zone is named; another zone launches again',
    source: ['IDEM'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await launch(account, { ClientToken: 'one' });
      const SubnetId = account.place.subnets[1];
      expect(await launch(account, { ClientToken: 'one', SubnetId })).not.toBe(id);
    },
  },
  {
    name: 'ClientToken of a terminated instance: IdempotentInstanceTerminated',
    source: ['ERR'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await running(account, { ClientToken: 'one' });
      await terminate(account, id);
      await account.wait(aWhile);
      const again = run(account, { ClientToken: 'one' });
      expect(await codeOf(again)).toBe('IdempotentInstanceTerminated');
    },
  },
  {
    name: 'ClientToken: how long it is remembered',
    source: ['IDEM'],
    choice: 'for ever, until a test lets it be forgotten: then the call launches again',
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await launch(account, { ClientToken: 'one' });
      await account.wait(7 * 86_400_000);
      expect(await launch(account, { ClientToken: 'one' })).toBe(id);
      await account.sim.conditions.forgetTokens();
      expect(await launch(account, { ClientToken: 'one' })).not.toBe(id);
    },
  },
];

const lag: readonly Fact[] = [
  {
    name: 'a new instance can be InvalidInstanceID.NotFound for a while',
    source: ['EVC'],
    moto: false,
    check: async (open) => {
      const account = open({ readLagMs: 2_000 });
      const id = await launch(account);
      expect(await codeOf(instance(account, id))).toBe('InvalidInstanceID.NotFound');
      await account.wait(2_000);
      expect(await powerOf(account, id)).toBe('pending');
    },
  },
  {
    name: 'a new volume or snapshot can be NotFound for a while',
    source: ['EVC'],
    moto: false,
    check: async (open) => {
      const account = open({ readLagMs: 2_000 });
      const id = await createVolume(account);
      expect(await codeOf(readVolume(account, id))).toBe('InvalidVolume.NotFound');
      await account.wait(10_000);
      expect(await volumeState(account, id)).toBe('available');
      const snapshotId = await snapshot(account, id);
      expect(await codeOf(readSnapshot(account, snapshotId))).toBe('InvalidSnapshot.NotFound');
      await account.wait(2_000);
      expect((await readSnapshot(account, snapshotId)).State).toBe('pending');
    },
  },
  {
    name: 'calls that change a new resource can be NotFound although reads find it',
    source: ['EVC', 'OBS'],
    moto: false,
    check: async (open) => {
      const account = open({ changeLagMs: 90_000 });
      const id = await launch(account);
      expect(await powerOf(account, id)).toBe('pending');
      expect(await codeOf(tag(account, id, { a: 'b' }))).toBe('InvalidInstanceID.NotFound');
      expect(await codeOf(terminate(account, id))).toBe('InvalidInstanceID.NotFound');
      await account.wait(90_000);
      const home = await createVolume(account);
      await account.wait(10_000);
      expect(await codeOf(attach(account, id, home))).toBe('InvalidVolume.NotFound');
      await account.wait(80_000);
      expect(await codeOf(attach(account, id, home))).toBe('ok');
    },
  },
  {
    name: 'listings learn of a new resource later than reads by id',
    source: ['EVC'],
    moto: false,
    check: async (open) => {
      const account = open({ listLagMs: 5_000 });
      const id = await launch(account);
      const home = await createVolume(account);
      const homes = async () => {
        const { Volumes = [] } = await account.ec2.send(new DescribeVolumesCommand({}));
        return Volumes.map(({ VolumeId }) => VolumeId);
      };
      expect(await powerOf(account, id)).toBe('pending');
      expect(await listed(account)).toEqual([]);
      expect(await homes()).not.toContain(home);
      await account.wait(5_000);
      expect(await listed(account)).toEqual([id]);
      expect(await homes()).toContain(home);
    },
  },
  {
    name: 'tag filters lag behind, for tags of the create call and for later ones',
    source: ['EVC'],
    choice: 'both directions lag by the same time; reads by id show new tags at once',
    moto: false,
    check: async (open) => {
      const account = open({ tagLagMs: 15_000 });
      const id = await launch(account, tagged);
      expect(await listed(account)).toEqual([id]);
      expect(await instancesTagged(account, 'fact', 'lag')).toEqual([]);
      await account.wait(15_000);
      expect(await instancesTagged(account, 'fact', 'lag')).toEqual([id]);
      await tag(account, id, { fact: 'changed' });
      expect((await instance(account, id)).Tags).toContainEqual({ Key: 'fact', Value: 'changed' });
      expect(await instancesTagged(account, 'fact', 'changed')).toEqual([]);
      expect(await instancesTagged(account, 'fact', 'lag')).toEqual([id]);
      await account.wait(15_000);
      expect(await instancesTagged(account, 'fact', 'changed')).toEqual([id]);
    },
  },
  {
    name: 'everything is consistent in the end',
    source: ['EVC'],
    moto: false,
    check: async (open) => {
      const account = open(laggy);
      const id = await launch(account, tagged);
      await account.wait(60_000);
      expect(await powerOf(account, id)).toBe('running');
      expect(await listed(account)).toEqual([id]);
      expect(await instancesTagged(account, 'fact', 'lag')).toEqual([id]);
      expect(await codeOf(tag(account, id, { a: 'b' }))).toBe('ok');
    },
  },
];

const outages: readonly Fact[] = [
  {
    name: 'zone outage: Describe without ids, or with ids in the zone, fails as a whole',
    source: ['BM'],
    choice: 'the code is Unavailable; volumes and statuses fail like instances',
    moto: false,
    check: async (open) => {
      const account = open();
      const here = await running(account);
      const there = await running(account, { SubnetId: account.place.subnets[1] });
      const home = await volume(account);
      await account.sim.conditions.setZoneOutage('eu-west-1a', true);
      expect(await codeOf(listed(account))).toBe('Unavailable');
      expect(await codeOf(instance(account, here))).toBe('Unavailable');
      expect(await powerOf(account, there)).toBe('running');
      expect(await codeOf(readVolume(account, home))).toBe('Unavailable');
      await account.sim.conditions.setZoneOutage('eu-west-1a', false);
      expect(await listed(account)).toEqual([here, there]);
    },
  },
  {
    name: 'zone outage: nothing is made or started there',
    source: ['BM'],
    choice: 'Unavailable, which says nothing definite',
    moto: false,
    check: async (open) => {
      const account = open();
      const off = await stopped(account);
      await account.sim.conditions.setZoneOutage('eu-west-1a', true);
      expect(await codeOf(start(account, off))).toBe('Unavailable');
      expect(await codeOf(run(account))).toBe('Unavailable');
      expect(await codeOf(createVolume(account))).toBe('Unavailable');
      expect(await codeOf(run(account, { SubnetId: account.place.subnets[1] }))).toBe('ok');
    },
  },
];

/** What a caller may know, when. */
export const consistencyFacts: readonly Fact[] = [...tokens, ...lag, ...outages];
