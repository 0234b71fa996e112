import type { Catalog } from './catalog.ts';
import { forbiddenType } from './file-faults.ts';
import { homeFaults } from './home-volume.ts';
import type { ImageReference, ScheduleReference, Upgrade } from './kinds.generated.ts';
import { type FaultAtField, type FieldPath, nearest, quote } from './problem.ts';
import type { Kind, ManifestOf } from './reading.ts';
import { hasSource, type Ingredients, mergeHome, mergeUpgrade, resolveTimes } from './resolve.ts';
import { isNeverOff } from './schedule-times.ts';

/** What a manifest's references show: its own faults, and those of others that it inherits. */
export interface ReferenceCheck {
  readonly faults: readonly FaultAtField[];
  /** Why something it refers to cannot be used; no fault of this manifest. */
  readonly inherited?: string;
}

interface Reference {
  readonly kind: Kind;
  readonly name: string;
  readonly field: FieldPath;
}

/** Checks what a class refers to, and what only its schedule tells. */
export function checkClass(
  manifest: ManifestOf<'DevInstanceClass'>,
  catalog: Catalog,
): ReferenceCheck {
  const check = checkReferences(placementReferences(manifest.spec), catalog);
  const { schedule, upgrade } = manifest.spec;
  if (check.faults.length > 0 || check.inherited !== undefined) return check;
  const when = upgrade?.when ?? 'off-hours';
  if (when === 'window' && upgrade?.window === undefined) return { faults: [noWindow] };
  const isWarned = when === 'off-hours' && isAlwaysOn(schedule, catalog);
  return { faults: isWarned ? [neverOff(manifest.spec)] : [] };
}

/** Checks what a DevInstance refers to; its ingredients where all of it can be used. */
export function checkDevInstance(
  manifest: ManifestOf<'DevInstance'>,
  catalog: Catalog,
): ReferenceCheck & { readonly ingredients?: Ingredients } {
  const { spec } = manifest;
  const check = checkReferences(
    [
      { kind: 'Developer', name: spec.owner, field: ['spec', 'owner'] },
      { kind: 'DevInstanceClass', name: spec.class, field: ['spec', 'class'] },
      ...placementReferences(spec),
    ],
    catalog,
  );
  const developer = catalog.find('Developer', spec.owner);
  const devInstanceClass = catalog.find('DevInstanceClass', spec.class);
  const ofClass =
    devInstanceClass.state === 'valid' ? classLimitFaults(manifest, devInstanceClass.manifest) : [];
  const faults = [...check.faults, ...ofClass];
  if (faults.length > 0 || developer.state !== 'valid' || devInstanceClass.state !== 'valid') {
    return { ...check, faults };
  }
  if (check.inherited !== undefined) return check;
  const ingredients: Ingredients = {
    devInstance: manifest,
    devInstanceClass: devInstanceClass.manifest,
    developer: developer.manifest,
    schedule: (name) => {
      const found = catalog.find('Schedule', name);
      return found.state === 'valid' ? found.manifest : undefined;
    },
  };
  const warnings = upgradeWarnings(ingredients, catalog);
  return { faults: warnings, ingredients };
}

interface PlacementSpec {
  readonly schedule?: ScheduleReference;
  readonly upgrade?: Upgrade;
  readonly image?: ImageReference;
}

/** The references that DevInstances and classes have in common. */
function placementReferences({ schedule, upgrade, image }: PlacementSpec): Reference[] {
  const references: Reference[] = [];
  if (schedule?.ref !== undefined) {
    references.push({ kind: 'Schedule', name: schedule.ref, field: ['spec', 'schedule', 'ref'] });
  }
  if (upgrade?.window !== undefined) {
    references.push({
      kind: 'Schedule',
      name: upgrade.window,
      field: ['spec', 'upgrade', 'window'],
    });
  }
  if (image?.channel !== undefined) {
    references.push({
      kind: 'ImageChannel',
      name: image.channel,
      field: ['spec', 'image', 'channel'],
    });
  }
  return references;
}

