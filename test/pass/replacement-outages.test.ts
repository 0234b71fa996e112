import { expect, test } from 'vitest';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import { ask, livingRig, settleAt, told, waitUntil } from '../support/living-rig.ts';
import { changePoints, dataOf, pairOf, publish } from '../support/pair.ts';
import type { Rig } from '../support/rig.ts';

// The controller dies in the middle of a replacement and no other one comes for hours, past every
// deadline: nothing is said to have failed that nobody tried, the machine runs as soon as it is to,
// and what was wanted is there at the latest after the next night.

interface Outage {
  readonly what: string;
  readonly spec?: Partial<EffectiveSpec>;
  readonly begin: (rig: Rig) => Promise<unknown>;
  readonly at: string;
  /** When the next controller comes, to a machine that is on by then or within ten minutes. */
  readonly back: string;
  readonly on: string;
  readonly image: number;
}

async function rolledBack(rig: Rig): Promise<void> {
  await publish(rig);
  await settleAt(rig, '19:05');
  await settleAt(rig, 'tue 08:00');
  await waitUntil(rig, 'tue 10:00');
  await ask(rig, { kind: 'rollback' }, 48);
}

const anyTime = { upgrade: { when: 'any-time' } } as const;

const outages: readonly Outage[] = [
  {
    what: 'off hours, until the night',
    begin: publish,
    at: '19:05',
    back: '22:00',
    on: 'tue 08:00',
    image: 2,
  },
  {
    what: 'off hours, until after its next start',
    begin: publish,
    at: '19:05',
    back: 'tue 09:00',
    on: 'tue 09:01',
    image: 2,
  },
  {
    what: 'of a machine that was on, until the afternoon',
    spec: anyTime,
    begin: publish,
    at: '10:01',
    back: '13:00',
    on: '13:01',
    image: 2,
  },
  {
    what: 'of a machine that was on, until it is to be off',
    spec: anyTime,
    begin: publish,
    at: '10:01',
    back: '22:00',
    on: 'tue 08:00',
    image: 2,
  },
  {
    what: 'back to the kept machine, until the afternoon',
    begin: rolledBack,
    at: 'tue 10:01',
    back: 'tue 14:00',
    on: 'tue 14:01',
    image: 1,
  },
];

test.each(outages)('$what', async ({ spec, begin, at, back, on, image }) => {
  const start = async () => {
    const rig = await livingRig(spec);
    await begin(rig);
    await waitUntil(rig, at);
    return rig;
  };
  const whole = await start();
  await whole.settle();
  for (const point of changePoints(whole)) {
    const rig = await start();
    const data = dataOf(rig);
    await expect(rig.settle({ crashAt: point })).rejects.toThrow();
    await settleAt(rig, back);
    await settleAt(rig, on);
    const running = [expect.stringMatching(/^\d running with the home$/)];
    const machines = expect.arrayContaining(running);
    expect({ point, ...pairOf(rig) }).toMatchObject({ point, machines });
    for (const later of ['tue 19:05', 'wed 08:00', 'wed 08:01']) await settleAt(rig, later);
    expect({ point, ...pairOf(rig) }).toMatchObject({ point, machines, image });
    expect(dataOf(rig)).toBe(data);
    const failed = await told(rig, 'ReplacementFailed', 'RequestRefused', 'NotReady');
    expect({ point, failed }).toEqual({ point, failed: [] });
    expect((await rig.ledger.records())[0]?.record.replacement).toBeUndefined();
  }
});
