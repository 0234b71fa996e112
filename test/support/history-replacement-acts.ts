import type { EffectiveSpec, ScheduleTimes } from '../../controller/core/desired.ts';
import { dayMs } from '../../controller/core/instant.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import type { ImageFlaws } from '../../controller/sim/seed.ts';
import type { LaunchFate } from '../../controller/sim/stored-conditions.ts';
import { channelOf, desiredOf, type Life, pick, snapshotsIn } from './history-life.ts';
import { type Acts, type Aim, putRequest } from './history-schedule-acts.ts';

/** What makes machines be replaced, and what meets them on the way. */
export const replacementActs: Acts = {
  ...imageActs(),
  ...specActs(),
  ...troubleActs(),
  publishNow: async (life, aim) => {
    replacementActs.anyTime?.(life, aim);
    await replacementActs.publish?.(life, aim);
  },
  deleteSnapshot: (life, { n }) => {
    const made = snapshotsIn(life).filter(({ tags }) => tags[tagKeys.purpose] === 'replacement');
    return life.rig.account.people.deleteSnapshot(pick(made, n)?.id ?? '');
  },
  askRollback: (life, { name }) =>
    putRequest(life, name, { work: { kind: 'rollback' }, lengthMs: dayMs }),
};

/** Their names, the commonest more often. */
export const replacementActNames: readonly string[] = [
  ...Object.keys(replacementActs),
  ...['publish', 'publishNow', 'publishNow', 'upgrade', 'changeRoot', 'askRollback'],
];

/** Of a history that is about replacements: mostly these, and whatever moves people and time. */
export const replacementLifeNames: readonly string[] = [
  ...Array<readonly string[]>(2).fill(replacementActNames).flat(),
  ...Array<string>(25).fill('publishNow'),
  ...Array<string>(15).fill('askRollback'),
  ...['start', 'stop', 'shutDown', 'terminate', 'use', 'leave', 'silence', 'askStart', 'askStop'],
  ...['askExtend', 'cancel', 'askSuspend', 'resume', 'changeType', 'grow', 'retire', 'activate'],
  ...['remove', 'restoreFile', 'suspend', 'breakSpec', 'mendSpec', 'omit', 'completeListings'],
  ...['stickMachine', 'stickHome', 'unstick', 'lostAnswer', 'lostAnswer', 'throttle', 'outage'],
  ...['snapshotFails', 'launchDies', 'askSnapshot', 'askRestore', 'mode', 'windows', 'waitHours'],
  ...['copyMachine', 'limit', 'hold', 'protect', 'detach', 'untagMachine', 'attachToOther'],
  ...Array<string>(3).fill('waitMinutes'),
  ...Array<string>(4).fill('beforeNext'),
  ...Array<string>(10).fill('atNext'),
  ...Array<string>(4).fill('afterNext'),
];

const flaws: readonly ImageFlaws[] = [
  { architecture: 'arm64' },
  { state: 'failed' },
  { ownerId: '999999999999' },
  { extraDevices: [{ deviceName: '/dev/sdb', sizeGib: 10 }] },
];

function imageActs(): Acts {
  const pin = (life: Life, imageId: string | undefined) => {
    life.git.pin = imageId;
    life.rig.desired = desiredOf(life);
  };
  return {
    publish: (life) => life.rig.account.people.publishImage(channelOf(life)),
    publishFlawed: (life, { n }) =>
      life.rig.account.people.publishImage(channelOf(life), pick(flaws, n)),
    pin: (life, { n }) => pin(life, pick(Object.keys(life.rig.truth().images), n)),
    unpin: (life) => pin(life, undefined),
  };
}

/** Madrid's lunch, a quarter of an hour at night, and a whole night before Sunday. */
const windows: readonly ScheduleTimes['windows'][] = [
  [{ days: ['mon-sun'], start: '13:00', end: '14:00' }],
  [{ days: ['mon-sun'], start: '03:00', end: '03:05' }],
  [{ days: ['mon-sun'], start: '22:00', end: '05:00' }],
];

const modes = ['any-time', 'off-hours', 'window', 'next-start', 'never'] as const;

function specActs(): Acts {
  const edit =
    (change: (spec: EffectiveSpec, aim: Aim, life: Life) => EffectiveSpec) =>
    (life: Life, aim: Aim) => {
      const spec = life.git.files.get(aim.name);
      if (spec === undefined) return;
      life.git.files.set(aim.name, change(spec, aim, life));
      life.rig.desired = desiredOf(life);
    };
  const rootOf = (n: number) => ({ sizeGib: 100 + 50 * (n % 3), type: 'gp3' });
  return {
    changeRoot: edit((spec, { n }) => ({ ...spec, rootVolume: rootOf(n) })),
    changeAll: edit((spec, { n }) => ({
      ...spec,
      rootVolume: rootOf(n),
      instanceType: n % 2 === 0 ? 'm7i.xlarge' : 't3.xlarge',
      fallbackTypes: n % 5 === 0 ? ['t3a.xlarge'] : [],
    })),
    anyTime: edit((spec) => ({ ...spec, upgrade: { when: 'any-time' } })),
    upgrade: edit((spec, { n }) => {
      const when = modes[n % 5] ?? 'off-hours';
      const window = {
        timezone: 'Europe/Madrid',
        windows: windows[n % 3] ?? [],
        exceptions: [],
      };
      return { ...spec, upgrade: when === 'window' ? { when, window } : { when } };
    }),
    ownImage: edit((spec, { n }, life) => {
      const id = pick(Object.keys(life.rig.truth().images), n) ?? '';
      const image = n % 3 === 0 ? { channel: channelOf(life).name } : { id, allowExpired: false };
      return { ...spec, image };
    }),
    keeping: edit((spec, { n }) => ({
      ...spec,
      rollbackWindowMinutes: 60 * (1 + (n % 4)),
      keepHomeSnapshots: 1 + (n % 2),
      readyWithinMinutes: n % 3 === 0 ? 2 : 15,
    })),
  };
}

const fates: readonly LaunchFate[] = [
  'unbootable',
  'home-fails',
  'Server.InsufficientInstanceCapacity',
];
const zones = ['eu-west-1a', 'eu-west-1b'];
const types = ['t3.xlarge', 'm7i.xlarge', 't3a.xlarge'];

function troubleActs(): Acts {
  const everyPool = async ({ rig }: Life, left: number | undefined) => {
    for (const zone of zones) {
      for (const type of types) await rig.account.conditions.setCapacity(zone, type, left);
    }
  };
  return {
    noCapacityAtAll: (life) => everyPool(life, 0),
    capacityBack: (life) => everyPool(life, undefined),
    launchFlawed: ({ rig }, { n }) =>
      rig.account.conditions.nextLaunches(pick(fates, n) ?? 'unbootable', 1 + (n % 2)),
  };
}
