import { DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { dayMs, minuteMs, plusMillis } from '../../controller/core/instant.ts';
import type { LedgerRequest, RequestedWork } from '../../controller/core/request.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { hasty, lagging, makeRig, type Rig } from '../support/rig.ts';
import { readTruth } from '../support/truth.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

async function livingRig(delays = hasty): Promise<Rig> {
  const rig = await makeRig(makeDesired([makeSpec()]), { delays });
  await rig.settle();
  await rig.wait(10 * minuteMs);
  return rig;
}

async function ask(rig: Rig, work: RequestedWork, name = 'ada-01'): Promise<void> {
  const at = rig.account.clock.now();
  const id = `req-${(await rig.ledger.requests()).length}`;
  const expiresAt = plusMillis(at, dayMs);
  await rig.ledger.putRequest({ id, name, work, actor: 'grace', reason: 'test', at, expiresAt });
}

async function ends(rig: Rig): Promise<readonly (LedgerRequest['ended'] | undefined)[]> {
  return (await rig.ledger.requests()).map(({ ended }) => ended);
}

async function snapshotsOf(rig: Rig) {
  // Long enough for EC2 to show everything.
  await rig.wait(minuteMs);
  const { Snapshots = [] } = await rig.account.ec2.send(
    new DescribeSnapshotsCommand({ OwnerIds: ['self'] }),
  );
  return Snapshots.filter(({ VolumeId }) => VolumeId !== undefined && VolumeId !== '').filter(
    ({ Tags = [] }) => Tags.some(({ Key }) => Key === tagKeys.fleet),
  );
}

/** The homes there are: how each is attached, its phase, and whose data it holds. */
async function homesOf(rig: Rig) {
  await rig.wait(minuteMs);
  const { homes } = await readTruth(rig.account);
  return homes.map((home) => ({
    id: home.VolumeId ?? '',
    isAttached: (home.Attachments ?? []).length === 1,
    phase: home.Tags?.find(({ Key }) => Key === tagKeys.phase)?.Value,
    data: rig.account.disk(home.VolumeId ?? '')?.marker,
  }));
}

describe('a snapshot asked for', () => {
  test('is made in the same run that refuses what was asked for before', async () => {
    const rig = await livingRig();
    await ask(rig, { kind: 'restore-home', snapshotId: 'snap-00000000000000001' });
    await ask(rig, { kind: 'snapshot-home' });
    expect((await rig.settle()).end).toBe('settled');
    expect((await ends(rig)).map((ended) => ended?.result)).toEqual(['refused', 'done']);
  });

  test('is made once of the running machine and said to be complete', async () => {
    const rig = await livingRig();
    await ask(rig, { kind: 'snapshot-home' });
    expect((await rig.plan()).changes.map(({ kind, note }) => [kind, note])).toEqual([
      ['snapshot', 'asked for by grace: test'],
    ]);
    expect((await rig.settle()).end).toBe('settled');
    const [snapshot, ...others] = await snapshotsOf(rig);
    const [home] = await homesOf(rig);
    expect(others).toEqual([]);
    expect(snapshot).toMatchObject({ State: 'completed', VolumeId: home?.id });
    expect(await ends(rig)).toMatchObject([
      { result: 'done', message: `snapshot ${snapshot?.SnapshotId} of ${home?.id} is complete` },
    ]);
    await rig.settle();
    expect(rig.events.filter((event) => !/^(Describe|Get)/.test(event))).toEqual([]);
  });

  test('killed at any call, there is one and its request has ended', async () => {
    const whole = await livingRig();
    await ask(whole, { kind: 'snapshot-home' });
    await whole.settle();
    for (let point = 0; point < whole.events.length; point += 0.5) {
      const rig = await livingRig();
      await ask(rig, { kind: 'snapshot-home' });
      await expect(rig.settle({ crashAt: point })).rejects.toThrow();
      await rig.settle();
      const states = (await snapshotsOf(rig)).map(({ State }) => State);
      const results = (await ends(rig)).map((ended) => ended?.result);
      expect({ point, states, results }).toEqual({
        point,
        states: ['completed'],
        results: ['done'],
      });
    }
  });

  test('of nobody, or too late, is refused with the reason', async () => {
    const rig = await livingRig();
    await ask(rig, { kind: 'snapshot-home' }, 'nobody-01');
    await ask(rig, { kind: 'snapshot-home' });
    await rig.wait(2 * dayMs);
    await rig.settle();
    expect(await ends(rig)).toMatchObject([
      { result: 'refused', message: 'there is no DevInstance nobody-01' },
      { result: 'refused', message: expect.stringMatching(/^it expired at 2026-/) },
    ]);
    expect(await snapshotsOf(rig)).toEqual([]);
  });
});

describe('a restore asked for', () => {
  const withSnapshot = async (delays = hasty) => {
    const rig = await livingRig(delays);
    await ask(rig, { kind: 'snapshot-home' });
    await rig.settle();
    const [snapshot] = await snapshotsOf(rig);
    const [old] = await homesOf(rig);
    if (snapshot?.SnapshotId === undefined || old === undefined)
      throw new Error('nothing to restore');
    return { rig, snapshotId: snapshot.SnapshotId, old };
  };

  test('gives the running machine a new home from the snapshot; the old one is kept and released', async () => {
    const { rig, snapshotId, old } = await withSnapshot();
    await ask(rig, { kind: 'restore-home', snapshotId });
    expect((await rig.settle()).end).toBe('settled');
    const homes = await homesOf(rig);
    const restored = homes.find(({ id }) => id !== old.id);
    expect(homes).toHaveLength(2);
    expect(homes.find(({ id }) => id === old.id)).toEqual({
      ...old,
      isAttached: false,
      phase: 'released',
    });
    expect(restored).toMatchObject({ isAttached: true, phase: 'active', data: old.data });
    expect((await ends(rig)).at(-1)).toMatchObject({
      result: 'done',
      message: `home ${restored?.id} made from ${snapshotId}; ${old.id} is kept, released`,
    });
    expect((await rig.plan()).statuses).toMatchObject([
      { phase: 'Running', sync: 'Synced', homeId: restored?.id },
    ]);
    await rig.settle();
    expect(rig.events.filter((event) => !/^(Describe|Get)/.test(event))).toEqual([]);
  });

  test('killed at any call, the restored home is in use once and the old one is kept', async () => {
    const whole = await withSnapshot(lagging);
    await ask(whole.rig, { kind: 'restore-home', snapshotId: whole.snapshotId });
    await whole.rig.settle();
    const points = whole.rig.events.length;
    for (let point = 0; point < points; point += 0.5) {
      const { rig, snapshotId, old } = await withSnapshot(lagging);
      await ask(rig, { kind: 'restore-home', snapshotId });
      await expect(rig.settle({ crashAt: point })).rejects.toThrow();
      expect((await rig.settle()).end).toBe('settled');
      const homes = await homesOf(rig);
      expect({
        point,
        homes: homes.map(({ id, ...home }) => ({ isOld: id === old.id, ...home })),
      }).toEqual({
        point,
        homes: [
          { isOld: true, isAttached: false, phase: 'released', data: old.data },
          { isOld: false, isAttached: true, phase: 'active', data: old.data },
        ],
      });
      expect((await ends(rig)).map((ended) => ended?.result)).toEqual(['done', 'done']);
    }
  });

  test('replaces a home that somebody deleted, for the machine that waits for it', async () => {
    const { rig, snapshotId, old } = await withSnapshot();
    const [machine] = (await readTruth(rig.account)).machines;
    await rig.account.people.stop(machine?.InstanceId ?? '');
    await rig.wait(minuteMs);
    await rig.account.people.detach(old.id);
    await rig.wait(minuteMs);
    await rig.account.people.deleteVolume(old.id);
    await rig.settle();
    expect((await rig.plan()).holds.map(({ reason, remedy }) => [reason, remedy])).toEqual([
      ['HomeMissing', expect.stringContaining('devinstance home restore ada-01 --from latest')],
    ]);
    await ask(rig, { kind: 'restore-home', snapshotId });
    expect((await rig.settle()).end).toBe('settled');
    expect(await homesOf(rig)).toMatchObject([{ isAttached: true, data: old.data }]);
  });

  test.each([
    ['snap-00000000000000001', 'snap-00000000000000001 does not exist'],
    ['of a stranger', /is no snapshot of a home of ada-01/],
  ])('from %s is refused and changes nothing', async (what, reason) => {
    const { rig } = await withSnapshot();
    const stranger = await rig.account.people.createVolume({
      AvailabilityZone: 'eu-west-1a',
      Size: 1,
    });
    await rig.wait(minuteMs);
    const foreign = await rig.account.people.snapshot(stranger, {});
    await rig.wait(minuteMs);
    await ask(rig, { kind: 'restore-home', snapshotId: what === 'of a stranger' ? foreign : what });
    await rig.settle();
    expect((await ends(rig)).at(-1)).toEqual({
      at: expect.any(String),
      result: 'refused',
      message: typeof reason === 'string' ? reason : expect.stringMatching(reason),
    });
    expect(await homesOf(rig)).toMatchObject([{ isAttached: true }]);
  });
});
