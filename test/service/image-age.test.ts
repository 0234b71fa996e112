import { expect, test } from 'vitest';
import type { ResolvedChannel } from '../../controller/core/desired.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import { logImageAges } from '../../controller/service/image-age.ts';
import { makeDesired, makeSpec, makeWorld } from '../support/world.ts';

/** The image of the settled world was made a week before; what is logged of it, without the time. */
function logged(over: Partial<ResolvedChannel>): readonly object[] {
  const desired = makeDesired([makeSpec()]);
  const channels = new Map(
    [...desired.channels].map(([name, channel]) => [name, { ...channel, ...over }]),
  );
  const world = makeWorld({ desired: { ...desired, channels } });
  const lines: string[] = [];
  logImageAges(makePlan(world).rollouts, world.desired, (line) => lines.push(line));
  return lines.map((line) => {
    const { time, ...rest } = JSON.parse(line);
    expect(Number.isNaN(Date.parse(time))).toBe(false);
    return rest;
  });
}

const line = { channel: 'ubuntu-24.04', imageId: 'ami-00000001', msg: 'image age' };

test.each<[what: string, over: Partial<ResolvedChannel>, lines: readonly object[]]>([
  ['without an alert nothing is logged', {}, []],
  [
    'young enough: its age',
    { ageAlertMinutes: 7 * 24 * 60 + 1 },
    [{ ...line, level: 30, imageAgeHours: 168 }],
  ],
  [
    'too old: a warning',
    { ageAlertMinutes: 7 * 24 * 60 },
    [{ ...line, level: 40, imageAgeHours: 168 }],
  ],
])('%s', (_, over, lines) => {
  expect(logged(over)).toEqual(lines);
});
