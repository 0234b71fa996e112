import { describe, expect, test } from 'vitest';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import { hourMs, minuteMs } from '../../controller/core/instant.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { hasty, lagging, makeRig, type Rig } from '../support/rig.ts';
import { readTruth } from '../support/truth.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

const bob = { ...makeSpec().owner, name: 'bob' };
const neighbour = makeSpec({ name: 'bob-01', owner: bob });

type From = NonNullable<EffectiveSpec['homeVolume']['from']>;

function homeFrom(from: From): EffectiveSpec['homeVolume'] {
  return { sizeGib: 100, maxSizeGib: 1000, type: 'gp3', from };
}

/** A volume that an operator made, in the second zone. */
function operatorVolume(
  rig: Rig,
  tags: Readonly<Record<string, string>>,
  over: { readonly Encrypted?: boolean; readonly MultiAttachEnabled?: boolean } = {},
): Promise<string> {
  return rig.account.people.createVolume({
    AvailabilityZone: 'eu-west-1b',
    Size: 100,
    VolumeType: over.MultiAttachEnabled ? 'io2' : 'gp3',
    Encrypted: true,
    TagSpecifications: [
      {
        ResourceType: 'volume',
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      },
    ],
    ...over,
  });
}

const given = { [tagKeys.fleet]: 'dev', [tagKeys.adopt]: 'ada-01' };

/** The volumes attached to the machines that are not gone, beside the roots, by DevInstance. */
async function homesInUse(rig: Rig): Promise<Record<string, string | undefined>> {
  const { machines, homes } = await readTruth(rig.account);
  const live = machines.filter(({ State }) => State?.Name !== 'terminated');
  return Object.fromEntries(
    live.map((machine) => [
      machine.Tags?.find(({ Key }) => Key === tagKeys.devInstance)?.Value ?? '',
      homes.find(({ Attachments = [] }) =>
        Attachments.some(({ InstanceId }) => InstanceId === machine.InstanceId),
      )?.VolumeId,
    ]),
  );
}

async function holdsOf(rig: Rig, name: string): Promise<readonly string[]> {
  const { holds } = await rig.plan();
  return holds
    .filter((hold) => hold.name === name)
    .map(({ reason, message }) => `${reason}: ${message}`);
}

test('a volume that an operator gave becomes the home, in its zone, unformatted; killed at any call', async () => {
  const prepare = async () => {
    const rig = await makeRig(makeDesired([neighbour]), { delays: lagging });
    await rig.settle();
    const volumeId = await operatorVolume(rig, given);
    await rig.wait(minuteMs);
    rig.desired = makeDesired([makeSpec({ homeVolume: homeFrom({ volumeId }) }), neighbour]);
    return { rig, volumeId };
  };
  const whole = await prepare();
  // An operator's empty volume is never formatted: the machine is not ready with it.
  await whole.rig.settle({ timeoutMs: 60_000 });
  const points = whole.rig.events.length;
  for (let point = 0; point < Math.min(points, 90); point += 0.5) {
    const { rig, volumeId } = await prepare();
    await expect(rig.settle({ crashAt: point, timeoutMs: 60_000 })).rejects.toThrow();
    await rig.settle({ timeoutMs: 60_000 });
    const homes = (await readTruth(rig.account)).homes.map(({ VolumeId }) => VolumeId);
    expect({ point, ada: (await homesInUse(rig))['ada-01'], homes: homes.length }).toEqual({
      point,
      ada: volumeId,
      homes: 2,
    });
    expect(rig.account.disk(volumeId)).toBeUndefined();
  }
});

