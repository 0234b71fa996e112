import { expect, test } from 'vitest';
import { disruptedInterlock, emptySourceInterlock } from '../../controller/core/guard.ts';
import { dayMs, plusMillis } from '../../controller/core/instant.ts';
import { type One, one, worldOf } from '../support/fleet-world.ts';
import { lastWeek, mondayMorning } from '../support/world.ts';

type Over = NonNullable<Parameters<typeof one>[1]>;

/** Ten DevInstances, the first of them as given. */
function fleetOf(...first: readonly Over[]): readonly One[] {
  return Array.from({ length: 10 }, (_, n) => one(`dev-0${n}`, first[n]));
}

const retired = (retirement?: One['record']['retirement']): Over => ({
  spec: { lifecycle: 'retired' },
  ...(retirement === undefined ? {} : { record: { retirement } }),
});
const ago = (millis: number) => ({ since: plusMillis(mondayMorning, -millis) });
const complete = { since: lastWeek, isComplete: true };

test.each<[string, readonly Over[], number, RegExp | undefined]>([
  ['one new retirement is within the limit', [retired()], 0, undefined],
  ['two are beyond it', [retired(), retired()], 0, /^2 of 10 DevInstances are retired within 24 h/],
  [
    'a removed file and a retirement count together',
    [{}, retired()],
    1,
    /^1 of 10 DevInstances have lost their file and 1 is retired within 24 h/,
  ],
  [
    'of more the number is said so',
    [{}, retired(), retired()],
    1,
    /^1 of 10 DevInstances have lost their file and 2 are retired within 24 h/,
  ],
  ['one begun less than a day ago counts', [retired(ago(dayMs - 1)), retired()], 0, /^2 of 10/],
  ['one begun a day ago does not', [retired(ago(dayMs)), retired()], 0, undefined],
  ['those under way trip nothing by themselves', [retired(ago(1)), retired(ago(1))], 0, undefined],
  [
    'nor do those of another owner, which are not followed',
    [{ ...retired(), record: { owner: 'eve' } }, retired()],
    0,
    undefined,
  ],
  [
    'a complete one is no part of the fleet any more',
    [retired(complete), retired(), retired()],
    0,
    /^2 of 9 DevInstances are retired/,
  ],
])('%s', (_, first, removed, message) => {
  const all = fleetOf(...first);
  const interlock = disruptedInterlock(worldOf(all, { present: all.slice(removed) }));
  if (message === undefined) expect(interlock).toBeUndefined();
  else expect(interlock?.message).toMatch(message);
});

test.each([
  [[{}, retired()], 1, /^take some of them back, or raise/],
  [[{}, {}], 2, /^restore the files, or raise/],
] as const)('the remedy fits what was done', (first, removed, remedy) => {
  const all = fleetOf(...first);
  const interlock = disruptedInterlock(worldOf(all, { present: all.slice(removed) }));
  expect(interlock?.remedy).toMatch(remedy);
});

test('the files of those whose retirement is complete may all go', () => {
  const gone = [retired(complete), retired(complete), retired(complete)];
  const all = fleetOf(...gone);
  expect(disruptedInterlock(worldOf(all, { present: all.slice(3) }))).toBeUndefined();
  expect(emptySourceInterlock(worldOf(all.slice(0, 3), { present: [] }))).toBeUndefined();
  expect(emptySourceInterlock(worldOf(all.slice(0, 4), { present: [] }))?.message).toContain(
    'none of the 1 DevInstances',
  );
});
