import { expect, test } from 'vitest';
import { lengthText, longestDuration } from '../../controller/render/lengths.ts';

test.each([
  [1, '1m'],
  [59, '59m'],
  [60, '1h'],
  [1_439, '23h 59m'],
  [1_440, '1d'],
  [1_441, '1d 1m'],
  [14_400, '10d'],
  [10_650, '7d 9h 30m'],
])('%i minutes are said as %s', (minutes, text) => {
  expect(lengthText(minutes)).toBe(text);
});

test.each([
  [-60, undefined],
  [0, undefined],
  [1, '1m'],
  [90, '90m'],
  [120, '2h'],
  [599, '599m'],
  [601, '10h'],
  [1_439, '23h'],
  [1_440, '1d'],
  [1_441, '24h'],
  [1_500, '25h'],
  [9_627, '160h'],
  [10_080, '7d'],
])('of %i minutes at most %s can be asked for', (minutes, text) => {
  expect(longestDuration(minutes)).toBe(text);
});
