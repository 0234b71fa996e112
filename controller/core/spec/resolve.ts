import type {
  EffectiveSpec,
  FleetSettings,
  ResolvedChannel,
  ResolvedDeveloper,
  ResolvedHomeVolume,
  ResolvedSchedule,
  ScheduleBehaviour,
  ScheduleException,
  ScheduleTimes,
} from '../desired.ts';
import type { Bake, WaveSpec } from '../rollout/rollout.ts';
import { toMinutes } from './duration.ts';
import { homeDefaults } from './home-volume.ts';
import type {
  HomeVolume,
  ImageReference,
  ScheduleReference,
  ScheduleSpec,
  Wave,
} from './kinds.generated.ts';
import { present } from './present.ts';
import type { ManifestOf } from './reading.ts';

/** The manifests that one DevInstance is made of; those it names are there. */
export interface Ingredients {
  readonly devInstance: ManifestOf<'DevInstance'>;
  readonly devInstanceClass: ManifestOf<'DevInstanceClass'>;
  readonly developer: ManifestOf<'Developer'>;
  readonly schedule: (name: string) => ManifestOf<'Schedule'> | undefined;
}

/** A DevInstance with its class. */
export type ClassPair = Pick<Ingredients, 'devInstance' | 'devInstanceClass'>;

/** DevInstance over class over the defaults of the format. */
export function resolveDevInstance(ingredients: Ingredients): EffectiveSpec {
  const { devInstance, devInstanceClass, developer } = ingredients;
  const own = devInstance.spec;
  const base = devInstanceClass.spec;
  const lengths = {
    readyWithinMinutes: toMinutes(base.readyWithin ?? '15m'),
    rollbackWindowMinutes: toMinutes(base.rollbackWindow ?? '3d'),
    maxOverrideMinutes: toMinutes(base.overrides?.maxDuration ?? '7d'),
  };
  return {
    name: devInstance.name,
    labels: devInstance.labels,
    owner: resolveDeveloper(developer),
    className: devInstanceClass.name,
    subnets: base.subnets,
    securityGroups: base.securityGroups,
    instanceType: own.instanceType ?? base.instanceTypes.default,
    fallbackTypes: base.instanceTypes.fallback ?? [],
    rootVolume: {
      sizeGib: own.rootVolume?.sizeGiB ?? base.rootVolume?.sizeGiB ?? 150,
      type: own.rootVolume?.type ?? base.rootVolume?.type ?? 'gp3',
    },
    homeVolume: resolveHome(ingredients),
    schedule: resolveSchedule(ingredients),
    image: resolveImage(own.image ?? base.image),
    upgrade: resolveUpgrade(ingredients),
    lifecycle: own.lifecycle ?? 'active',
    environment: { ...base.environment, ...own.environment },
    efsMounts: (base.efsMounts ?? []).map((mount) => ({ access: 'read-only' as const, ...mount })),
    tags: base.tags ?? {},
    keepHomeSnapshots: base.keepHomeSnapshots ?? 3,
    ...lengths,
    ...present({
      instanceProfile: base.instanceProfile,
      kmsKeyId: base.kmsKeyId,
      aptMirror: base.aptMirror,
    }),
  };
}

function resolveDeveloper({ name, spec }: ManifestOf<'Developer'>): ResolvedDeveloper {
  return {
    name,
    uid: spec.uid,
    gid: spec.gid,
    shell: spec.shell ?? '/bin/bash',
    groups: spec.groups ?? [],
    ...present({ dataMount: spec.dataMount, timezone: spec.timezone }),
  };
}

/** The home as the rules see it: DevInstance over class over defaults, in the format's words. */
export function mergeHome({ devInstance, devInstanceClass }: ClassPair) {
  return { ...homeDefaults, ...devInstanceClass.spec.homeVolume, ...devInstance.spec.homeVolume };
}

function resolveHome(ingredients: Ingredients): ResolvedHomeVolume {
  const { sizeGiB, maxSizeGiB, type, iops, throughput, from } = mergeHome(ingredients);
  return {
    sizeGib: sizeGiB,
    maxSizeGib: maxSizeGiB,
    type,
    ...present({ iops, throughput, from: resolveOrigin(from) }),
  };
}

function resolveOrigin(from: HomeVolume['from']): ResolvedHomeVolume['from'] {
  if (from?.volumeId !== undefined) return { volumeId: from.volumeId };
  return from?.snapshotId === undefined ? undefined : { snapshotId: from.snapshotId };
}

function resolveImage(image: ImageReference): EffectiveSpec['image'] {
  return image.id === undefined
    ? { channel: image.channel ?? '' }
    : { id: image.id, allowExpired: image.allowExpired ?? false };
}

/** The upgrade of DevInstance over class, with `window` only where it matters. */
export function mergeUpgrade({ devInstance, devInstanceClass }: ClassPair) {
  const merged = { ...devInstanceClass.spec.upgrade, ...devInstance.spec.upgrade };
  return { when: merged.when ?? 'off-hours', windowName: merged.window } as const;
}

