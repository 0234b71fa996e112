import { EC2ServiceException } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { virtualClock } from '../../bench/virtual-clock.ts';
import { listPages, readByIds } from '../../controller/aws/ec2-access.ts';

function notFound(message: string): Error {
  return new EC2ServiceException({
    name: 'InvalidInstanceID.NotFound',
    $fault: 'client',
    message,
    $metadata: { httpStatusCode: 400 },
  });
}

test('an empty page with a token is not the last', async () => {
  const pages = new Map([
    [undefined, { items: [1], nextToken: 'a' }],
    ['a', { items: [], nextToken: 'b' }],
    ['b', { items: [2], nextToken: undefined }],
  ]);
  const listing = await listPages(
    async ({ NextToken }) => pages.get(NextToken) ?? { items: [], nextToken: '' },
  );
  expect(listing).toEqual({ items: [1, 2] });
});

test('a page that fails leaves the earlier ones and its error', async () => {
  const error = new Error('no answer');
  const listing = await listPages(async ({ NextToken }) => {
    if (NextToken !== undefined) throw error;
    return { items: [1], nextToken: 'a' };
  });
  expect(listing).toEqual({ items: [1], error });
});

test('an endpoint that repeats a token does not go on for ever', async () => {
  const listing = await listPages(async () => ({ items: [1], nextToken: 'same' }));
  expect(listing.error).toBeInstanceOf(Error);
});

const missing = ['i-05', 'i-77', 'i-78'];
const all = Array.from({ length: 130 }, (_, i) => `i-${String(i).padStart(2, '0')}`);

/** How endpoints name ids that do not exist. */
const manners: Record<string, (gone: readonly string[], asked: readonly string[]) => string> = {
  'names them all, as EC2': (gone) => `The instance IDs '${gone.join(', ')}' do not exist`,
  'names one': (gone) => `The instance ID '${gone.at(-1)}' does not exist`,
  'names none': () => 'Some id does not exist',
  'names a wrong one': (_gone, asked) => `The ID '${asked.at(-1)}' does not exist`,
};

test.each(Object.keys(manners))('an error that %s costs no other id', async (manner) => {
  let calls = 0;
  const reading = await readByIds(all, async (ids) => {
    calls += 1;
    expect(ids.length).toBeLessThanOrEqual(100);
    const gone = ids.filter((id) => missing.includes(id));
    if (gone.length > 0) throw notFound(manners[manner]?.(gone, ids) ?? '');
    return ids;
  });
  expect([...reading.absent].sort()).toEqual(missing);
  expect([...reading.items].sort()).toEqual(all.filter((id) => !missing.includes(id)).sort());
  expect(calls).toBeLessThan(300);
});

test('EC2 names all missing ids, so a hundred of them cost few calls', async () => {
  let calls = 0;
  const reading = await readByIds(all, async (ids) => {
    calls += 1;
    throw notFound(`The instance IDs '${ids.join(', ')}' do not exist`);
  });
  expect(reading.absent).toHaveLength(130);
  expect(calls).toBe(2);
});

test('hundreds are asked for at the same time, and come in the order of asking', async () => {
  const clock = virtualClock(0);
  const many = Array.from({ length: 950 }, (_, i) => `i-${i}`);
  const reading = await readByIds(many, async (ids) => {
    await clock.sleep(ids[0] === 'i-0' ? 500 : 300);
    return ids;
  });
  expect(reading).toEqual({ items: many, absent: [] });
  expect(clock.millis()).toBe(500);
});

test('a call that fails takes nothing from what the others found', async () => {
  const error = new Error('lost');
  const reading = await readByIds(all, async (ids) => {
    if (ids.includes('i-00')) throw error;
    return ids;
  });
  expect(reading).toEqual({ items: all.slice(100), absent: [], error });
});

test('an error that is no answer about ids makes nothing absent', async () => {
  const reading = await readByIds(['i-1'], async () => {
    throw new Error('lost');
  });
  expect(reading.absent).toEqual([]);
  expect(reading.error).toBeInstanceOf(Error);
});
