import { describe, expect, test } from 'vitest';
import type { ResolvedChannel } from '../../controller/core/desired.ts';
import { hashText } from '../../controller/core/hash.ts';
import type { RolloutState } from '../../controller/core/rollout/rollout.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { type KillAt, liveThrough } from '../support/killed-life.ts';
import { madrid, office } from '../support/living-rig.ts';
import { hasty, lagging, type Rig } from '../support/rig.ts';
import {
  askRollout,
  dataOf,
  imagesOf,
  namesOf,
  parameterOf,
  previousParameter,
  publishImage,
  recordOf,
  registeredImages,
  rolloutRig,
  stableParameter,
  standOf,
  subject,
} from '../support/rollout-rig.ts';

// A rollout through three machines that are on, in two waves, from its first call to its last: killed
// around any change of the account or the ledger, the next controllers make the same of it. All kill
// points: ROLLOUT_KILLS=all; without that a few of each story, others for another ROLLOUT_SEED.
const { ROLLOUT_KILLS, ROLLOUT_SEED = '1' } = process.env;
const fewest = 6;

interface Story {
  readonly begin: (rig: Rig) => Promise<unknown>;
  /** What a person does later, and until when the controllers work then. */
  readonly later?: { readonly at: string; readonly act: (rig: Rig) => Promise<unknown> };
  readonly until: string;
  readonly ends: RolloutState;
  /** Which image everybody has, by the order of publication. */
  readonly image: number;
}

const channel: Partial<ResolvedChannel> = {
  waves: [
    { name: 'canary', percent: 50, bake: { minutes: 30 } },
    { name: 'rest', percent: 100 },
  ],
  maxConcurrent: 2,
  keep: 1,
};

/** One that nobody gets, as a newer one is there before anybody looks. */
async function publishTwo(rig: Rig, flaws?: Parameters<typeof publishImage>[1]): Promise<void> {
  await publishImage(rig);
  await publishImage(rig, flaws);
}

const stories: Readonly<Record<string, Story>> = {
  'a good image': { begin: publishTwo, until: '14:00', ends: 'Complete', image: 3 },
  'an image that never boots': {
    begin: (rig) => publishTwo(rig, { flaw: 'unbootable' }),
    until: '12:00',
    ends: 'Degraded',
    image: 1,
  },
  'an image that fails while it bakes': {
    begin: (rig) => publishTwo(rig, { failsAfterMinutes: 5 }),
    until: '14:00',
    ends: 'Degraded',
    image: 1,
  },
  'an image that is taken back': {
    begin: publishTwo,
    later: { at: '11:30', act: (rig) => askRollout(rig, 'undo') },
    until: 'tue 09:00',
    ends: 'Undone',
    image: 1,
  },
};

describe.each(Object.entries({ hasty, lagging }))('%s', (_, delays) => {
  test.each(Object.entries(stories))(
    '%s ends the same whenever the controller is killed',
    async (title, story) => {
      const whole = await ending(story, delays);
      expect(whole).toMatchObject({ state: story.ends, isSameData: true, wrongs: [] });
      expect(whole.images).toEqual({ [`image ${story.image}`]: 3 });
      const { points, told: known, ...expected } = whole;
      expect(points.length).toBeGreaterThan(30);
      for (const at of someOf(points, title)) {
        const { told, points: _points, ...end } = await ending(story, delays, { at });
        expect({ at, ...end }).toEqual({ at, ...expected });
        const news = told.filter((one) => !known.includes(one));
        expect({ at, news }).toEqual({ at, news: [] });
      }
    },
    3_600_000,
  );
});

/** Some of the kill points, the same for the same seed. */
function someOf(points: readonly number[], title: string): readonly number[] {
  if (ROLLOUT_KILLS === 'all') return points;
  const turn = (point: number) => hashText(`${ROLLOUT_SEED}/${title}/${point}`, 12);
  const mixed = points.toSorted((one, other) => (turn(one) < turn(other) ? -1 : 1));
  return mixed.slice(0, fewest);
}

/** What comes of a story, told by the account and the ledger. */
async function ending(story: Story, delays: typeof hasty, kill?: KillAt) {
  const spec = { upgrade: { when: 'any-time' }, readyWithinMinutes: 5 } as const;
  const rig = await rolloutRig(
    {
      count: 3,
      channel,
      spec: () => ({ ...spec, schedule: office(), rollbackWindowMinutes: 12 * 60 }),
    },
    { delays },
  );
  const data = JSON.stringify(dataOf(rig));
  await story.begin(rig);
  const life = liveThrough(rig, kill);
  if (story.later !== undefined) {
    await life.until(madrid(story.later.at));
    await story.later.act(rig);
  }
  await life.until(madrid(story.until));
  const { rollout, completed, former, denied, retries } = await recordOf(rig);
  const images = Object.keys(rig.truth().images);
  const named = (id: string | undefined) => `image ${images.indexOf(id ?? '') + 1}`;
  const events = await rig.ledger.events();
  const left = (await rig.ledger.records()).filter(({ record }) => record.step !== undefined);
  return {
    points: life.points,
    wasKilled: kill === undefined || life.wasKilled,
    state: rollout?.state,
    number: rollout?.number,
    waves: rollout?.waves.map(({ members, updated }) => [members, updated.toSorted()]),
    failures: rollout?.failures.map(({ name }) => name).sort(),
    completed: named(completed?.imageId),
    former: former?.map(({ imageId }) => named(imageId)),
    denied: denied?.map(({ imageId }) => named(imageId)),
    retries,
    stable: named(parameterOf(rig, stableParameter)),
    previous: named(parameterOf(rig, previousParameter)),
    registered: registeredImages(rig).map(named),
    phases: Object.values(rig.truth().images).map(({ tags }) => tags[tagKeys.phase]),
    images: Object.fromEntries(Object.entries(imagesOf(rig)).map(([id, n]) => [named(id), n])),
    machines: namesOf(rig).map((name) => [
      standOf(rig, name).machines,
      standOf(rig, name).launched,
    ]),
    isSameData: JSON.stringify(dataOf(rig)) === data,
    requests: (await rig.ledger.requests()).map(({ ended }) => ended?.result),
    steps: left.length,
    wrongs: rig.account.ghost.violations,
    // Two that fail in one pass may fail in two: the words differ.
    told: events
      .filter(({ type, name }) => type === 'Warning' || name === subject)
      .map(({ name, reason }) => `${name} ${reason}`)
      // Whoever was killed before it knew of a snapshot may ask for another one too soon.
      .filter((one) => !one.includes('ActionRefused')),
  };
}
