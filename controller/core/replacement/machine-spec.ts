import type { EffectiveSpec } from '../desired.ts';
import type { MachineSpec } from '../record.ts';
import { specHash } from '../spec-hash.ts';

/** What of a spec a machine is made of for good. */
export function machineSpecOf(spec: EffectiveSpec): MachineSpec {
  const { rootVolume, securityGroups, owner, environment, efsMounts } = spec;
  const { instanceProfile, kmsKeyId, aptMirror } = spec;
  return {
    rootVolume,
    securityGroups,
    owner,
    environment,
    efsMounts,
    ...(instanceProfile === undefined ? {} : { instanceProfile }),
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
    ...(aptMirror === undefined ? {} : { aptMirror }),
  };
}

/**
 * The spec that a machine of this hash is made by: the one in force or, where that was rolled back
 * from, the same with what the current machine is made of. Undefined where neither gives it.
 */
export function specOfHash(
  spec: EffectiveSpec,
  madeFrom: MachineSpec | undefined,
  hash: string,
): EffectiveSpec | undefined {
  if (specHash(spec) === hash) return spec;
  if (madeFrom === undefined) return undefined;
  const { instanceProfile: _, kmsKeyId: __, aptMirror: ___, ...rest } = spec;
  const former = { ...rest, ...madeFrom };
  return specHash(former) === hash ? former : undefined;
}
