import { expect } from 'vitest';
import {
  aWhile,
  codeOf,
  createVolume,
  deleteSnapshot,
  errorOf,
  readSnapshot,
  readVolume,
  rootSnapshot,
  snapshot,
  volume,
  volumeState,
  withVolume,
} from './calls.ts';
import type { Account, Fact } from './fact.ts';

async function stateOf(account: Account, id: string): Promise<string | undefined> {
  return (await readSnapshot(account, id)).State;
}

/** What snapshots do and allow. */
export const snapshotFacts: readonly Fact[] = [
  {
    name: 'CreateSnapshot: of an attached volume; it completes',
    source: ['BM', 'UG23'],
    moto: true,
    check: async (account) => {
      const { volumeId } = await withVolume(account);
      const id = await snapshot(account, volumeId);
      await account.wait(aWhile);
      const { State, VolumeId, VolumeSize } = await readSnapshot(account, id);
      expect([State, VolumeId, VolumeSize]).toEqual(['completed', volumeId, 100]);
    },
  },
  {
    name: 'CreateVolume from a snapshot: of its size, and encrypted if it is',
    source: ['BM', 'UG23'],
    moto: true,
    check: async (account) => {
      const id = await snapshot(account, await volume(account, { Encrypted: true }));
      await account.wait(aWhile);
      const restored = await volume(account, { SnapshotId: id, Encrypted: true });
      const { Size, SnapshotId, Encrypted } = await readVolume(account, restored);
      expect([Size, SnapshotId, Encrypted]).toEqual([100, id, true]);
    },
  },
  {
    name: 'CreateVolume from an encrypted snapshot is encrypted whatever the call says',
    source: ['UG23'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await snapshot(account, await volume(account, { Encrypted: true }));
      await account.wait(aWhile);
      const restored = await volume(account, { SnapshotId: id, Encrypted: false });
      expect((await readVolume(account, restored)).Encrypted).toBe(true);
    },
  },
  {
    name: 'an unknown snapshot is InvalidSnapshot.NotFound',
    source: ['ERR'],
    moto: true,
    check: async (account) => {
      const unknown = 'snap-0123456789abcdef0';
      expect(await codeOf(readSnapshot(account, unknown))).toBe('InvalidSnapshot.NotFound');
      const restore = createVolume(account, { SnapshotId: unknown, Size: 100 });
      expect(await codeOf(restore)).toBe('InvalidSnapshot.NotFound');
    },
  },
  {
    name: 'CreateVolume from a pending snapshot: IncorrectState',
    source: ['OBS'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await snapshot(account, await volume(account));
      expect(await stateOf(account, id)).toBe('pending');
      expect(await errorOf(createVolume(account, { SnapshotId: id }))).toMatchObject({
        name: 'IncorrectState',
        message: 'Snapshot is in invalid state - pending',
      });
    },
  },
  {
    name: 'CreateVolume smaller than its snapshot is refused',
    source: ['BM'],
    choice: 'with the code InvalidParameterValue',
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await snapshot(account, await volume(account));
      await account.wait(aWhile);
      const call = createVolume(account, { SnapshotId: id, Size: 99 });
      expect(await codeOf(call)).toBe('InvalidParameterValue');
    },
  },
  {
    name: 'a snapshot holds what was on the disk when it was begun',
    source: ['UG23'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await snapshot(account, await volume(account));
      await account.wait(aWhile);
      const restored = await createVolume(account, { SnapshotId: id });
      await account.wait(aWhile);
      expect(await volumeState(account, restored)).toBe('available');
      expect(account.sim.disk(restored)).toBeUndefined();
    },
  },
  {
    name: 'a snapshot can end in error',
    source: ['BM'],
    moto: false,
    check: async (open) => {
      const account = open();
      await account.sim.conditions.nextSnapshots('fails');
      const id = await snapshot(account, await volume(account));
      expect(await stateOf(account, id)).toBe('pending');
      await account.wait(aWhile);
      expect(await stateOf(account, id)).toBe('error');
      const restore = createVolume(account, { SnapshotId: id });
      expect(await codeOf(restore)).toBe('IncorrectState');
    },
  },
  {
    name: 'a snapshot can stay pending',
    source: ['UG23'],
    moto: false,
    check: async (open) => {
      const account = open();
      await account.sim.conditions.nextSnapshots('sticks');
      const id = await snapshot(account, await volume(account));
      await account.wait(86_400_000);
      expect(await stateOf(account, id)).toBe('pending');
      await account.sim.conditions.unstick(id);
      expect(await stateOf(account, id)).toBe('completed');
    },
  },
  {
    name: 'CreateSnapshot has no token: a repeated call makes a second snapshot',
    source: ['RAN', 'BM'],
    moto: true,
    check: async (account) => {
      const id = await volume(account);
      const first = await snapshot(account, id);
      await account.wait(aWhile);
      expect(await snapshot(account, id)).not.toBe(first);
    },
  },
  {
    name: 'SnapshotCreationPerVolumeRateExceeded: less than 15 s after the one before',
    source: ['ERR'],
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await volume(account);
      await snapshot(account, id);
      await account.wait(14_000);
      expect(await codeOf(snapshot(account, id))).toBe('SnapshotCreationPerVolumeRateExceeded');
      await account.wait(1_000);
      expect(await codeOf(snapshot(account, id))).toBe('ok');
    },
  },
  {
    name: 'ConcurrentSnapshotLimitExceeded: 5 pending of a volume, 1 of st1 or sc1',
    source: ['UG23', 'ERR'],
    moto: false,
    check: async (open) => {
      const account = open({ snapshotMs: 3_600_000 });
      const take = async (id: string, times: number) => {
        const codes: string[] = [];
        for (let taken = 0; taken < times; taken += 1) {
          codes.push(await codeOf(snapshot(account, id)));
          await account.wait(20_000);
        }
        return codes;
      };
      const usual = await volume(account);
      const slow = await volume(account, { VolumeType: 'st1', Size: 500 });
      const refused = 'ConcurrentSnapshotLimitExceeded';
      expect(await take(usual, 6)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', refused]);
      expect(await take(slow, 2)).toEqual(['ok', refused]);
      await account.wait(3_600_000);
      expect(await take(usual, 1)).toEqual(['ok']);
    },
  },
  {
    name: "PendingSnapshotLimitExceeded: at the account's quota of pending snapshots",
    source: ['ERR'],
    choice: 'no quota unless a test sets one',
    moto: false,
    check: async (open) => {
      const account = open();
      const [first, second] = [await volume(account), await volume(account)];
      await account.sim.conditions.setQuota('pendingSnapshots', 1);
      await snapshot(account, first);
      expect(await codeOf(snapshot(account, second))).toBe('PendingSnapshotLimitExceeded');
      await account.wait(aWhile);
      expect(await codeOf(snapshot(account, second))).toBe('ok');
    },
  },
  {
    name: 'DeleteSnapshot: then its id is InvalidSnapshot.NotFound, to a second delete too',
    source: ['BM', 'ERR'],
    moto: true,
    check: async (account) => {
      const id = await snapshot(account, await volume(account));
      await account.wait(aWhile);
      await deleteSnapshot(account, id);
      expect(await codeOf(readSnapshot(account, id))).toBe('InvalidSnapshot.NotFound');
      expect(await codeOf(deleteSnapshot(account, id))).toBe('InvalidSnapshot.NotFound');
    },
  },
  {
    name: 'DeleteSnapshot: volumes that were made of it keep what they have',
    source: ['UG23'],
    moto: true,
    check: async (account) => {
      const id = await snapshot(account, await volume(account));
      await account.wait(aWhile);
      const restored = await volume(account, { SnapshotId: id });
      await deleteSnapshot(account, id);
      expect(await volumeState(account, restored)).toBe('available');
    },
  },
  {
    name: 'DeleteSnapshot of the root of an image: InvalidSnapshot.InUse',
    source: ['BM', 'ERR'],
    moto: true,
    check: async (account) => {
      const call = deleteSnapshot(account, await rootSnapshot(account));
      expect(await codeOf(call)).toBe('InvalidSnapshot.InUse');
    },
  },
  {
    name: 'DeleteSnapshot of a pending snapshot takes effect once it is complete',
    source: ['UG23'],
    choice: 'until then it is read as pending, and a second delete is answered',
    moto: false,
    check: async (open) => {
      const account = open();
      const id = await snapshot(account, await volume(account));
      await deleteSnapshot(account, id);
      expect(await stateOf(account, id)).toBe('pending');
      expect(await codeOf(deleteSnapshot(account, id))).toBe('ok');
      await account.wait(aWhile);
      expect(await codeOf(readSnapshot(account, id))).toBe('InvalidSnapshot.NotFound');
    },
  },
];
