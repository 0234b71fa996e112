import { ec2Error } from './errors.ts';
import { fingerprint, type Scene } from './scene.ts';

/** The page controls that Describe calls share. */
export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/** One page of a listing. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly NextToken?: string;
}

const smallestPage = 5;
const largestPage = 1000;
const shortPage = 5;

/**
 * Cuts a listing into pages. A token names where to go on, and holds for any page size. Where the
 * account is told to, the order is any, pages are short, and some are empty and not the last: EC2
 * promises none of it (BM).
 */
export function pageOf<T extends { readonly id: string }>(
  scene: Scene,
  request: PageRequest,
  listing: readonly T[],
): Page<T> {
  const { MaxResults: asked, NextToken: token } = request;
  if (asked !== undefined && asked < smallestPage) {
    const message = `Value ( ${asked} ) for parameter maxResults is below ${smallestPage}`;
    throw ec2Error('InvalidParameterValue', message);
  }
  const size = Math.min(asked ?? scene.pageSize, largestPage);
  const { begin, isResumed } = token === undefined ? firstPage : placeIn(token);
  const seed = scene.quirks.roughPages;
  if (seed === undefined) {
    const items = listing.slice(begin, begin + size);
    const end = begin + items.length;
    return end >= listing.length ? { items } : { items, NextToken: tokenAt(end) };
  }
  const dice = draw(seed, `page ${begin}`);
  if (dice % 3 === 0 && !isResumed) return { items: [], NextToken: tokenAt(begin, 'resumed') };
  const length = 1 + (dice % Math.min(size, shortPage));
  const items = shuffled(seed, listing).slice(begin, begin + length);
  const end = begin + items.length;
  const mayEnd = items.length === 0 || isResumed || dice % 2 === 0;
  const isLast = end >= listing.length && mayEnd;
  return isLast ? { items } : { items, NextToken: tokenAt(end) };
}

const firstPage = { begin: 0, isResumed: false };

/** Empty pages do not move on: the token says that one was given, so that the next page does. */
function tokenAt(begin: number, how: 'resumed' | 'fresh' = 'fresh'): string {
  return Buffer.from(`sim:${begin}${how === 'resumed' ? '+' : ''}`).toString('base64');
}

function placeIn(token: string): typeof firstPage {
  const match = /^sim:(\d+)(\+?)$/.exec(Buffer.from(token, 'base64').toString('latin1'));
  if (match?.[1] === undefined) {
    throw ec2Error('InvalidParameterValue', 'Unable to parse pagination token');
  }
  return { begin: Number(match[1]), isResumed: match[2] === '+' };
}

function shuffled<T extends { readonly id: string }>(seed: string, listing: readonly T[]): T[] {
  const keyed = listing.map((item) => ({ item, key: draw(seed, item.id) }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}

/** A number that only depends on the seed and the text. */
function draw(seed: string, text: string): number {
  return Number.parseInt(fingerprint([seed, text]).slice(0, 8), 16);
}

/** Ids and MaxResults exclude each other. */
export function refuseIdsWithPage(
  ids: readonly string[] | undefined,
  request: PageRequest,
  name: string,
): void {
  if (ids === undefined || ids.length === 0 || request.MaxResults === undefined) return;
  const message = `The parameter ${name} cannot be used with the parameter maxResults`;
  throw ec2Error('InvalidParameterCombination', message);
}
