import { afterEach, describe, expect, inject, test } from 'vitest';
import { tagKeys } from '../../controller/core/tags.ts';
import {
  makeReplacedFleet,
  type ReplacedFleet,
  replaced,
  runAndSee,
  settle,
  windowMinutes,
} from '../support/e2e-replacement.ts';
import { tagsOf } from '../support/moto-account.ts';

const moto = inject('moto');
const quietPlan = ['plan', '--detailed-exitcode'] as const;

describe.skipIf(moto === null)('a machine that is replaced, seen from outside', () => {
  const fleets: ReplacedFleet[] = [];

  afterEach(async () => {
    await Promise.all(fleets.splice(0).map((fleet) => fleet.remove()));
  });

  async function living(name: string): Promise<ReplacedFleet> {
    if (moto === null) throw new Error('there is no moto');
    const fleet = await makeReplacedFleet(moto, name);
    fleets.push(fleet);
    expect(await fleet.run(...settle)).toMatchObject({ code: 0, err: '' });
    expect(await fleet.look()).toEqual([
      '1 running with the home, image 1, root 150',
      'home in-use',
    ]);
    return fleet;
  }

  test('another image in its channel: the home moves over, and the old one goes after its window', async () => {
    const fleet = await living('newer-image');
    const before = await fleet.history();
    const [old, home] = [before.machines[0], before.homes[0]];
    const imageId = await fleet.publish();

    const plan = await runAndSee(fleet, ...quietPlan);
    expect(plan).toMatchObject({ code: 2, err: '', changes: [] });
    expect(plan.out).toContain(
      [
        '-/+ ada-01  replace (owner ada; ami_superseded)',
        `      image ${moto?.network.imageId} -> ${imageId} (newer-image-1)`,
        `      home ${home?.VolumeId} 100 GiB moves to the new machine, snapshotted first`,
        `      old machine ${old?.InstanceId} is kept stopped for 1 h: devinstance rollback ada-01 returns to it`,
        '      downtime up to 15 min expected',
        '      wave canary (1 of 2)',
        '      when now (upgrade.when is any-time)',
      ].join('\n'),
    );

    expect(await runAndSee(fleet, ...settle)).toMatchObject({
      code: 0,
      err: '',
      changes: replaced,
    });
    const pair = [
      '1 stopped, image 1, root 150',
      '2 running with the home, image 2, root 150',
      'home in-use',
      'replacement snapshot completed',
    ];
    expect(await fleet.look()).toEqual(pair);
    const after = await fleet.history();
    const made = after.machines.find(({ ImageId }) => ImageId === imageId);
    expect(after.homes.map(({ VolumeId }) => VolumeId)).toEqual([home?.VolumeId]);
    expect([made?.Placement?.AvailabilityZone, made?.SubnetId]).toEqual([
      home?.AvailabilityZone,
      old?.SubnetId,
    ]);
    const inherited = tagsOf(old ?? {});
    expect(tagsOf(made ?? {})).toEqual({
      ...inherited,
      [tagKeys.ordinal]: '2',
      [tagKeys.image]: imageId,
      [tagKeys.home]: home?.VolumeId,
    });
    expect(after.snapshots).toMatchObject([{ VolumeId: home?.VolumeId }]);
    expect(tagsOf(after.snapshots[0] ?? {})).toMatchObject({
      [tagKeys.fleet]: 'newer-image',
      [tagKeys.devInstance]: 'ada-01',
      [tagKeys.uid]: inherited[tagKeys.uid],
      [tagKeys.role]: 'snapshot',
      [tagKeys.purpose]: 'replacement',
    });

    const described = await fleet.run('describe', 'ada-01');
    expect(described.out).toContain(`Image     ${imageId} (newer-image-1, parameter version 2)`);
    expect(described.out).toContain(`Machine  ${old?.InstanceId}, stopped`);
    expect(await runAndSee(fleet, ...quietPlan)).toMatchObject({ code: 0, err: '' });

    fleet.moveOn(windowMinutes - 5);
    expect(await runAndSee(fleet, ...settle)).toMatchObject({ code: 0, err: '', changes: [] });
    expect(await fleet.look()).toEqual(pair);

    fleet.moveOn(6);
    fleet.holdSnapshotsPending(true);
    const once = await runAndSee(fleet, 'controller', '--once');
    expect(once).toMatchObject({ code: 0, err: '', changes: [] });
    expect(once.out).toContain('1 waiting for AWS');
    fleet.holdSnapshotsPending(false);
    expect(await runAndSee(fleet, ...settle)).toMatchObject({
      code: 0,
      err: '',
      changes: ['TerminateInstances'],
    });
    expect(await fleet.look()).toEqual(['1 terminated, image 1', ...pair.slice(1)]);
    expect(await runAndSee(fleet, ...quietPlan)).toMatchObject({ code: 0, err: '' });
  });

  test('a larger root in its file: a machine with that root takes the home over', async () => {
    const fleet = await living('larger-root');
    await giveRoot(fleet);
    const plan = await runAndSee(fleet, ...quietPlan);
    expect(plan).toMatchObject({ code: 2, err: '', changes: [] });
    expect(plan.out).toContain(
      ['-/+ ada-01  replace (owner ada; spec_machine)', '      rootVolume.sizeGib 150 -> 200'].join(
        '\n',
      ),
    );
    expect(await runAndSee(fleet, ...settle)).toMatchObject({
      code: 0,
      err: '',
      changes: replaced,
    });
    expect(await fleet.look()).toEqual([
      '1 stopped, image 1, root 150',
      '2 running with the home, image 1, root 200',
      'home in-use',
      'replacement snapshot completed',
    ]);
    expect(await runAndSee(fleet, ...quietPlan)).toMatchObject({ code: 0, err: '' });
  });

  test('rolled back: the kept machine has the home again, and only a newer image takes it from there', async () => {
    const fleet = await living('rolled-back');
    const { machines, homes } = await fleet.history();
    const [old, homeId] = [machines[0], homes[0]?.VolumeId];
    const denied = await fleet.publish();
    await fleet.run(...settle);

    const asked = await runAndSee(fleet, 'rollback', 'ada-01', '--reason', 'no sound');
    expect(asked).toMatchObject({ code: 0, err: '', changes: [] });
    expect(asked.out).toContain(`asked to take ada-01 back to ${old?.InstanceId} `);
    expect(asked.out).toContain(`${denied} is not made again for ada-01`);
    expect(await runAndSee(fleet, ...settle)).toMatchObject({
      code: 0,
      err: '',
      changes: [
        'StopInstances',
        'CreateSnapshot',
        'StartInstances',
        'DetachVolume',
        'AttachVolume',
      ],
    });
    const back = [
      '1 running with the home, image 1, root 150',
      '2 stopped, image 2, root 150',
      'home in-use',
      'replacement snapshot completed',
      'replacement snapshot completed',
    ];
    expect(await fleet.look()).toEqual(back);

    const plan = await runAndSee(fleet, ...quietPlan);
    // It was the only machine of its wave: the rollout goes no further.
    expect(plan).toMatchObject({ code: 0, err: '' });
    expect(plan.out).toContain(`${denied}: Degraded, wave 1 of 2 (canary), 0/1`);
    expect(await runAndSee(fleet, ...settle)).toMatchObject({ code: 0, err: '', changes: [] });
    fleet.moveOn(windowMinutes + 1);
    await fleet.run(...settle);
    expect(await fleet.look()).toEqual([back[0], '2 terminated, image 2', ...back.slice(2)]);

    await fleet.publish();
    expect(await runAndSee(fleet, ...settle)).toMatchObject({
      code: 0,
      err: '',
      changes: replaced,
    });
    expect((await fleet.look()).slice(0, 3)).toEqual([
      '1 stopped, image 1, root 150',
      '2 terminated, image 2',
      '3 running with the home, image 3, root 150',
    ]);
    expect((await fleet.history()).homes.map(({ VolumeId }) => VolumeId)).toEqual([homeId]);
  });
});

function giveRoot(fleet: ReplacedFleet): Promise<void> {
  const root = 'class: standard\n  rootVolume: {sizeGiB: 200}';
  return fleet.folder.edit('instances/ada-01.yaml', 'class: standard', root);
}
