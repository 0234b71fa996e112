import { expect, test } from 'vitest';
import type { ChannelRecord } from '../../controller/core/record.ts';
import type { Rollout } from '../../controller/core/rollout/rollout.ts';
import { LedgerConflict } from '../../controller/ports.ts';
import type { OpenTwice } from './ledger-contract.ts';

/** What is known of a channel that completed this image. */
export function sampleChannel(name: string, imageId = 'ami-0123456789abcdef0'): ChannelRecord {
  return { name, completed: { imageId, parameterVersion: 3, at: '2026-03-02T07:00:00.000Z' } };
}

const revision = {
  imageId: 'ami-0fedcba9876543210',
  name: 'ubuntu-24.04 1.0.4',
  source: 'follow',
  parameterVersion: 4,
} as const;

/** A rollout to that many machines, half of which have the revision. */
function rolloutTo(count: number): Rollout {
  const members = Array.from({ length: count }, (_, n) => `developer-${n}-${(n * 7919) % 9973}`);
  const half = Math.ceil(count / 2);
  const reason = 'it was not ready 15m after it was launched';
  const at = '2026-03-03T09:00:00.000Z';
  return {
    number: 4,
    revision,
    since: '2026-03-03T07:00:00.000Z',
    state: 'Paused',
    reason: 'ada paused it',
    current: 1,
    failures: [{ name: 'developer-0-0', at, reason }],
    paused: { since: at, actor: 'ada' },
    waves: [
      {
        name: 'canary',
        members: members.slice(0, half),
        bake: { usedHours: 8 },
        startedAt: '2026-03-03T07:00:00.000Z',
        deadlineAt: '2026-03-10T07:00:00.000Z',
        updated: members.slice(0, half).reverse(),
        left: [{ name: members[0] ?? '', at, reason: 'it is suspended' }],
        doneAt: '2026-03-03T08:00:00.000Z',
        usedMs: 28_800_000,
        sampledAt: at,
        ranAt: '2026-03-03T08:30:00.000Z',
        endedAt: at,
      },
      { name: 'rest', members: members.slice(half), bake: { minutes: 60 }, updated: [], left: [] },
    ],
  };
}

/** All that can be known of a channel: a rollout under way, those before it, and what failed. */
export function rollingChannel(name: string, machines: number): ChannelRecord {
  const imageId = 'ami-0123456789abcdef1';
  const at = '2026-03-01T07:00:00.000Z';
  return {
    ...sampleChannel(name),
    former: [{ imageId, name: 'ubuntu-24.04 1.0.2', at }],
    rollout: rolloutTo(machines),
    history: [
      {
        number: 3,
        revision: { ...revision, imageId, source: 'pin' },
        since: '2026-02-28T07:00:00.000Z',
        endedAt: at,
        state: 'Undone',
        reason: 'ada took it back: no sound',
        updated: 2,
        failed: 1,
        members: 3,
      },
    ],
    denied: [{ imageId, at, actor: 'ada', reason: 'no sound' }],
    answered: [{ requestId: 'r1', result: 'done', message: 'the rollout is paused' }],
    ageToldOf: imageId,
    buildersToldOf: ['i-0123456789abcdef0'],
    retries: [
      {
        kind: 'publish-image',
        imageId,
        attempts: 2,
        notBefore: at,
        code: 'TooManyUpdates',
        message: 'somebody else writes this parameter too',
        remedy: 'It is tried again by itself.',
      },
    ],
  };
}

/** What every ledger does with what is known of channels. */
export function testChannels(openReady: OpenTwice): void {
  test('what is known of channels comes by name, exactly as it was written', async () => {
    const [one, other] = await openReady();
    expect(await one.channels()).toEqual([]);
    const names = ['ubuntu-24.04', 'arm', 'constructor'];
    for (const name of names) await one.putChannel(sampleChannel(name), 1);
    expect(await other.channels()).toStrictEqual(
      ['arm', 'constructor', 'ubuntu-24.04'].map((name) => sampleChannel(name)),
    );
    expect(await one.records()).toEqual([]);
  });

  test('a channel is written over whole, and the others stay', async () => {
    const [one, other] = await openReady();
    await one.putChannel(sampleChannel('arm'), 1);
    await one.putChannel(sampleChannel('ubuntu'), 1);
    const next: ChannelRecord = {
      name: 'ubuntu',
      completed: { imageId: 'ami-0fedcba9876543210', at: '2026-03-03T07:00:00.000Z' },
    };
    await other.putChannel(next, 1);
    expect(await one.channels()).toStrictEqual([sampleChannel('arm'), next]);
  });

  test.each([
    { epoch: 6, wins: false },
    { epoch: 7, wins: true },
    { epoch: 8, wins: true },
  ])('of a channel of epoch 7 one of epoch $epoch writes: $wins', async ({ epoch, wins }) => {
    const [one, other] = await openReady();
    await one.putChannel(sampleChannel('ubuntu', 'ami-01'), 7);
    const write = other.putChannel(sampleChannel('ubuntu', 'ami-02'), epoch);
    expect(await write.catch((error) => error instanceof LedgerConflict)).toBe(
      wins ? undefined : true,
    );
    expect((await one.channels())[0]?.completed?.imageId).toBe(wins ? 'ami-02' : 'ami-01');
  });

  test('changing what was read or written of a channel changes nothing in the ledger', async () => {
    const [ledger] = await openReady();
    const channel = sampleChannel('ubuntu');
    await ledger.putChannel(channel, 1);
    Object.assign(channel.completed ?? {}, { imageId: 'ami-02' });
    const [read] = await ledger.channels();
    Object.assign(read?.completed ?? {}, { imageId: 'ami-03' });
    expect(await ledger.channels()).toStrictEqual([sampleChannel('ubuntu')]);
  });

  test('a rollout comes back exactly as it was written, with all that goes with it', async () => {
    const [one, other] = await openReady();
    const channel = rollingChannel('ubuntu', 3);
    await one.putChannel(channel, 1);
    expect(await other.channels()).toStrictEqual([channel]);
  });

  test('a rollout of 20,000 machines fits, and comes back equal', async () => {
    const [one, other] = await openReady();
    const channel = rollingChannel('ubuntu', 20_000);
    await one.putChannel(channel, 1);
    await one.putChannel(sampleChannel('arm'), 1);
    expect(await other.channels()).toStrictEqual([sampleChannel('arm'), channel]);
    await other.putChannel(sampleChannel('ubuntu'), 1);
    expect(await one.channels()).toStrictEqual([sampleChannel('arm'), sampleChannel('ubuntu')]);
  });
}
