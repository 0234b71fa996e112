import { expect, test } from 'vitest';
import { tagKeys } from '../../controller/core/tags.ts';
import { hasty, makeRig, type Rig } from '../support/rig.ts';
import { readTruth } from '../support/truth.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

const spec = makeSpec();

async function truth(rig: Rig) {
  const { machines, homes } = await readTruth(rig.account);
  return { machines: machines.filter((machine) => machine.State?.Name !== 'terminated'), homes };
}

test('a new DevInstance becomes one ready machine with one home, and then nothing is written', async () => {
  const rig = await makeRig(makeDesired([spec]));
  const { end } = await rig.settle();
  const { machines, homes } = await truth(rig);
  expect(end).toBe('settled');
  expect(machines).toHaveLength(1);
  expect(homes).toHaveLength(1);
  const machineTags = Object.fromEntries(
    (machines[0]?.Tags ?? []).map((tag) => [tag.Key, tag.Value]),
  );
  expect(machineTags[tagKeys.home]).toBe(homes[0]?.VolumeId);
  expect(rig.account.disk(homes[0]?.VolumeId ?? '')).toBeDefined();
  await rig.settle();
  expect(rig.events.filter((event) => !/^(Describe|Get)/.test(event))).toEqual([]);
});

test('killed before and after every call of a creation, the next run ends with one machine and one home', async () => {
  const whole = await makeRig(makeDesired([spec]), { delays: hasty });
  await whole.settle();
  const points = whole.events.length;
  expect(points).toBeGreaterThan(20);
  for (let point = 0; point < points; point += 0.5) {
    const rig = await makeRig(makeDesired([spec]), { delays: hasty });
    await expect(rig.settle({ crashAt: point })).rejects.toThrow();
    const { end } = await rig.settle();
    const { machines, homes } = await truth(rig);
    const disk = rig.account.disk(homes[0]?.VolumeId ?? '');
    expect({
      point,
      end,
      machines: machines.length,
      homes: homes.length,
      formatted: disk !== undefined,
    }).toEqual({
      point,
      end: 'settled',
      machines: 1,
      homes: 1,
      formatted: true,
    });
  }
});
