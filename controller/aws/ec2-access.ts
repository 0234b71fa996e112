import type { EC2Client } from '@aws-sdk/client-ec2';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { STSClient } from '@aws-sdk/client-sts';
import type { Activity, HostReport } from '../core/observed.ts';
import type { Clock } from '../ports.ts';
import { mapLimited } from './concurrency.ts';
import { classifyError } from './errors.ts';
import type { Api, Throttle } from './throttle.ts';

/** What the adapters stand on: clients, or anything that answers the SDK's command objects. */
export interface Ec2Access {
  readonly ec2: Pick<EC2Client, 'send'>;
  readonly ssm: Pick<SSMClient, 'send'>;
  readonly sts: Pick<STSClient, 'send'>;
  readonly region: string;
  readonly clock: Clock;
  /** Reads what the hosts report, by machine id, where they have somewhere to report. */
  readonly reports?: () => Promise<ReadonlyMap<string, HostReport>>;
  /** Reads whether machines are used, by machine id, where something tells. */
  readonly activity?: () => Promise<ReadonlyMap<string, Activity>>;
}

/** An Ec2Access whose calls keep the pace. */
export interface PacedAccess extends Ec2Access {
  readonly throttle: Throttle;
}

/** Makes one read when its turn comes. Throws what AWS throws; throttling drains the bucket. */
export async function read<T>(access: PacedAccess, api: Api, call: () => Promise<T>): Promise<T> {
  await access.throttle.take(api, 1, () => true);
  try {
    return await call();
  } catch (error) {
    if (classifyError(error).class === 'throttled') access.throttle.drain(api);
    throw error;
  }
}

/** One page of a listing. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextToken: string | undefined;
}

/** What a Describe call is told beside its input to go on after a page; nothing for the first. */
export interface PageToken {
  readonly NextToken?: string;
}

/** What a listing gave: where `error` is there, the items are only some of those that exist. */
export interface Listing<Item> {
  readonly items: readonly Item[];
  readonly error?: unknown;
}

/**
 * Reads pages until no token comes back: a page may be empty and still not the last. An error
 * leaves the pages before it and says so.
 */
export async function listPages<Item>(
  readPage: (token: PageToken) => Promise<Page<Item>>,
): Promise<Listing<Item>> {
  const items: Item[] = [];
  const seen = new Set<string>();
  let token: string | undefined;
  try {
    do {
      const page = await readPage(token === undefined ? {} : { NextToken: token });
      items.push(...page.items);
      token = page.nextToken === '' ? undefined : page.nextToken;
      if (token !== undefined && seen.has(token)) throw new Error('the listing repeats a page');
      if (token !== undefined) seen.add(token);
    } while (token !== undefined);
    return { items };
  } catch (error) {
    return { items, error };
  }
}

/** The items of all pages. Throws what any page throws. */
export async function readAllPages<Item>(
  readPage: (token: PageToken) => Promise<Page<Item>>,
): Promise<readonly Item[]> {
  const { items, error } = await listPages(readPage);
  if (error !== undefined) throw error;
  return items;
}

/** Ids that were read one by one in effect: found, or known not to exist. */
export interface ByIdReading<Item> extends Listing<Item> {
  readonly absent: readonly string[];
}

const idsPerCall = 100;
const callsAtOnce = 10;

/**
 * Reads resources by id, at most 100 a call and some calls at once: while a pass reads, EC2's
 * smaller buckets run over. An error leaves what the other calls found, and says so.
 */
export async function readByIds<Item>(
  ids: readonly string[],
  readSome: (ids: readonly string[]) => Promise<readonly Item[]>,
): Promise<ByIdReading<Item>> {
  const readings = await mapLimited(chunksOf([...new Set(ids)], idsPerCall), callsAtOnce, (some) =>
    readChunk(some, readSome),
  );
  const failed = readings.find(({ error }) => error !== undefined);
  return {
    items: readings.flatMap(({ items }) => items),
    absent: readings.flatMap(({ absent }) => absent),
    ...(failed === undefined ? {} : { error: failed.error }),
  };
}

/**
 * One id that does not exist fails its whole call, so the ids that the error names are asked apart
 * from the rest; where it names none, the halves are. An id is absent where a call with nothing but
 * such ids failed: an endpoint that stands in for AWS may name the wrong one (moto does, for subnets).
 */
async function readChunk<Item>(
  ids: readonly string[],
  readSome: (ids: readonly string[]) => Promise<readonly Item[]>,
): Promise<ByIdReading<Item>> {
  const items: Item[] = [];
  const absent: string[] = [];
  const waiting: (readonly string[])[] = [ids];
  try {
    for (let some = waiting.shift(); some !== undefined; some = waiting.shift()) {
      try {
        items.push(...(await readSome(some)));
      } catch (error) {
        const { class: kind, message } = classifyError(error);
        if (kind !== 'gone') throw error;
        const { named, rest } = splitNamed(some, message);
        if (some.length === 1 || rest.length === 0) absent.push(...some);
        else waiting.unshift(...(named.length > 0 ? [rest, named] : halvesOf(some)));
      }
    }
    return { items, absent };
  } catch (error) {
    return { items, absent, error };
  }
}

/** Which of the ids an error's message names, and which it does not. */
export function splitNamed(
  ids: readonly string[],
  message: string,
): { readonly named: readonly string[]; readonly rest: readonly string[] } {
  const words = new Set(message.split(/[^\w-]+/));
  return {
    named: ids.filter((id) => words.has(id)),
    rest: ids.filter((id) => !words.has(id)),
  };
}

export function halvesOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)].filter((half) => half.length > 0);
}

export function chunksOf<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let start = 0; start < items.length; start += size) {
    chunks.push(items.slice(start, start + size));
  }
  return chunks;
}
