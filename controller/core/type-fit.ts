import type { Observed } from './observed.ts';

type Types = Pick<Observed, 'instanceTypes'>;

/** What an instance type has to run: an image to launch, or a machine to change. */
export interface TypeNeed {
  /** Undefined, or '' from an endpoint that stands in for AWS, where nothing says it. */
  readonly architecture: string | undefined;
  /** For people: `image ami-0a1b2c3d`, `machine i-0a1b2c3d`. */
  readonly what: string;
}

/** Why an instance type cannot be used, and what to write instead. */
export interface Misfit {
  readonly message: string;
  readonly fix: string;
}

/** Whether a type can run an architecture, as far as both are known. */
export function isFitting({ instanceTypes }: Types, type: string, architecture?: string): boolean {
  const architectures = instanceTypes.get(type)?.architectures;
  if (architectures === undefined) return true;
  return architectures.length > 0 && (!architecture || architectures.includes(architecture));
}

/** Why AWS has no such type, or the type cannot run what it has to; undefined where it may. */
export function typeMisfit(
  types: Types,
  type: string,
  { architecture, what }: TypeNeed,
): Misfit | undefined {
  if (isFitting(types, type, architecture)) return undefined;
  const architectures = types.instanceTypes.get(type)?.architectures ?? [];
  if (architectures.length === 0) {
    return {
      message: `AWS knows no instance type ${type} in this region`,
      fix: 'Write a type that AWS offers in this region.',
    };
  }
  return {
    message: `type ${type} is for ${architectures.join(' or ')}, ${what} is for ${architecture}`,
    fix: `Write a type for ${architecture}, or choose another image.`,
  };
}
