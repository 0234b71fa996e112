import type {
  RunInstancesRequest,
  StartInstancesRequest,
  TerminateInstancesRequest,
} from '@aws-sdk/client-ec2';
import { ec2Error } from './errors.ts';

/** How many tokens a bucket holds, and how many it gains a second. */
type Rate = readonly [size: number, perSecond: number];

const reads: Rate = [100, 20];
const wideReads: Rate = [50, 10];
const changes: Rate = [50, 5];

/** Request buckets of their own (AWS, ec2-api-throttling); all other changes share a rate. */
const requestRates: Readonly<Record<string, Rate>> = {
  RunInstances: [5, 2],
  StartInstances: [5, 2],
  TerminateInstances: [100, 5],
  CreateVolume: [100, 5],
  DeleteVolume: [100, 5],
  CreateSnapshot: [100, 5],
  DeleteSnapshot: [100, 5],
  CreateTags: [100, 10],
};

/** A second bucket, charged for each instance. */
const resourceRates: Readonly<Record<string, Rate>> = {
  RunInstances: [1000, 2],
  StartInstances: [1000, 2],
  TerminateInstances: [1000, 20],
  StopInstances: [1000, 20],
};

/** Reads that have a smaller bucket where they ask for everything in one page. */
const wide: ReadonlySet<string> = new Set([
  'DescribeInstances',
  'DescribeInstanceStatus',
  'DescribeVolumes',
  'DescribeSnapshots',
  'DescribeSecurityGroups',
]);

/** One call as the rates see it. */
export interface RatedCall {
  readonly action: string;
  readonly isMutation: boolean;
  readonly input: object;
  readonly now: number;
}

/** The token buckets of an account in one process; a call beyond them throws EC2's error. */
export interface RateLimits {
  charge(call: RatedCall): void;
}

/**
 * Full buckets. Written apart from the adapter's own pacing, so that a mistake in one of the two
 * tables shows. A refused call costs nothing: UNCONFIRMED.
 */
export function rateLimits(): RateLimits {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const level = (key: string, [size, perSecond]: Rate, now: number) => {
    const { tokens, at } = buckets.get(key) ?? { tokens: size, at: now };
    return Math.min(size, tokens + (Math.max(0, now - at) / 1000) * perSecond);
  };
  return {
    charge: (call) => {
      const charges = chargesOf(call);
      const levels = charges.map(({ key, rate }) => level(key, rate, call.now));
      // A hair less will do: levels are sums of fractions.
      if (charges.some(({ count }, index) => (levels[index] ?? 0) < count - 1e-6)) {
        throw ec2Error('RequestLimitExceeded', `Request limit exceeded: ${call.action}`);
      }
      for (const [index, { key, count }] of charges.entries()) {
        buckets.set(key, { tokens: (levels[index] ?? 0) - count, at: call.now });
      }
    },
  };
}

interface Charge {
  readonly key: string;
  readonly rate: Rate;
  readonly count: number;
}

function chargesOf({ action, isMutation, input }: RatedCall): readonly Charge[] {
  const isWide = wide.has(action) && Object.values(input).every((value) => value === undefined);
  const usual = isMutation ? changes : reads;
  const request: Charge = isWide
    ? { key: `${action} unfiltered`, rate: wideReads, count: 1 }
    : { key: action, rate: requestRates[action] ?? usual, count: 1 };
  const rate = resourceRates[action];
  if (rate === undefined) return [request];
  return [request, { key: `${action} resources`, rate, count: instancesIn(input) }];
}

function instancesIn(
  input: Partial<RunInstancesRequest & StartInstancesRequest & TerminateInstancesRequest>,
): number {
  return input.InstanceIds?.length ?? input.MaxCount ?? 1;
}
