import { toMillis } from '../core/instant.ts';
import type { Clock } from '../ports.ts';
import {
  fullBucket,
  millisUntil,
  type Rate,
  refill,
  spend,
  type TokenBucket,
} from './token-bucket.ts';

/** The calls that the adapters make. */
export type Api = keyof typeof requestRates;

const reads: Rate = { size: 100, perSecond: 20 };
const changes: Rate = { size: 50, perSecond: 5 };

/**
 * Request buckets per account, region and API, from EC2's page on API throttling. SSM and STS
 * publish none: their reads take the pace that SSM's default of 40 a second leaves room for. Of
 * PutParameter SSM's quotas allow 3 a second.
 */
const requestRates = {
  DescribeInstances: reads,
  DescribeInstanceStatus: reads,
  DescribeVolumes: reads,
  DescribeVolumesModifications: reads,
  DescribeSnapshots: reads,
  DescribeSubnets: reads,
  DescribeImages: reads,
  DescribeInstanceTypes: reads,
  GetParameters: reads,
  GetCallerIdentity: reads,
  RunInstances: { size: 5, perSecond: 2 },
  StartInstances: { size: 5, perSecond: 2 },
  StopInstances: changes,
  AttachVolume: changes,
  DetachVolume: changes,
  ModifyVolume: changes,
  ModifyInstanceAttribute: changes,
  CreateVolume: { size: 100, perSecond: 5 },
  CreateSnapshot: { size: 100, perSecond: 5 },
  DeleteSnapshot: { size: 100, perSecond: 5 },
  TerminateInstances: { size: 100, perSecond: 5 },
  CreateTags: { size: 100, perSecond: 10 },
  DeregisterImage: changes,
  PutParameter: { size: 3, perSecond: 3 },
} as const satisfies Record<string, Rate>;

/** A second bucket of some APIs, charged for each instance that a call names. */
const resourceRates: { readonly [api in Api]?: Rate } = {
  RunInstances: { size: 1000, perSecond: 2 },
  StartInstances: { size: 1000, perSecond: 2 },
  StopInstances: { size: 1000, perSecond: 20 },
  TerminateInstances: { size: 1000, perSecond: 20 },
};

/** Keeps the calls of one process within EC2's rates. */
export interface Throttle {
  /**
   * Waits, in order of asking, until the call may be sent. Answers false, without spending
   * anything, where `isWanted` no longer holds before or after the wait.
   */
  take(api: Api, resources: number, isWanted: () => boolean): Promise<boolean>;
  /** AWS throttled the call: somebody else spent the tokens. */
  drain(api: Api): void;
}

/** A throttle on the given clock: it sleeps there, so simulated time costs nothing. */
export function apiThrottle(clock: Clock): Throttle {
  const buckets = new Map<string, TokenBucket>();
  const queues = new Map<Api, Promise<unknown>>();
  const nowMillis = () => toMillis(clock.now());
  const current = (key: string, rate: Rate) =>
    refill(buckets.get(key) ?? fullBucket(rate, nowMillis()), nowMillis());

  async function takeFirst(api: Api, resources: number, isWanted: () => boolean) {
    if (!isWanted()) return false;
    const costs = costsOf(api, resources);
    const waits = costs.map((cost) => millisUntil(current(cost.key, cost.rate), cost.count));
    const wait = Math.max(...waits);
    if (wait > 0) await clock.sleep(wait);
    if (!isWanted()) return false;
    // One wait is enough: a clock that stands still while it is slept on must not hold calls up.
    for (const { key, rate, count } of costs) {
      buckets.set(key, spend(current(key, rate), count));
    }
    return true;
  }

  return {
    take(api, resources, isWanted) {
      const turn = (queues.get(api) ?? Promise.resolve()).then(() =>
        takeFirst(api, resources, isWanted),
      );
      queues.set(
        api,
        turn.catch(() => undefined),
      );
      return turn;
    },
    drain(api) {
      buckets.set(api, { ...current(api, requestRates[api]), tokens: 0 });
    },
  };
}

/** What a call spends of one bucket. */
export interface Cost {
  /** The bucket's name: `RunInstances`, `RunInstances resources`. */
  readonly key: string;
  readonly rate: Rate;
  readonly count: number;
}

/** What a call that names that many instances spends, of every bucket that it draws on. */
export function costsOf(api: Api, resources: number): readonly Cost[] {
  const request: Cost = { key: api, rate: requestRates[api], count: 1 };
  const rate = resourceRates[api];
  return rate === undefined
    ? [request]
    : [request, { key: `${api} resources`, rate, count: resources }];
}
