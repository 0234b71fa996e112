import { expect, test } from 'vitest';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import { ask, extend, livingRig, stateOf, suspend, waitUntil } from '../support/living-rig.ts';
import type { Rig } from '../support/rig.ts';

// A person asks at any moment of the pass that stops the machine: either the pass sees the request
// in time, or the person finds the stop in the ledger.

type Point = 'before' | 'after';

/** Calls `happens` once, at the nth moment around what the pass reads and writes of the ledger. */
function interject(rig: Rig, nth: number, happens: () => Promise<void>): () => number {
  let moments = 0;
  let isBusy = false;
  const at = async (_point: Point) => {
    if (isBusy || moments++ !== nth) return;
    isBusy = true;
    await happens();
    isBusy = false;
  };
  const { putRecord, requests, records, putEvents, endRequest } = rig.ledger;
  const around =
    <Args extends unknown[], T>(call: (...args: Args) => Promise<T>) =>
    async (...args: Args) => {
      if (isBusy) return call(...args);
      await at('before');
      const answer = await call(...args);
      await at('after');
      return answer;
    };
  Object.assign(rig.ledger, {
    putRecord: around(putRecord),
    requests: around(requests),
    records: around(records),
    putEvents: around(putEvents),
    endRequest: around(endRequest),
  });
  return () => moments;
}

const isStop = ({ step, power }: DevInstanceRecord) =>
  step?.action.kind === 'stop' || power?.state === 'stopped';

test.each([
  ['extend', extend],
  ['suspend', suspend],
] as const)(
  '%s at any moment of the stop: in time, or told that it is under way',
  async (_, work) => {
    const ends = new Set<string>();
    for (let nth = 0; ; nth += 1) {
      const rig = await livingRig();
      await waitUntil(rig, '19:00');
      let found: DevInstanceRecord | undefined;
      const moments = interject(rig, nth, async () => {
        await ask(rig, work, 4);
        found = (await rig.ledger.records())[0]?.record;
      });
      await rig.pass();
      if (moments() <= nth) break;
      const wasStopped = rig.events.includes('StopInstances');
      ends.add(wasStopped ? 'stopped' : 'kept');
      // What the command found when it looked after it had written.
      if (wasStopped)
        expect({ nth, isStop: found && isStop(found) }).toEqual({ nth, isStop: true });
      await rig.settle();
      const isBack = work === extend || !wasStopped;
      expect({ nth, state: await stateOf(rig) }).toEqual({
        nth,
        state: isBack ? 'running' : 'stopped',
      });
      expect((await rig.ledger.records())[0]?.record).not.toHaveProperty('step');
    }
    expect([...ends].sort()).toEqual(['kept', 'stopped']);
  },
);

test('a request for another machine stops nobody’s stop', async () => {
  const rig = await livingRig();
  await waitUntil(rig, '19:00');
  interject(rig, 4, async () => {
    await ask(rig, extend, 4, 'grace-01');
  });
  await rig.settle();
  expect(await stateOf(rig)).toBe('stopped');
});