describe('a home that its owner gave up', () => {
  test('released by a retirement, it becomes the home of another name of the same owner', async () => {
    const rig = await makeRig(makeDesired([makeSpec(), neighbour]), { delays: hasty });
    await rig.settle();
    const volumeId = (await homesInUse(rig))['ada-01'] ?? '';
    const written = rig.account.disk(volumeId);
    rig.desired = makeDesired([makeSpec({ lifecycle: 'retired' }), neighbour]);
    await rig.settle();
    const next = makeSpec({ name: 'ada-02', homeVolume: homeFrom({ volumeId }) });
    rig.desired = makeDesired([makeSpec({ lifecycle: 'retired' }), next, neighbour]);
    expect((await rig.settle()).end).toBe('settled');
    expect((await homesInUse(rig))['ada-02']).toBe(volumeId);
    expect(rig.account.disk(volumeId)).toEqual(written);
    // The old name does not get it back, nor an empty one instead.
    rig.desired = makeDesired([makeSpec(), next, neighbour]);
    await rig.settle();
    expect(await homesInUse(rig)).toMatchObject({ 'ada-02': volumeId });
    expect(await holdsOf(rig, 'ada-01')).toEqual([
      `HomeMissing: its home ${volumeId} was taken over by ada-02`,
    ]);
  });

  test('claimed while its retirement is under way, it is taken over in the same run', async () => {
    const rig = await makeRig(makeDesired([makeSpec(), neighbour]), { delays: hasty });
    await rig.settle();
    const volumeId = (await homesInUse(rig))['ada-01'] ?? '';
    const next = makeSpec({ name: 'ada-02', homeVolume: homeFrom({ volumeId }) });
    rig.desired = makeDesired([makeSpec({ lifecycle: 'retired' }), next, neighbour]);
    expect((await rig.settle()).end).toBe('settled');
    expect((await homesInUse(rig))['ada-02']).toBe(volumeId);
  });

  test('a rename shows the orphan, the new name and the from that keeps the home', async () => {
    const rig = await makeRig(makeDesired([makeSpec(), neighbour]), { delays: hasty });
    await rig.settle();
    const volumeId = (await homesInUse(rig))['ada-01'] ?? '';
    rig.desired = makeDesired([makeSpec({ name: 'ada-02' }), neighbour]);
    const { changes } = await rig.plan();
    expect(changes.map(({ name, kind }) => [name, kind])).toEqual([
      ['ada-01', 'orphan'],
      ['ada-02', 'create'],
    ]);
    expect(changes[1]?.details.join('\n')).toContain(`from: {volumeId: ${volumeId}}`);
  });

  const rename = async (delays = hasty) => {
    const rig = await makeRig(makeDesired([makeSpec(), neighbour]), { delays });
    await rig.settle();
    await rig.wait(minuteMs);
    const volumeId = (await homesInUse(rig))['ada-01'] ?? '';
    const renamed = makeSpec({ name: 'ada-02', homeVolume: homeFrom({ volumeId }) });
    rig.desired = makeDesired([renamed, neighbour]);
    return { rig, volumeId, renamed };
  };

  test('a rename takes the home over once the old machine has had its last scheduled stop', async () => {
    const { rig, volumeId } = await rename();
    expect((await rig.settle()).end).toBe('settled');
    expect(await homesInUse(rig)).toMatchObject({ 'ada-01': volumeId });
    expect((await holdsOf(rig, 'ada-02')).join()).toMatch(
      /^HomeAwaited: .* of ada-01, which stops/,
    );
    await rig.wait(4 * hourMs);
    expect((await rig.settle()).end).toBe('settled');
    expect(await homesInUse(rig)).toMatchObject({ 'ada-01': undefined, 'ada-02': volumeId });
  });

  test('reverted before that stop, a rename has changed nothing for the old machine', async () => {
    const { rig, volumeId } = await rename();
    await rig.settle();
    rig.desired = makeDesired([makeSpec(), neighbour]);
    await rig.settle();
    await rig.wait(4 * hourMs);
    await rig.settle();
    expect((await homesInUse(rig))['ada-01']).toBe(volumeId);
  });

  test('killed at any call of the take-over, and reverted or not, one machine has the home', async () => {
    const whole = await rename(lagging);
    await whole.rig.settle();
    await whole.rig.wait(4 * hourMs);
    await whole.rig.settle();
    const points = whole.rig.events.length;
    for (let point = 0; point < points; point += 0.5) {
      const { rig, volumeId, renamed } = await rename(lagging);
      const written = rig.account.disk(volumeId);
      await rig.settle();
      await rig.wait(4 * hourMs);
      await expect(rig.settle({ crashAt: point })).rejects.toThrow();
      const isReverted = point % 2 === 1.5;
      if (isReverted) rig.desired = makeDesired([makeSpec(), neighbour]);
      await rig.settle();
      await rig.wait(minuteMs);
      await rig.settle();
      if (isReverted) {
        // Back under the old name it asks for the home, wherever that is by now.
        rig.desired = makeDesired([makeSpec({ homeVolume: homeFrom({ volumeId }) }), neighbour]);
        await rig.settle();
        await rig.wait(4 * hourMs);
        await rig.settle();
      }
      const holder = isReverted ? 'ada-01' : renamed.name;
      expect({ point, home: (await homesInUse(rig))[holder] }).toEqual({ point, home: volumeId });
      expect(rig.account.disk(volumeId)).toEqual(written);
      expect((await readTruth(rig.account)).homes).toHaveLength(2);
    }
  });
});

