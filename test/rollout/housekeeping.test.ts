import { describe, expect, test } from 'vitest';
import { plusMillis } from '../../controller/core/instant.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import { one } from '../support/fleet-world.ts';
import {
  channelName,
  readingOf,
  remembered,
  rolloutWorld,
  type Setting,
  was,
} from '../support/rollout-world.ts';
import { mondayNight as now } from '../support/world.ts';

describe('people are told once', () => {
  const toldOf = (setting: Setting) => {
    const world = rolloutWorld([one('a')], { named: readingOf(was), ...setting });
    const reasons = makePlan(world).channelNews.map(({ reason }) => reason);
    expect(makePlan(remembered(world)).channelNews).toEqual([]);
    return reasons;
  };
  const aged = (age: number) =>
    toldOf({
      named: readingOf(was, { createdAt: plusMillis(now, -age) }),
      channel: { ageAlertMinutes: 1440 },
    });
  test('of an image that is old', () => {
    expect(aged(86_400_000)).toEqual(['ImageTooOld']);
    expect(aged(86_399_999)).toEqual([]);
  });

  const builder = (age: number, channel?: string) => ({
    machineId: 'i-build',
    launchedAt: plusMillis(now, -age),
    ...(channel === undefined ? {} : { channel }),
  });
  const hours48 = 48 * 3_600_000;
  test.each<[age: number, channel: string | undefined, reasons: readonly string[]]>([
    [hours48, channelName, ['BuilderLeftOver']],
    [hours48 - 1, channelName, []],
    [hours48, undefined, ['BuilderLeftOver']],
    [hours48, 'unknown', ['BuilderLeftOver']],
  ])('of a builder that is %i ms old, of channel %s: %j', (age, channel, reasons) => {
    expect(toldOf({ observed: { builders: [builder(age, channel)] } })).toEqual(reasons);
  });

  test('with the command that ends it; and anew of the next', () => {
    const builders = [builder(hours48)];
    const world = rolloutWorld([one('a')], { named: readingOf(was), observed: { builders } });
    expect(makePlan(world).channelNews[0]?.message).toContain(
      'aws ec2 terminate-instances --region eu-west-1 --instance-ids i-build',
    );
    const later = remembered(world);
    const more = [...builders, { ...builder(hours48), machineId: 'i-more' }];
    const news = makePlan({
      ...later,
      observed: { ...later.observed, builders: more },
    }).channelNews;
    expect(news.map(({ message }) => message)).toEqual([
      expect.stringMatching(/--instance-ids i-more$/),
    ]);
    const gone = makePlan({ ...later, observed: { ...later.observed, builders: [] } });
    expect(gone.channelMemos[0]).not.toHaveProperty('buildersToldOf');
  });
});