function resolveUpgrade(ingredients: Ingredients): EffectiveSpec['upgrade'] {
  const { when, windowName } = mergeUpgrade(ingredients);
  const schedule = windowName === undefined ? undefined : ingredients.schedule(windowName);
  if (when !== 'window' || schedule === undefined) return { when };
  return { when, window: resolveTimes(schedule.spec) };
}

/** Whether a schedule says when the machine runs, and not only how people are treated. */
export function hasSource(schedule: ScheduleReference | undefined): schedule is ScheduleReference {
  return (
    schedule?.ref !== undefined || schedule?.mode !== undefined || schedule?.timezone !== undefined
  );
}

function resolveSchedule(ingredients: Ingredients): ResolvedSchedule {
  const own = ingredients.devInstance.spec.schedule;
  const base = ingredients.devInstanceClass.spec.schedule;
  const source = hasSource(own) ? own : base;
  const named = source.ref === undefined ? undefined : ingredients.schedule(source.ref)?.spec;
  return {
    source: source.ref ?? source.mode ?? 'inline',
    ...resolveTimes(named ?? source),
    // Defaults stand behind each of them, so that the nearest one that says something counts.
    ...resolveBehaviour([own ?? {}, base, named ?? {}]),
  };
}

/** Times without behaviour. A mode needs no zone of its own: any will do. */
export function resolveTimes(schedule: ScheduleReference | ScheduleSpec): ScheduleTimes {
  return {
    timezone: schedule.timezone ?? 'UTC',
    ...present({ mode: schedule.mode }),
    windows: (schedule.windows ?? []).map((window) => ({ ...window, end: endOf(window.end) })),
    exceptions: (schedule.exceptions ?? []).map(
      ({ date, windows }): ScheduleException =>
        windows === undefined
          ? { date, closed: true }
          : { date, windows: windows.map(({ start, end }) => ({ start, end: endOf(end) })) },
    ),
  };
}

/** Midnight at the end of a day is always `24:00`. */
function endOf(end: string): string {
  return end === '00:00' ? '24:00' : end;
}

function minutesOf(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : toMinutes(duration);
}

/** Behaviour from the first of the given that says something, field by field. */
function resolveBehaviour(nearestFirst: readonly Partial<ScheduleReference>[]): ScheduleBehaviour {
  const pick = <T>(read: (schedule: Partial<ScheduleReference>) => T | undefined) =>
    nearestFirst.map(read).find((value) => value !== undefined);
  return {
    actions: pick(({ actions }) => actions) ?? 'both',
    manualStartHoldMinutes: toMinutes(pick(({ manualStart }) => manualStart?.hold) ?? '4h'),
    manualStop: pick(({ manualStop }) => manualStop) ?? 'until-next-window',
    notifyBeforeMinutes: toMinutes(pick(({ notifyBefore }) => notifyBefore) ?? '30m'),
    ...present({
      idleStopAfterMinutes: minutesOf(pick(({ idleStop }) => idleStop?.after)),
      maxUptimeMinutes: minutesOf(pick(({ maxUptime }) => maxUptime)),
      readyByMaxLeadMinutes: minutesOf(pick(({ readyBy }) => readyBy?.maxLead)),
    }),
  };
}

/** The Fleet with its defaults. */
export function resolveFleet({ name, spec }: ManifestOf<'Fleet'>): FleetSettings {
  return {
    name,
    region: spec.region,
    mode: spec.mode ?? 'observe',
    maxDisruptedPercent: spec.limits?.maxDisruptedPercent ?? 10,
    maxUnhealthyPercent: spec.limits?.maxUnhealthyPercent ?? 20,
    ...present({ account: spec.account, enforceFor: spec.enforceFor }),
  };
}

/** An ImageChannel with its defaults. */
export function resolveChannel({ name, spec }: ManifestOf<'ImageChannel'>): ResolvedChannel {
  return {
    name,
    architecture: spec.architecture,
    follow: spec.follow,
    allowedOwners: spec.allowedOwners ?? ['self'],
    deadlineMinutes: toMinutes(spec.rollout?.deadline ?? '7d'),
    waves: (spec.rollout?.waves ?? defaultWaves).map(resolveWave),
    maxConcurrent: spec.rollout?.maxConcurrent ?? 4,
    abortOnFailures: spec.rollout?.abortOn?.failures ?? 2,
    keep: spec.keep ?? 5,
    ...present({
      pin: spec.pin,
      bestBeforeMinutes: minutesOf(spec.bestBefore),
      ageAlertMinutes: minutesOf(spec.ageAlert),
      publish:
        spec.publish && present({ stable: spec.publish.stable, previous: spec.publish.previous }),
    }),
  };
}

const defaultWaves: readonly Wave[] = [
  { name: 'first', percent: 10, bake: { duration: '24h' } },
  { name: 'rest', percent: 100 },
];

function resolveWave({ name, selector, percent, bake }: Wave): WaveSpec {
  return { name, ...present({ selector, percent, bake: resolveBake(bake) }) };
}

function resolveBake(bake: Wave['bake']): Bake | undefined {
  if (bake?.usedHours !== undefined) return { usedHours: bake.usedHours };
  return bake?.duration === undefined ? undefined : { minutes: toMinutes(bake.duration) };
}
