import type { ClassHomeVolume, HomeVolume } from './kinds.generated.ts';
import type { FaultAtField } from './problem.ts';

/** What a class that says nothing about homes means. */
export const homeDefaults = { sizeGiB: 100, type: 'gp3', maxSizeGiB: 1000 } as const;

type MergedHome = Pick<HomeVolume, 'iops' | 'throughput'> &
  Required<Pick<ClassHomeVolume, 'sizeGiB' | 'type' | 'maxSizeGiB'>>;

/**
 * What is wrong with a home as it comes out of DevInstance over class over defaults, placed at the
 * first field that the manifest itself writes.
 */
export function homeFaults(
  merged: MergedHome,
  written: HomeVolume & ClassHomeVolume,
): readonly FaultAtField[] {
  const faultAt = (keys: readonly (keyof typeof written)[], message: string, fix: string) => {
    const key = keys.find((candidate) => written[candidate] !== undefined);
    const field = ['spec', 'homeVolume', ...(key === undefined ? [] : [key])];
    return { code: 'E_VALUE', message, fix, field } as const;
  };
  const { sizeGiB, maxSizeGiB, type, iops, throughput } = merged;
  const faults: FaultAtField[] = [];
  if (sizeGiB > maxSizeGiB) {
    const message = `the home of ${sizeGiB} GiB is larger than the maximum of ${maxSizeGiB} GiB`;
    const fix = `Write at most ${maxSizeGiB}, or raise maxSizeGiB in the class.`;
    faults.push(faultAt(['sizeGiB', 'maxSizeGiB'], message, fix));
  }
  const isProvisioned = type === 'io1' || type === 'io2';
  if (iops !== undefined && type === 'gp2') {
    faults.push(faultAt(['iops', 'type'], 'gp2 takes no iops', 'Use gp3, io1 or io2.'));
  }
  if (iops === undefined && isProvisioned) {
    faults.push(faultAt(['type'], `${type} needs iops`, 'Write iops, or type: gp3.'));
  }
  if (throughput !== undefined && type !== 'gp3') {
    const message = `${type} takes no throughput`;
    faults.push(faultAt(['throughput', 'type'], message, 'Use gp3, or remove throughput.'));
  }
  return faults;
}
