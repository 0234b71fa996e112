import type { EffectiveSpec, ResolvedSchedule, ScheduleTimes } from '../core/desired.ts';
import { present } from '../core/spec/present.ts';

/** The spec in force in the words of a DevInstance file, all defaults filled in. */
export function specManifest(spec: EffectiveSpec): Readonly<Record<string, unknown>> {
  const { homeVolume: home } = spec;
  return {
    owner: spec.owner.name,
    class: spec.className,
    instanceType: spec.instanceType,
    rootVolume: { sizeGiB: spec.rootVolume.sizeGib, type: spec.rootVolume.type },
    homeVolume: present({
      sizeGiB: home.sizeGib,
      type: home.type,
      iops: home.iops,
      throughput: home.throughput,
      from: home.from,
    }),
    schedule: scheduleManifest(spec.schedule),
    image: spec.image,
    upgrade: { when: spec.upgrade.when },
    lifecycle: spec.lifecycle,
    ...(Object.keys(spec.environment).length === 0 ? {} : { environment: spec.environment }),
  };
}

/** What the spec has from its class or resolved from names: a file has no words for it. */
export function resolvedManifest(spec: EffectiveSpec): Readonly<Record<string, unknown>> {
  const { window } = spec.upgrade;
  return present({
    subnets: spec.subnets,
    securityGroups: spec.securityGroups,
    instanceProfile: spec.instanceProfile,
    fallbackTypes: spec.fallbackTypes,
    homeMaxSizeGiB: spec.homeVolume.maxSizeGib,
    upgradeWindow: window === undefined ? undefined : timesManifest(window),
    efsMounts: spec.efsMounts.length === 0 ? undefined : spec.efsMounts,
    tags: Object.keys(spec.tags).length === 0 ? undefined : spec.tags,
    readyWithin: durationOf(spec.readyWithinMinutes),
    keepHomeSnapshots: spec.keepHomeSnapshots,
  });
}

function scheduleManifest(schedule: ResolvedSchedule): Readonly<Record<string, unknown>> {
  const { idleStopAfterMinutes: idle, maxUptimeMinutes: uptime } = schedule;
  const lead = schedule.readyByMaxLeadMinutes;
  return {
    ...sourceOf(schedule),
    ...present({
      actions: schedule.actions,
      manualStart: { hold: durationOf(schedule.manualStartHoldMinutes) },
      manualStop: schedule.manualStop,
      notifyBefore: durationOf(schedule.notifyBeforeMinutes),
      idleStop: idle === undefined ? undefined : { after: durationOf(idle) },
      maxUptime: uptime === undefined ? undefined : durationOf(uptime),
      readyBy: lead === undefined ? undefined : { maxLead: durationOf(lead) },
    }),
  };
}

function sourceOf(schedule: ResolvedSchedule): Readonly<Record<string, unknown>> {
  if (schedule.source === 'inline') return timesManifest(schedule);
  return schedule.source === schedule.mode ? { mode: schedule.mode } : { ref: schedule.source };
}

function timesManifest({ timezone, mode, windows, exceptions }: ScheduleTimes) {
  return present({
    timezone,
    mode,
    windows,
    exceptions: exceptions.length === 0 ? undefined : exceptions,
  });
}

/** Minutes as a file says them: `30m`, `4h`, `3d`. */
export function durationOf(minutes: number): string {
  if (minutes === 0) return '0';
  if (minutes % 1_440 === 0) return `${minutes / 1_440}d`;
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}