describe('a snapshot', () => {
  const withSnapshot = async (tags: Readonly<Record<string, string>>) => {
    const rig = await makeRig(makeDesired([neighbour]), { delays: hasty });
    await rig.settle();
    const source = (await homesInUse(rig))['bob-01'] ?? '';
    const snapshotId = await rig.account.people.snapshot(source, tags);
    await rig.wait(minuteMs);
    rig.desired = makeDesired([makeSpec({ homeVolume: homeFrom({ snapshotId }) }), neighbour]);
    return { rig, source, snapshotId };
  };

  test('that an operator gave becomes a home with its data', async () => {
    const { rig, source } = await withSnapshot(given);
    const written = rig.account.disk(source);
    expect((await rig.settle()).end).toBe('settled');
    const homeId = (await homesInUse(rig))['ada-01'] ?? '';
    expect(homeId).not.toBe(source);
    expect(rig.account.disk(homeId)?.marker).toBe(written?.marker);
  });

  test('that nobody gave is refused before a machine is launched', async () => {
    const { rig, snapshotId } = await withSnapshot({});
    await rig.settle();
    expect(Object.keys(await homesInUse(rig))).toEqual(['bob-01']);
    expect((await holdsOf(rig, 'ada-01')).join()).toContain(`${snapshotId} is not given to ada-01`);
  });
});

test.each<[string, (rig: Rig) => Promise<string>, RegExp]>([
  ['does not exist', async () => 'vol-00000000000000001', /does not exist/],
  [
    'has no tags',
    (rig) => operatorVolume(rig, {}),
    /lacks devinstance:fleet=dev and devinstance:adopt=ada-01/,
  ],
  [
    'is of another fleet',
    (rig) => operatorVolume(rig, { ...given, [tagKeys.fleet]: 'prod' }),
    /lacks devinstance:fleet=dev/,
  ],
  [
    'is given to another name',
    (rig) => operatorVolume(rig, { ...given, [tagKeys.adopt]: 'ada-02' }),
    /lacks devinstance:adopt=ada-01/,
  ],
  [
    'belongs to another owner',
    (rig) => operatorVolume(rig, { ...given, [tagKeys.owner]: 'bob' }),
    /belongs to bob, not to ada/,
  ],
  ['is not encrypted', (rig) => operatorVolume(rig, given, { Encrypted: false }), /not encrypted/],
  [
    'may be attached to many',
    (rig) => operatorVolume(rig, given, { MultiAttachEnabled: true }),
    /several machines/,
  ],
  [
    'is the home of a living DevInstance, though tagged',
    async (rig) => {
      const home = (await homesInUse(rig))['bob-01'] ?? '';
      await rig.account.people.tag(home, { [tagKeys.adopt]: 'ada-01' });
      return home;
    },
    /is the home of bob-01, which the specs still ask for/,
  ],
])(
  'a volume that %s is refused, with no machine launched and nothing of it changed',
  async (_, make, reason) => {
    const rig = await makeRig(makeDesired([neighbour]), { delays: hasty });
    await rig.settle();
    const volumeId = await make(rig);
    await rig.wait(minuteMs);
    rig.desired = makeDesired([makeSpec({ homeVolume: homeFrom({ volumeId }) }), neighbour]);
    expect((await rig.settle()).end).toBe('settled');
    const held = await holdsOf(rig, 'ada-01');
    expect(held).toHaveLength(1);
    expect(held[0]).toMatch(/^AdoptionRefused: /);
    expect(held[0]).toMatch(reason);
    expect(Object.keys(await homesInUse(rig))).toEqual(['bob-01']);
    expect(rig.events.filter((event) => !/^(Describe|Get|put|end)/.test(event))).toEqual([]);
  },
);

test('two specs that claim one volume both get nothing, until one lets go', async () => {
  const rig = await makeRig(makeDesired([neighbour]), { delays: hasty });
  await rig.settle();
  const volumeId = await operatorVolume(rig, given);
  await rig.wait(minuteMs);
  const claim = homeFrom({ volumeId });
  const ada = makeSpec({ homeVolume: claim });
  rig.desired = makeDesired([ada, makeSpec({ name: 'ada-02', homeVolume: claim }), neighbour]);
  await rig.settle();
  expect(Object.keys(await homesInUse(rig))).toEqual(['bob-01']);
  for (const name of ['ada-01', 'ada-02']) {
    expect(await holdsOf(rig, name)).toEqual([
      `AdoptionRefused: ${volumeId} is claimed by ada-01 and ada-02: none of them gets it`,
    ]);
  }
  rig.desired = makeDesired([ada, neighbour]);
  await rig.settle({ timeoutMs: 60_000 });
  expect((await homesInUse(rig))['ada-01']).toBe(volumeId);
});
