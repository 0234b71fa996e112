import { expect, test } from 'vitest';
import { callsPerMachine, replacementCalls } from '../../bench/replacement-calls.ts';

const moved = [
  'DescribeSnapshots by token',
  'CreateSnapshot',
  'DescribeInstances by uid and ordinal',
  'RunInstances',
  'DescribeInstances by id',
  'DetachVolume',
  'AttachVolume',
];

/** After the window for the way back: the old machine, and the snapshot that is one too many. */
const cleared = [
  'DescribeInstances by id',
  'DescribeVolumes by id',
  'TerminateInstances',
  'DeleteSnapshot',
];

test.each([
  ['off-hours', [...moved, 'StopInstances', ...cleared]],
  ['any-time', ['StopInstances', ...moved, ...cleared]],
] as const)(
  'a replacement %s asks of AWS for its machine alone no more than this',
  async (when, calls) => {
    const { own, shared, settled } = await replacementCalls(when);
    expect(own).toEqual(calls);
    expect(own.length).toBeLessThanOrEqual(callsPerMachine);
    expect(shared).toBeGreaterThan(0);
    expect(settled).toEqual([]);
  },
);
