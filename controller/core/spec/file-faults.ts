import { toMinutes } from './duration.ts';
import { homeDefaults, homeFaults } from './home-volume.ts';
import { isAllowedType } from './instance-type.ts';
import type {
  DeveloperSpec,
  DevInstanceClassSpec,
  DevInstanceSpec,
  ImageChannelSpec,
  ManifestByKind,
  ScheduleReference,
  Upgrade,
} from './kinds.generated.ts';
import { type FaultAtField, type FieldPath, quote } from './problem.ts';
import { timesFaults, zoneFaults } from './schedule-faults.ts';

/** What a schema cannot say of one manifest, whatever the other files hold. */
export function fileFaults(
  manifest: ManifestByKind[keyof ManifestByKind],
): readonly FaultAtField[] {
  switch (manifest.kind) {
    case 'DevInstance':
      return devInstanceFaults(manifest.spec);
    case 'DevInstanceClass':
      return classFaults(manifest.spec);
    case 'Developer':
      return developerFaults(manifest.spec);
    case 'Schedule':
      return scheduleFaults(manifest.spec, ['spec']);
    case 'ImageChannel':
      return channelFaults(manifest.spec);
    case 'Fleet':
      return [];
  }
}

function devInstanceFaults(spec: DevInstanceSpec): FaultAtField[] {
  return [
    ...scheduleFaults(spec.schedule ?? {}, ['spec', 'schedule']),
    ...upgradeFaults(spec.upgrade, ['spec', 'upgrade']),
  ];
}

function classFaults(spec: DevInstanceClassSpec): FaultAtField[] {
  return [
    ...scheduleFaults(spec.schedule, ['spec', 'schedule']),
    ...upgradeFaults(spec.upgrade, ['spec', 'upgrade']),
    ...typeFaults(spec.instanceTypes),
    ...homeFaults({ ...homeDefaults, ...spec.homeVolume }, spec.homeVolume ?? {}),
    ...mountFaults(spec.efsMounts ?? []),
    ...limit(spec.readyWithin, ['spec', 'readyWithin'], { least: '5m', most: '1h' }),
    ...limit(spec.rollbackWindow, ['spec', 'rollbackWindow'], { most: '14d' }),
    ...limit(spec.overrides?.maxDuration, ['spec', 'overrides', 'maxDuration'], { most: '31d' }),
    ...mirrorFaults(spec.aptMirror),
  ];
}

function developerFaults(spec: DeveloperSpec): FaultAtField[] {
  return zoneFaults(spec.timezone, ['spec', 'timezone']);
}

/** Times and behaviour, in a Schedule or wherever one is referred to. */
function scheduleFaults(schedule: ScheduleReference, field: FieldPath): FaultAtField[] {
  return [
    ...timesFaults(schedule, field),
    ...limit(schedule.manualStart?.hold, [...field, 'manualStart', 'hold'], { most: '24h' }),
    ...limit(schedule.idleStop?.after, [...field, 'idleStop', 'after'], { least: '15m' }),
    ...limit(schedule.maxUptime, [...field, 'maxUptime'], { least: '1h' }),
    ...limit(schedule.notifyBefore, [...field, 'notifyBefore'], { most: '4h' }),
    ...limit(schedule.readyBy?.maxLead, [...field, 'readyBy', 'maxLead'], { most: '30m' }),
  ];
}

function limit(
  duration: string | number | undefined,
  field: FieldPath,
  { least, most }: { readonly least?: string; readonly most?: string },
): FaultAtField[] {
  if (duration === undefined) return [];
  const minutes = toMinutes(duration);
  if (least !== undefined && minutes < toMinutes(least)) {
    const message = `${field.at(-1)} ${duration} is less than ${least}`;
    return [{ code: 'E_VALUE', message, fix: `Write at least ${least}.`, field }];
  }
  if (most !== undefined && minutes > toMinutes(most)) {
    const message = `${field.at(-1)} ${duration} is more than ${most}`;
    return [{ code: 'E_VALUE', message, fix: `Write at most ${most}.`, field }];
  }
  return [];
}

