import type { EffectiveSpec, Problem } from '../desired.ts';
import type { Fault } from '../spec/problem.ts';
import { locateFault } from '../spec/reading.ts';
import { findManifest, type SpecSources } from '../spec/sources.ts';

/** An override that is longer than its class allows. */
export interface LongOverride {
  /** How long it would be from now on, for people: `10d`, `7d 9h`. */
  readonly length: string;
  /** The longest that may be asked for in its place, as it is typed; undefined where none may. */
  readonly atMost: string | undefined;
  /** The class's limit, as a file says it. */
  readonly limit: string;
}

/** What is wrong with an override of that length, and what to ask for instead. */
export function longOverrideFault(
  { className }: Pick<EffectiveSpec, 'className'>,
  { length, atMost, limit }: LongOverride,
): Fault {
  const ask = atMost === undefined ? 'Raise' : `Ask for at most ${atMost}, or raise`;
  return {
    code: 'E_VALUE',
    message: `an override of ${length} is longer than class ${className} allows (${limit})`,
    fix: `${ask} overrides.maxDuration.`,
  };
}

/** The same at the limit in the class's file; undefined where no valid file of the class is known. */
export function longOverrideProblem(
  sources: SpecSources | undefined,
  spec: Pick<EffectiveSpec, 'className'>,
  long: LongOverride,
): Problem | undefined {
  const manifest = sources && findManifest(sources, 'DevInstanceClass', spec.className);
  if (manifest === undefined) return undefined;
  const field = ['spec', 'overrides', 'maxDuration'];
  return locateFault(manifest, { ...longOverrideFault(spec, long), field });
}
