import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  type Reservation,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { hourMs, minuteMs } from '../../controller/core/instant.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { memoryLedger } from '../../controller/ledgers/memory.ts';
import { OperatorError } from '../../controller/ports.ts';
import { checkPlace } from '../../controller/world.ts';
import { hasty, makeRig, type Rig } from '../support/rig.ts';
import { readTruth } from '../support/truth.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

const bob = { ...makeSpec().owner, name: 'bob' };
const pair = [makeSpec(), makeSpec({ name: 'bob-01', owner: bob })];

async function livingRig(): Promise<Rig> {
  const rig = await makeRig(makeDesired(pair), { delays: hasty });
  await rig.settle();
  await rig.wait(10 * minuteMs);
  return rig;
}

/** Everything in the account, as it is listed. */
async function wholeAccount(rig: Rig): Promise<string> {
  const Reservations: Reservation[] = [];
  let NextToken: string | undefined;
  do {
    const base = NextToken === undefined ? {} : { NextToken };
    const page = await rig.account.ec2.send(new DescribeInstancesCommand(base));
    Reservations.push(...(page.Reservations ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  const { Volumes } = await rig.account.ec2.send(new DescribeVolumesCommand({}));
  return JSON.stringify({ Reservations, Volumes });
}

const mutations = (rig: Rig) =>
  rig.events.filter((event) => !/^(Describe|Get|put|end)/.test(event));

async function holdsOf(rig: Rig): Promise<readonly string[]> {
  return (await rig.plan()).holds.map(({ name, reason }) => `${name} ${reason}`);
}

async function idsOf(rig: Rig) {
  const { machines, homes } = await readTruth(rig.account);
  const isLive = ({ State }: { State?: { Name?: string | undefined } | undefined }) =>
    State?.Name !== 'terminated';
  return {
    machines: machines.filter(isLive).map(({ InstanceId }) => InstanceId),
    homes: homes.map(({ VolumeId }) => VolumeId),
  };
}

describe('a lost ledger', () => {
  test.each<[string, (rig: Rig) => Promise<unknown>]>([
    ['while all run', async () => {}],
    ['at night', (rig) => rig.wait(12 * hourMs).then(() => rig.settle())],
    [
      'with a machine that was terminated by hand',
      async (rig) => {
        const [id = ''] = (await idsOf(rig)).machines;
        await rig.account.people.terminate(id);
        await rig.wait(2 * hourMs);
      },
    ],
    [
      'with a home that was detached by hand',
      async (rig) => {
        const [id = ''] = (await idsOf(rig)).machines;
        await rig.account.people.stop(id);
        await rig.wait(minuteMs);
        const homes = (await readTruth(rig.account)).homes;
        const home = homes.find(({ Attachments }) => Attachments?.[0]?.InstanceId === id);
        await rig.account.people.detach(home?.VolumeId ?? '');
        await rig.wait(minuteMs);
      },
    ],
  ])(
    '%s is filled from the tags: every home with its DevInstance, no second of anything',
    async (_, happens) => {
      const rig = await livingRig();
      const uids = (await rig.ledger.records()).map(({ record }) => record.uid);
      const { homes } = await idsOf(rig);
      await happens(rig);
      await rig.loseLedger();
      await rig.settle();
      await rig.wait(24 * hourMs);
      await rig.settle();
      expect((await rig.ledger.records()).map(({ record }) => record.uid)).toEqual(uids);
      const after = await idsOf(rig);
      expect(after.homes).toEqual(homes);
      expect(after.machines).toHaveLength(2);
    },
  );

  test('at any moment of a retirement: it is carried out from the tags', async () => {
    for (let passes = 1; passes < 40; passes += 1) {
      const rig = await livingRig();
      const { homes } = await idsOf(rig);
      rig.desired = makeDesired([makeSpec({ lifecycle: 'retired' }), pair[1] ?? makeSpec()]);
      for (let n = 0; n < passes; n += 1) {
        await rig.pass();
        await rig.wait(300);
      }
      await rig.loseLedger();
      await rig.settle();
      await rig.wait(10 * minuteMs);
      await rig.settle();
      const after = await idsOf(rig);
      expect({ passes, homes: after.homes, machines: after.machines.length }).toEqual({
        passes,
        homes,
        machines: 1,
      });
    }
  });

  test('with homes that two machines and tags claim: a conflict, and nothing is changed', async () => {
    const rig = await livingRig();
    const { homes } = await readTruth(rig.account);
    const [first, second] = homes;
    const tags = Object.fromEntries(
      (first?.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]),
    );
    await rig.account.people.tag(second?.VolumeId ?? '', tags);
    await rig.loseLedger();
    const before = await wholeAccount(rig);
    await rig.settle();
    expect(await wholeAccount(rig)).toBe(before);
    expect(await holdsOf(rig)).toContain(`${tags[tagKeys.devInstance]} IdentityConflict`);
  });

  test('and another owner in git: a conflict, and nothing is changed', async () => {
    const rig = await livingRig();
    await rig.loseLedger();
    rig.desired = makeDesired([makeSpec({ owner: bob })]);
    const before = await wholeAccount(rig);
    await rig.settle();
    expect(await wholeAccount(rig)).toBe(before);
    expect(await holdsOf(rig)).toEqual(['ada-01 IdentityConflict']);
  });
});

describe('the wrong ledger', () => {
  test('of another fleet, or under a new Fleet name, stops everything', async () => {
    const rig = await livingRig();
    const { fleet } = rig.desired;
    rig.desired = { ...rig.desired, fleet: { ...fleet, name: 'renamed' } };
    const before = await wholeAccount(rig);
    await expect(rig.settle()).rejects.toThrow(/belongs to fleet dev .* not to fleet renamed/);
    expect(mutations(rig)).toEqual([]);
    expect(await wholeAccount(rig)).toBe(before);
  });

  test('a mistyped one has no marker, which says how to go on', async () => {
    const rig = await livingRig();
    const observer = { identity: async () => ({ account: '111122223333', region: 'eu-west-1' }) };
    const ledger = { ...memoryLedger(), marker: async () => undefined };
    const wrong = await checkPlace(rig.desired, {
      observer: { ...observer, observe: rejects, listSnapshots: rejects },
      ledger,
    }).catch((error: unknown) => error);
    expect(wrong).toBeInstanceOf(OperatorError);
    expect(String(wrong)).toContain('has no marker of any fleet');
  });
});

async function rejects(): Promise<never> {
  throw new Error('nothing is read from a wrong place');
}

test('another owner in git is refused; the machine stays with its owner as it was', async () => {
  const rig = await livingRig();
  const before = await wholeAccount(rig);
  rig.desired = makeDesired([
    makeSpec({ owner: bob, instanceType: 'm7i.xlarge' }),
    ...pair.slice(1),
  ]);
  await rig.settle();
  expect(await wholeAccount(rig)).toBe(before);
  expect(await holdsOf(rig)).toEqual(['ada-01 OwnerChanged']);
});

describe('tags edited by hand', () => {
  test.each([
    [tagKeys.name, 'mine', []],
    [tagKeys.image, 'ami-none', []],
    [tagKeys.uid, 'uid-of-nobody', ['ada-01 IdentityConflict']],
    [tagKeys.owner, 'bob', ['ada-01 IdentityConflict']],
    [tagKeys.devInstance, 'bob-01', ['ada-01 IdentityConflict']],
    [tagKeys.fleet, 'prod', ['ada-01 IdentityConflict']],
    [tagKeys.role, 'root', ['ada-01 IdentityConflict']],
  ])(
    '%s=%s on a machine: corrected, or held where it says whose it is',
    async (key, value, holds) => {
      const rig = await livingRig();
      const { machines, homes } = await readTruth(rig.account);
      const id = machines[0]?.InstanceId ?? '';
      await rig.account.people.tag(id, { [key]: value });
      await rig.settle();
      await rig.wait(24 * hourMs);
      await rig.settle();
      expect(await holdsOf(rig)).toEqual(holds);
      const after = await readTruth(rig.account);
      expect(after.machines.map(({ InstanceId }) => InstanceId)).toEqual(
        machines.map(({ InstanceId }) => InstanceId),
      );
      expect(after.homes.map(({ VolumeId }) => VolumeId)).toEqual(
        homes.map(({ VolumeId }) => VolumeId),
      );
      const tag = after.machines[0]?.Tags?.find(({ Key }) => Key === key)?.Value;
      expect(tag === value).toBe(holds.length > 0);
    },
  );
});

test('3,000 foreign instances stay as they are, byte for byte, through a whole life of the fleet', async () => {
  const rig = await makeRig(makeDesired([]), { delays: hasty });
  const subnets = [...new Set(pair.flatMap((spec) => spec.subnets))];
  rig.desired = makeDesired(pair);
  await rig.account.ensureSeeded(rig.desired);
  const { Images = [] } = await rig.account.ec2.send(new DescribeImagesCommand({}));
  for (let n = 0; n < 30; n += 1) {
    await rig.account.people.launch({
      ImageId: Images[0]?.ImageId,
      InstanceType: 't3.micro',
      SubnetId: subnets[n % subnets.length],
      MinCount: 100,
      MaxCount: 100,
      // Some look like ours, but are of another fleet.
      TagSpecifications: [
        {
          ResourceType: 'instance',
          Tags: [
            { Key: tagKeys.devInstance, Value: 'ada-01' },
            ...(n % 2 === 0 ? [{ Key: tagKeys.fleet, Value: 'prod' }] : []),
          ],
        },
      ],
    });
  }
  await rig.wait(10 * minuteMs);
  const before = foreign(await wholeAccount(rig));
  expect(before.length).toBe(3000);
  await rig.settle();
  await rig.wait(24 * hourMs);
  await rig.settle();
  rig.desired = makeDesired([makeSpec({ lifecycle: 'retired' }), ...pair.slice(1)]);
  await rig.settle();
  expect(foreign(await wholeAccount(rig))).toEqual(before);

  function foreign(account: string): readonly string[] {
    const { Reservations = [] } = JSON.parse(account);
    return Reservations.flatMap(({ Instances = [] }) => Instances)
      .filter(({ InstanceType }: { InstanceType: string }) => InstanceType === 't3.micro')
      .map((instance: unknown) => JSON.stringify(instance));
  }
});
