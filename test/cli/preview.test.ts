import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runController } from '../../controller/cli/controller.ts';
import type { PreviewCommandOptions } from '../../controller/cli/schedule-preview.ts';
import { runPreview } from '../../controller/cli/schedule-preview.ts';
import { type CliFleet, listen, makeCliFleet } from '../support/cli-fleet.ts';

async function preview(
  fleet: CliFleet,
  name: string | undefined,
  options: Partial<PreviewCommandOptions>,
) {
  const io = listen();
  const code = await runPreview(name, { output: 'text', ...options }, fleet.globals, io);
  return { code, ...io.heard };
}

const from = '2026-12-20T00:00:00Z';

test.each<readonly [string, string | undefined, Partial<PreviewCommandOptions>, string]>([
  ['nothing to preview', undefined, {}, 'nothing is named to preview'],
  ['two things', 'ada-01', { schedule: 'madrid-office' }, 'more than one thing is named'],
  ['two lengths', 'ada-01', { days: '3', until: from }, '--until and --days both say how long'],
  ['no days', 'ada-01', { days: '0' }, '--days is not a number of days: "0"'],
  ['too many days', 'ada-01', { days: '401' }, '--days is not a number of days: "401"'],
  ['half a day', 'ada-01', { days: '1.5' }, '--days is not a number of days: "1.5"'],
  ['an end in the past', 'ada-01', { until: '2020-01-01T00:00:00Z' }, 'is not after now, '],
])('%s is wrong usage', async (_, name, options, message) => {
  const fleet = await makeCliFleet(['ada-01']);
  await expect(preview(fleet, name, options)).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringContaining(message),
  });
});

test('a Schedule is found by its name in the specs, and says the same as its file', async () => {
  const fleet = await makeCliFleet(['ada-01']);
  const file = join(fleet.specs, 'schedules/madrid-office.yaml');
  for (const output of ['text', 'json'] as const) {
    const named = await preview(fleet, undefined, { schedule: 'madrid-office', from, output });
    expect(named).toMatchObject({ code: 0, err: '' });
    expect(await preview(fleet, undefined, { file, from, days: '7', output })).toEqual(named);
  }
  const { out } = await preview(fleet, undefined, { schedule: 'madrid-office', from });
  expect(out.split('\n')).toHaveLength(1 + 7 + 1 + 1 + 1);
});

test.each([
  ['madrid-ofice', /there is no Schedule madrid-ofice in .*; did you mean madrid-office\?\n$/],
  ['nowhere', /there is no Schedule nowhere in .*; there are bangalore-office, madrid-office, new/],
])('Schedule %s is unknown', async (schedule, says) => {
  const { code, out, err } = await preview(await makeCliFleet(['ada-01']), undefined, { schedule });
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(says);
});

test('an invalid Schedule is an error with its place', async () => {
  const fleet = await makeCliFleet(['ada-01']);
  await fleet.edit('schedules/madrid-office.yaml', '"08:00"', '"8:00"');
  const { code, err } = await preview(fleet, undefined, { schedule: 'madrid-office' });
  expect(code).toBe(1);
  expect(err).toMatch(/schedules\/madrid-office\.yaml:9:32 E_VALUE .*\n {2}fix: /);
});

test('a machine is previewed from the account’s own now on, whether it is made or not', async () => {
  const fleet = await makeCliFleet(['ada-01']);
  const before = await preview(fleet, 'ada-01', {});
  expect(before.code).toBe(0);
  expect(before.out).toContain('  nothing is made yet: the schedule alone is shown\n');
  await runController({ untilSettled: true, timeout: '2h' }, fleet.globals, listen());
  const after = await preview(fleet, 'ada-01', { days: '2' });
  expect(after).toMatchObject({ code: 0, err: '' });
  expect(after.out).toMatch(/^ada-01 \(madrid-office\) in /);
  expect(after.out).toContain('  made outside its windows, held ');
});

test('of an invalid file that never was valid there is nothing to preview', async () => {
  const fleet = await makeCliFleet(['ada-01']);
  await fleet.edit('instances/ada-01.yaml', 'owner: ada', 'owner: nobody');
  const { code, out, err } = await preview(fleet, 'ada-01', {});
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/^devinstance: ada-01 is nothing yet: InvalidSpec: .*ada-01\.yaml:\d+:\d+ /);
});
