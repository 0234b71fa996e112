import type { EffectiveSpec } from '../desired.ts';
import type { FieldPath } from '../spec/problem.ts';
import { locateFault } from '../spec/reading.ts';
import { hasSource } from '../spec/resolve.ts';
import { findManifest, type SpecSources } from '../spec/sources.ts';
import type { Place } from './complaint.ts';

/** A place in a file, as people type it: `specs/schedules/madrid-office.yaml:8:7`. */
export interface FilePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What a schedule says of people and limits, taken from the nearest file that says it. */
const behaviours: ReadonlySet<string> = new Set([
  'manualStart',
  'manualStop',
  'idleStop',
  'maxUptime',
]);

/** Whether a path in a schedule leads to what is said of people and limits, and so has a default. */
export function isBehaviour(field: FieldPath): boolean {
  return behaviours.has(field[0] ?? '');
}

/**
 * Where the rule behind a duty is written, given its path in the schedule (`Duty.field`); undefined
 * where no valid file says it, so that the format's default counts.
 */
export function dutyPlace(
  sources: SpecSources,
  spec: Pick<EffectiveSpec, 'name' | 'className'>,
  field: FieldPath,
): FilePlace | undefined {
  const place = isBehaviour(field)
    ? behaviourPlace(sources, spec, field)
    : timesPlace(sources, spec, field);
  if (place === undefined) return undefined;
  const nothing = { code: 'E_VALUE', message: '', fix: '' } as const;
  const { file, line, column } = locateFault(place.manifest, { ...nothing, field: place.field });
  return { file, line, column };
}

type Named = Pick<EffectiveSpec, 'name' | 'className'>;

/** The file that gives a DevInstance its schedule, and the Schedule that it names there. */
function scheduleFiles(sources: SpecSources, { name, className }: Named) {
  const own = findManifest(sources, 'DevInstance', name);
  const base = findManifest(sources, 'DevInstanceClass', className);
  if (own === undefined || base === undefined) return undefined;
  const giver = hasSource(own.spec.schedule) ? own : base;
  const ref = giver.spec.schedule?.ref;
  const named = ref === undefined ? undefined : findManifest(sources, 'Schedule', ref);
  return { own, base, giver, ref, named };
}

function timesPlace(sources: SpecSources, spec: Named, field: FieldPath): Place | undefined {
  const files = scheduleFiles(sources, spec);
  if (files === undefined) return undefined;
  const { giver, ref, named } = files;
  if (named !== undefined) return { manifest: named, field: ['spec', ...field] };
  return ref === undefined ? { manifest: giver, field: ['spec', 'schedule', ...field] } : undefined;
}

function behaviourPlace(sources: SpecSources, spec: Named, field: FieldPath): Place | undefined {
  const files = scheduleFiles(sources, spec);
  if (files === undefined) return undefined;
  const key = field[0] ?? '';
  const says = (schedule: object | undefined) => schedule !== undefined && key in schedule;
  const { own, base, named } = files;
  const nested = ['spec', 'schedule', ...field];
  if (says(own.spec.schedule)) return { manifest: own, field: nested };
  if (says(base.spec.schedule)) return { manifest: base, field: nested };
  return named !== undefined && says(named.spec)
    ? { manifest: named, field: ['spec', ...field] }
    : undefined;
}