function upgradeFaults(upgrade: Upgrade | undefined, field: FieldPath): FaultAtField[] {
  const { when, window } = upgrade ?? {};
  if (when === undefined || when === 'window' || window === undefined) return [];
  const message = `window has no effect with when: ${when}`;
  const fix = 'Write when: window, or remove window.';
  return [{ code: 'E_VALUE', message, fix, field: [...field, 'window'], at: 'key' }];
}

function typeFaults(types: DevInstanceClassSpec['instanceTypes']): FaultAtField[] {
  const field = ['spec', 'instanceTypes'];
  return [
    ...forbiddenType(types.default, types.allowed, [...field, 'default']),
    ...(types.fallback ?? []).flatMap((type, index) =>
      forbiddenType(type, types.allowed, [...field, 'fallback', String(index)]),
    ),
  ];
}

/** An instance type that the class does not allow. */
export function forbiddenType(
  type: string,
  allowed: readonly string[],
  field: FieldPath,
): FaultAtField[] {
  if (isAllowedType(type, allowed)) return [];
  const message = `the class does not allow the instance type ${type}`;
  const shown = allowed.slice(0, 8).join(', ');
  const fix = `Write one of ${shown}${allowed.length > 8 ? ', …' : ''}, or allow it in the class.`;
  return [{ code: 'E_VALUE', message, fix, field }];
}

function mountFaults(mounts: NonNullable<DevInstanceClassSpec['efsMounts']>): FaultAtField[] {
  return repeatedPositions(mounts.map(({ path }) => path)).map((index) => ({
    code: 'E_VALUE',
    message: `something is mounted at ${mounts[index]?.path} already`,
    fix: 'Mount each file system at a path of its own.',
    field: ['spec', 'efsMounts', String(index), 'path'],
  }));
}

/** The positions of texts that stand before in the list. */
function repeatedPositions(texts: readonly string[]): number[] {
  const seen = new Set<string>();
  const repeated: number[] = [];
  for (const [index, text] of texts.entries()) {
    if (seen.has(text)) repeated.push(index);
    seen.add(text);
  }
  return repeated;
}

function mirrorFaults(mirror: string | undefined): FaultAtField[] {
  if (mirror === undefined) return [];
  const field = ['spec', 'aptMirror'];
  const host = URL.canParse(mirror) ? new URL(mirror).hostname : '';
  if (host === '') {
    const message = `${quote(mirror)} is not a URL`;
    const fix = 'Write it like https://mirror.example.com/ubuntu.';
    return [{ code: 'E_VALUE', message, fix, field }];
  }
  // URL has already turned other spellings of an address into the usual one.
  const isLinkLocal = /^169\.254\.|^\[fe[89ab]|^\[fd00:ec2:|^\[::ffff:a9fe:/.test(host);
  if (!isLinkLocal) return [];
  const message = `${host} is a link-local address`;
  return [{ code: 'E_VALUE', message, fix: 'Name a mirror that every machine reaches.', field }];
}

function channelFaults(spec: ImageChannelSpec): FaultAtField[] {
  return [...publishFaults(spec), ...waveFaults(spec.rollout?.waves ?? [])];
}

function publishFaults({ follow, publish }: ImageChannelSpec): FaultAtField[] {
  if (publish === undefined) return [];
  const names = [follow, publish.stable, publish.previous];
  const keys = ['follow', 'stable', 'previous'];
  return repeatedPositions(names).map((index) => ({
    code: 'E_VALUE',
    message: `${keys[index]} is the parameter of another field already`,
    fix: 'Give follow, stable and previous three different parameters.',
    field: ['spec', 'publish', keys[index] ?? ''],
  }));
}

function waveFaults(waves: NonNullable<NonNullable<ImageChannelSpec['rollout']>['waves']>) {
  return repeatedPositions(waves.map(({ name }) => name)).map(
    (index): FaultAtField => ({
      code: 'E_VALUE',
      message: `there is a wave ${waves[index]?.name} already`,
      fix: 'Give each wave a name of its own.',
      field: ['spec', 'rollout', 'waves', String(index), 'name'],
    }),
  );
}