function checkReferences(references: readonly Reference[], catalog: Catalog): ReferenceCheck {
  const faults: FaultAtField[] = [];
  let inherited: string | undefined;
  for (const { kind, name, field } of references) {
    const found = catalog.find(kind, name);
    if (found.state === 'missing') faults.push(missingReference({ kind, name, field }, catalog));
    if (found.state === 'broken') inherited ??= `${kind} ${name} is invalid: ${found.why}`;
  }
  return inherited === undefined ? { faults } : { faults, inherited };
}

function missingReference({ kind, name, field }: Reference, catalog: Catalog): FaultAtField {
  const meant = nearest(
    name,
    catalog.all(kind).map((manifest) => manifest.name),
  );
  const hint = meant === undefined ? '' : `Write ${meant}, or `;
  const fix = `${hint}${hint === '' ? 'Add' : 'add'} the file ${name}.yaml with kind: ${kind}.`;
  return { code: 'E_VALUE', message: `there is no ${kind} ${quote(name)}`, fix, field };
}

/** What the class of a DevInstance does not allow. */
function classLimitFaults(
  devInstance: ManifestOf<'DevInstance'>,
  devInstanceClass: ManifestOf<'DevInstanceClass'>,
): readonly FaultAtField[] {
  const { instanceType, homeVolume, environment, upgrade } = devInstance.spec;
  const pair = { devInstance, devInstanceClass };
  const faults: FaultAtField[] = [];
  if (instanceType !== undefined) {
    const { allowed } = devInstanceClass.spec.instanceTypes;
    faults.push(...forbiddenType(instanceType, allowed, ['spec', 'instanceType']));
  }
  if (homeVolume !== undefined) faults.push(...homeFaults(mergeHome(pair), homeVolume));
  const count = Object.keys({ ...devInstanceClass.spec.environment, ...environment }).length;
  if (environment !== undefined && count > 32) {
    const message = `with those of its class the DevInstance has ${count} environment variables`;
    const field = ['spec', 'environment'];
    faults.push({ code: 'E_VALUE', message, fix: 'Keep at most 32 in all.', field });
  }
  const merged = mergeUpgrade(pair);
  if (upgrade !== undefined && merged.when === 'window' && merged.windowName === undefined) {
    faults.push(noWindow);
  }
  return faults;
}

const noWindow: FaultAtField = {
  code: 'E_VALUE',
  message: 'when: window does not say which window',
  fix: 'Add window: and the name of a Schedule.',
  field: ['spec', 'upgrade', 'when'],
};

/** Warns in the file whose own words make it so; a class is warned for itself. */
function upgradeWarnings(ingredients: Ingredients, catalog: Catalog): FaultAtField[] {
  const { spec } = ingredients.devInstance;
  if (spec.upgrade?.when === undefined && !hasSource(spec.schedule)) return [];
  if (mergeUpgrade(ingredients).when !== 'off-hours') return [];
  const source = hasSource(spec.schedule)
    ? spec.schedule
    : ingredients.devInstanceClass.spec.schedule;
  return isAlwaysOn(source, catalog) ? [neverOff(spec)] : [];
}

function isAlwaysOn(schedule: ScheduleReference, catalog: Catalog): boolean {
  if (schedule.ref === undefined) return isNeverOff(resolveTimes(schedule));
  const found = catalog.find('Schedule', schedule.ref);
  return found.state === 'valid' && isNeverOff(resolveTimes(found.manifest.spec));
}

function neverOff({ upgrade, schedule }: PlacementSpec): FaultAtField {
  const sourceKey = (['ref', 'mode', 'windows'] as const).find(
    (key) => schedule?.[key] !== undefined,
  );
  return {
    code: 'W_NEVER_OFF',
    message: 'upgrades wait for off-hours, but the schedule is never off',
    fix: 'Write upgrade: {when: window, window: …}, or next-start or any-time.',
    field:
      upgrade?.when === undefined
        ? ['spec', 'schedule', sourceKey ?? '']
        : ['spec', 'upgrade', 'when'],
  };
}
