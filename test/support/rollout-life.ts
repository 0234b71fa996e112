import type { EffectiveSpec } from '../../controller/core/desired.ts';
import type { RolloutWork } from '../../controller/core/rollout/verbs.ts';
import type { ImageFlaws } from '../../controller/sim/seed.ts';
import { ask, keepOff, office, start, suspend } from './living-rig.ts';
import type { Rig } from './rig.ts';
import {
  askRollout,
  editChannel,
  editSpec,
  holderOf,
  nameOf,
  publishImage,
  recordOf,
  registeredImages,
  zones,
} from './rollout-rig.ts';

export const fleetSize = 6;

/** Whom an act is about, and a number for what it may choose. */
export interface Aim {
  readonly name: string;
  readonly n: number;
}

type RolloutAct = (rig: Rig, aim: Aim) => Promise<unknown> | unknown;

const flaws: readonly ImageFlaws[] = [
  { flaw: 'unbootable' },
  { flaw: 'home-fails' },
  { failsAfterMinutes: 20 },
  { failsAfterMinutes: 90 },
  { failsAfterMinutes: 600 },
];

/** What the owner of a machine does with a good image and a good schedule. */
export function calmSpec(name: string): Partial<EffectiveSpec> {
  const index = Number(name.slice(-2)) - 1;
  return {
    schedule: { ...office(), timezone: zones[index % zones.length] ?? '' },
    labels: index < 2 ? { team: 'platform' } : {},
    upgrade: { when: index === 5 ? 'any-time' : 'off-hours' },
    lifecycle: 'active',
    rollbackWindowMinutes: 2 * 24 * 60,
  };
}

export const calmChannel = {
  waves: [
    { name: 'canary', selector: { team: 'platform' }, bake: { minutes: 12 * 60 } },
    { name: 'half', percent: 50, bake: { minutes: 6 * 60 } },
  ],
  maxConcurrent: 2,
  abortOnFailures: 2,
  deadlineMinutes: 3 * 24 * 60,
  keep: 3,
};

const upgrades: readonly EffectiveSpec['upgrade'][] = [
  { when: 'off-hours' },
  { when: 'any-time' },
  { when: 'next-start' },
  { when: 'never' },
  {
    when: 'window',
    window: {
      timezone: 'Europe/Madrid',
      windows: [{ days: ['mon-fri'], start: '03:00', end: '05:00' }],
      exceptions: [],
    },
  },
];

async function verb(rig: Rig, work: RolloutWork['verb'], more?: Pick<RolloutWork, 'full' | 'to'>) {
  return askRollout(rig, work, more);
}

async function onHolder(rig: Rig, name: string, act: (id: string) => Promise<void>) {
  const holder = holderOf(rig, name);
  // What EC2 refuses a person has not happened.
  if (holder !== undefined) await act(holder.id).catch(() => {});
}

export const rolloutActs: Readonly<Record<string, RolloutAct>> = {
  nothing: () => {},
  publishGood: (rig) => publishImage(rig),
  publishBad: (rig, { n }) => publishImage(rig, flaws[n % flaws.length]),
  pin: (rig, { n }) => {
    const images = registeredImages(rig);
    editChannel(rig, { pin: images[n % images.length] });
  },
  unpin: (rig) => editChannel(rig, { pin: undefined }),
  pause: (rig) => verb(rig, 'pause'),
  resume: (rig) => verb(rig, 'resume'),
  promote: (rig) => verb(rig, 'promote'),
  promoteFull: (rig) => verb(rig, 'promote', { full: true }),
  abort: (rig) => verb(rig, 'abort'),
  undo: (rig) => verb(rig, 'undo'),
  undoTo: async (rig, { n }) => {
    const { former = [] } = await recordOf(rig);
    const to = former[n % Math.max(1, former.length)]?.imageId;
    if (to !== undefined) await verb(rig, 'undo', { to });
  },
  rollback: (rig, { name }) => ask(rig, { kind: 'rollback' }, 24, name),
  use: (rig, { name }) => onHolder(rig, name, (id) => rig.account.people.use(id)),
  leave: (rig, { name }) => onHolder(rig, name, (id) => rig.account.people.leave(id)),
  stopByHand: (rig, { name }) => onHolder(rig, name, (id) => rig.account.people.stop(id)),
  startByHand: (rig, { name }) => onHolder(rig, name, (id) => rig.account.people.start(id)),
  askStart: (rig, { name, n }) => ask(rig, start, 1 + (n % 30), name),
  askStop: (rig, { name, n }) => ask(rig, keepOff, 1 + (n % 30), name),
  askSuspend: (rig, { name, n }) => ask(rig, suspend, 1 + (n % 30), name),
  impair: (rig, { name, n }) =>
    onHolder(rig, name, (id) => rig.account.conditions.setImpaired(id, n % 2 === 0)),
  suspend: (rig, { name }) => editSpec(rig, name, { lifecycle: 'suspended' }),
  activate: (rig, { name }) => editSpec(rig, name, { lifecycle: 'active' }),
  holiday: (rig, { name }) => editSpec(rig, name, { schedule: { ...office(), windows: [] } }),
  homeAgain: (rig, { name }) => editSpec(rig, name, calmSpec(name)),
  upgradeWhen: (rig, { name, n }) =>
    editSpec(rig, name, { upgrade: upgrades[n % upgrades.length] ?? { when: 'any-time' } }),
  growRoot: (rig, { name, n }) =>
    editSpec(rig, name, { rootVolume: { sizeGib: 150 + 10 * (n % 3), type: 'gp3' } }),
  bakeByUse: (rig, { n }) =>
    editChannel(rig, {
      waves: [{ name: 'canary', percent: 30, bake: { usedHours: 1 + (n % 8) } }],
    }),
  bakeByClock: (rig) => editChannel(rig, calmChannel),
  limits: (rig, { n }) =>
    editChannel(rig, { maxConcurrent: 1 + (n % 3), abortOnFailures: 1 + (n % 3) }),
  newSpec: (rig, { n }) => {
    const name = nameOf(fleetSize + (n % 2));
    const model = rig.desired.devInstances.get(nameOf(0));
    if (model === undefined || rig.desired.devInstances.has(name)) return;
    const devInstances = new Map(rig.desired.devInstances).set(name, { ...model, name });
    rig.desired = { ...rig.desired, devInstances };
    editSpec(rig, name, calmSpec(name));
  },
};

/** The names of acts, those of images and rollouts more often. */
export const rolloutActNames: readonly string[] = [
  ...Object.keys(rolloutActs),
  ...['publishGood', 'publishGood', 'publishGood', 'publishBad', 'publishBad', 'pin', 'unpin'],
  ...['promote', 'promote', 'undo', 'undo', 'resume', 'nothing', 'nothing'],
];
