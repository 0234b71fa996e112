import type { Duty, DutyRule, EffectiveSpec } from '../desired.ts';
import type { FieldPath, Place } from './problem.ts';
import { type Manifest, placeIn } from './reading.ts';
import { hasSource } from './resolve.ts';
import { findManifest, type SpecSources } from './sources.ts';

/** A place in a file, as problems show it. */
export interface FilePlace extends Place {
  readonly file: string;
}

/** Where something is said: in a file, or nowhere, so that the format's default counts. */
export type Origin =
  | FilePlace
  /** The field that no file writes: `manualStart.hold`. */
  | { readonly default: string };

/** Rules about how people's own acts are treated: each level of the specs may say its own. */
const behaviourFields: Partial<Readonly<Record<DutyRule, FieldPath>>> = {
  'manual-start': ['manualStart', 'hold'],
  'manual-stop': ['manualStop'],
  idle: ['idleStop', 'after'],
  'max-uptime': ['maxUptime'],
};

/**
 * Where the rule behind a duty stands in the specs: in the DevInstance, its class, or the Schedule
 * that they name. Undefined where its files are not known, or no file says it.
 */
export function originOfDuty(
  sources: SpecSources,
  spec: EffectiveSpec,
  duty: Pick<Duty, 'rule' | 'field'>,
): Origin | undefined {
  const levels = levelsOf(sources, spec);
  if (levels === undefined) return undefined;
  const behaviour = behaviourFields[duty.rule];
  if (behaviour !== undefined) return originOfBehaviour(levels.all, behaviour);
  if (duty.field === undefined) return undefined;
  // That no window is open is said by all of them.
  const at = duty.rule === 'off-hours' ? 'key' : undefined;
  return placeOfField(levels.times, duty.field, at);
}

/** Where a DevInstance says its lifecycle. */
export function originOfLifecycle(sources: SpecSources, name: string): Origin | undefined {
  const manifest = findManifest(sources, 'DevInstance', name);
  return manifest && { file: manifest.file, ...placeIn(manifest, ['spec', 'lifecycle']) };
}

/** A part of a manifest that is a schedule. */
interface Level {
  readonly manifest: Manifest;
  readonly path: FieldPath;
  readonly value: unknown;
}

interface Levels {
  /** The one that says when it runs. */
  readonly times: Level;
  /** All of them, the nearest first. */
  readonly all: readonly Level[];
}

function levelsOf(sources: SpecSources, spec: EffectiveSpec): Levels | undefined {
  const devInstance = findManifest(sources, 'DevInstance', spec.name);
  const devInstanceClass = findManifest(sources, 'DevInstanceClass', spec.className);
  if (devInstance === undefined || devInstanceClass === undefined) return undefined;
  const path = ['spec', 'schedule'];
  const own: Level = { manifest: devInstance, path, value: devInstance.spec.schedule };
  const base: Level = { manifest: devInstanceClass, path, value: devInstanceClass.spec.schedule };
  const isOwn = hasSource(devInstance.spec.schedule);
  const source = isOwn ? devInstance.spec.schedule : devInstanceClass.spec.schedule;
  const named =
    source?.ref === undefined ? undefined : findManifest(sources, 'Schedule', source.ref);
  if (named === undefined) return { times: isOwn ? own : base, all: [own, base] };
  const schedule: Level = { manifest: named, path: ['spec'], value: named.spec };
  return { times: schedule, all: [own, base, schedule] };
}

function originOfBehaviour(levels: readonly Level[], field: FieldPath): Origin {
  const level = levels.find(({ value }) => isWritten(value, field));
  return level === undefined ? { default: field.join('.') } : placeOfField(level, field);
}

function isWritten(value: unknown, field: FieldPath): boolean {
  let inner = value;
  for (const key of field) inner = (inner as Record<string, unknown> | null | undefined)?.[key];
  return inner !== undefined;
}

function placeOfField({ manifest, path }: Level, field: FieldPath, at?: 'key'): FilePlace {
  return { file: manifest.file, ...placeIn(manifest, [...path, ...field], at) };
}
