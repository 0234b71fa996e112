import { expect, test } from 'vitest';
import { livingRig, settleAt, waitUntil } from '../support/living-rig.ts';
import { dataOf, idOf, pairOf, publish, runTo } from '../support/pair.ts';
import type { Rig } from '../support/rig.ts';

// Somebody terminates the old machine while it is replaced: whatever had been begun, its owner is
// left with one machine around the home, of the image that was wanted.

/** A machine that is replaced at ten, while it is on. */
async function begun(): Promise<Rig> {
  const rig = await livingRig({ upgrade: { when: 'any-time' } });
  await publish(rig);
  await waitUntil(rig, '10:01');
  return rig;
}

async function loseOld(rig: Rig): Promise<void> {
  const data = dataOf(rig);
  await rig.account.people.terminate(idOf(rig, 1));
  for (const at of ['10:10', '10:20', 'tue 08:00', 'tue 08:10']) await settleAt(rig, at);
  const running = [expect.stringMatching(/^\d running with the home$/)];
  expect(pairOf(rig)).toMatchObject({ machines: expect.arrayContaining(running), image: 2 });
  expect(dataOf(rig)).toBe(data);
  expect((await rig.plan()).waiting).toEqual([]);
}

test.each(['snapshot-home', 'launch', 'detach-home', 'attach-home', 'ready'] as const)(
  'with %s ahead',
  async (stage) => {
    const rig = await begun();
    await runTo(rig, stage);
    await loseOld(rig);
  },
);

test.each(['StopInstances', 'CreateSnapshot', 'RunInstances', 'DetachVolume', 'AttachVolume'])(
  'while the controller is dead, killed before and after %s',
  async (call) => {
    const whole = await begun();
    await whole.settle();
    const n = whole.events.indexOf(call);
    for (const point of [n, n + 0.5]) {
      const rig = await begun();
      await expect(rig.settle({ crashAt: point })).rejects.toThrow();
      await loseOld(rig);
    }
  },
);
