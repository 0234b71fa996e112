import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fullBucket, millisUntil, refill, spend } from '../../controller/aws/token-bucket.ts';

const rate = { size: 5, perSecond: 2 };

test('a full bucket lets its size through at once and then its rate', () => {
  const empty = spend(fullBucket(rate, 0), 5);
  expect(millisUntil(fullBucket(rate, 0), 5)).toBe(0);
  expect(millisUntil(empty, 1)).toBe(500);
  expect(millisUntil(refill(empty, 500), 1)).toBe(0);
  expect(millisUntil(refill(empty, 500), 2)).toBe(500);
});

test('a bucket never holds more than its size', () => {
  expect(refill(fullBucket(rate, 0), 3_600_000).tokens).toBe(5);
});

test('a call that costs more than the bucket waits for a full one', () => {
  expect(millisUntil(spend(fullBucket(rate, 0), 5), 1000)).toBe(2500);
});

test('a clock that goes back neither gains nor loses tokens', () => {
  const empty = spend(fullBucket(rate, 10_000), 5);
  const back = refill(empty, 2_000);
  expect(back).toEqual(empty);
  expect(refill(back, 10_500).tokens).toBe(1);
});

test('over any stretch no more is spent than the size and what flowed in', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 60 }), (gaps) => {
      let bucket = fullBucket(rate, 0);
      let now = 0;
      let sent = 0;
      for (const gap of gaps) {
        now += gap;
        bucket = refill(bucket, now);
        if (millisUntil(bucket, 1) > 0) continue;
        bucket = spend(bucket, 1);
        sent += 1;
      }
      expect(sent).toBeLessThanOrEqual(5 + (now / 1000) * 2 + 1e-6);
    }),
  );
});
