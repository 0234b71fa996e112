import type { EffectiveSpec } from '../desired.ts';
import type { MachineSpec } from '../record.ts';

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
