import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../controller/core/action.ts';
import { plusMillis } from '../../controller/core/instant.ts';
import type { ChannelImage } from '../../controller/core/observed.ts';
import type { ChannelAction } from '../../controller/core/rollout/channel-action.ts';
import { afterChannelOutcome } from '../../controller/core/rollout/channel-actions.ts';
import {
  actionsOf,
  channelName,
  follow,
  newest,
  next,
  older,
  publish,
  readingOf,
  was,
} from '../support/rollout-world.ts';
import { lastWeek, mondayNight as now } from '../support/world.ts';

const at = lastWeek;

describe('what is complete is published,', () => {
  const held = (stable: string | null | undefined, previous: string | null | undefined) => {
    const all = [
      ['/stable', stable],
      ['/previous', previous],
    ] as const;
    const known = all.flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    return actionsOf({
      channel: { publish },
      observed: { published: new Map([[follow, was], ...known]) },
    });
  };
  const publishing = (parameter: string, imageId: string) => ({
    kind: 'publish-image',
    channel: channelName,
    parameter,
    imageId,
  });
  test.each<[what: string, actions: readonly ChannelAction[], expected: readonly object[]]>([
    [
      'previous first',
      held(newest, newest),
      [publishing('/previous', older), publishing('/stable', was)],
    ],
    [
      'where there is no parameter yet',
      held(null, null),
      [publishing('/previous', older), publishing('/stable', was)],
    ],
    ['not again', held(was, older), []],
    ['not over what could not be read', held(undefined, newest), [publishing('/previous', older)]],
    [
      'by nobody who only observes',
      actionsOf({
        observeOnly: true,
        channel: { publish },
        observed: { published: new Map([['/stable', null]]) },
      }),
      [],
    ],
    [
      'by nobody of a fleet that is observed',
      actionsOf({
        fleet: { mode: 'observe' },
        channel: { publish },
        observed: { published: new Map([['/stable', null]]) },
      }),
      [],
    ],
    [
      'nowhere where git names no parameter',
      actionsOf({ observed: { published: new Map([['/stable', null]]) } }),
      [],
    ],
  ])('%s', (_, actions, expected) => {
    expect(actions).toEqual(expected);
  });

  test('not while it is under way', () => {
    const published = new Map([
      [follow, next],
      ['/stable', was],
    ]);
    expect(
      actionsOf({ named: readingOf(next), channel: { publish }, observed: { published } }),
    ).toEqual([]);
  });
});

const imageOf = (imageId: string, over: Partial<ChannelImage> = {}): ChannelImage => ({
  imageId,
  name: imageId,
  channel: channelName,
  state: 'available',
  createdAt: at,
  ...over,
});

describe('an AMI is tagged', () => {
  const denied = [{ imageId: next, at, actor: 'kim', reason: '' }];
  test.each<[what: string, image: ChannelImage, phase: string | undefined]>([
    ['as it is complete', imageOf(was), 'completed'],
    ['as it is denied', imageOf(next), 'denied'],
    ['anew as it is complete after all', imageOf(was, { phase: 'denied' }), 'completed'],
    ['not again', imageOf(next, { phase: 'denied' }), undefined],
    ['not before it is available', imageOf(next, { state: 'pending' }), undefined],
    ['not where it is another channel’s', imageOf(next, { channel: 'debian-13' }), undefined],
    ['not for being there', imageOf(newest), undefined],
  ])('%s', (_, image, phase) => {
    const actions = actionsOf({ record: { denied }, observed: { channelImages: [image] } });
    expect(actions).toEqual(
      phase === undefined
        ? []
        : [{ kind: 'tag-image', channel: channelName, imageId: image.imageId, phase }],
    );
  });

  test('as completed though denied once, where git pinned it all the same', () => {
    const record = { denied: [{ ...denied[0], imageId: was, at, actor: 'kim', reason: '' }] };
    const actions = actionsOf({
      channel: { pin: was },
      record,
      observed: { channelImages: [imageOf(was)] },
    });
    expect(actions).toMatchObject([{ phase: 'completed' }]);
  });
});

describe('what AWS refused', () => {
  const action: ChannelAction = {
    kind: 'tag-image',
    channel: channelName,
    imageId: was,
    phase: 'completed',
  };
  const refused: Outcome = {
    result: 'refused',
    code: 'Denied',
    message: 'no',
    remedy: 'allow it',
    capacity: false,
  };
  const done: Outcome = { result: 'done' };
  const record = { name: channelName, completed: { imageId: was, at } };
  const [once] = afterChannelOutcome(record, action, refused, now).retries ?? [];

  test('waits longer each time, five minutes at most, and is forgotten once it is done', () => {
    expect(once).toMatchObject({ kind: 'tag-image', imageId: was, attempts: 1, code: 'Denied' });
    let after = afterChannelOutcome(record, action, refused, now);
    const waits: number[] = [];
    for (let attempt = 1; attempt < 14; attempt += 1) {
      const [retry] = after.retries ?? [];
      waits.push(Date.parse(retry?.notBefore ?? '') - Date.parse(now));
      after = afterChannelOutcome(after, action, refused, now);
    }
    for (const [index, wait] of waits.entries()) {
      const full = Math.min(300_000, 1000 * 2 ** index);
      expect(wait).toBeGreaterThanOrEqual(full / 2);
      expect(wait).toBeLessThanOrEqual(full);
    }
    expect(afterChannelOutcome(after, action, done, now)).toEqual(record);
    const other = { ...action, imageId: older };
    expect(afterChannelOutcome(after, other, done, now)).toBe(after);
  });

  test.each([
    [0, 1],
    [1, 0],
  ])('is tried again at its moment: %i ms before it %i times', (early, times) => {
    const retries = once === undefined ? [] : [once];
    const setting = { now: plusMillis(once?.notBefore ?? now, -early), record: { retries } };
    expect(actionsOf({ ...setting, observed: { channelImages: [imageOf(was)] } })).toHaveLength(
      times,
    );
  });
});
