import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runSchedulePreview } from '../../controller/cli/schedule-preview.ts';
import { previewSchedule } from '../../controller/core/schedule/preview.ts';
import { schedulePreviewText } from '../../controller/render/schedule-preview.ts';
import { zoneAbbreviation } from '../../controller/render/zone-abbreviation.ts';
import { scheduleTimes } from '../support/schedules.ts';

const week = ['2026-10-22T22:00:00.000Z', '2026-10-29T23:00:00.000Z'] as const;

test('a preview tells state, changes and hours of a period', () => {
  const preview = previewSchedule(
    scheduleTimes(),
    'office',
    '2026-10-23T10:00:00.000Z',
    '2026-10-26T08:15:00.000Z',
  );
  expect(preview).toEqual({
    name: 'office',
    timezone: 'Europe/Madrid',
    from: '2026-10-23T10:00:00Z',
    until: '2026-10-26T08:15:00Z',
    stateAtFrom: 'running',
    transitions: [
      { at: '2026-10-23T17:00:00Z', state: 'stopped', reason: 'outside every window' },
      {
        at: '2026-10-26T07:00:00Z',
        state: 'running',
        reason: 'window mon-fri 08:00-19:00 Europe/Madrid',
      },
    ],
    runningHours: 8.25,
  });
});

test('a change at either end is told by the states there, not as a transition', () => {
  const preview = previewSchedule(
    scheduleTimes(),
    'office',
    '2026-10-23T06:00:00.000Z',
    '2026-10-23T17:00:00.000Z',
  );
  expect(preview).toMatchObject({ stateAtFrom: 'running', transitions: [], runningHours: 11 });
});

test('fractions of a second are cut off', () => {
  const preview = previewSchedule(
    scheduleTimes(),
    'office',
    '2026-10-23T16:59:59.900Z',
    '2026-10-23T18:00:00.900Z',
  );
  expect(preview).toMatchObject({
    from: '2026-10-23T16:59:59Z',
    until: '2026-10-23T18:00:00Z',
    runningHours: 0.0003,
  });
});

test('the text has a line a day, with what the clocks do', () => {
  const times = scheduleTimes({
    windows: [
      { days: ['mon-fri'], start: '08:00', end: '19:00' },
      { days: ['sat'], start: '22:00', end: '06:00' },
    ],
    exceptions: [
      { date: '2026-10-27', closed: true },
      {
        date: '2026-10-28',
        windows: [
          { start: '08:00', end: '12:30' },
          { start: '14:00', end: '16:00' },
        ],
      },
    ],
  });
  expect(schedulePreviewText(times, previewSchedule(times, 'office', ...week))).toBe(
    [
      'office in Europe/Madrid, from 2026-10-22T22:00:00Z until 2026-10-29T23:00:00Z',
      'Fri 2026-10-23  08:00-19:00 CEST               11 h',
      'Sat 2026-10-24  22:00-24:00 CEST                2 h',
      'Sun 2026-10-25  00:00 CEST-06:00 CET            7 h  clocks go back from 03:00 to 02:00',
      'Mon 2026-10-26  08:00-19:00 CET                11 h',
      'Tue 2026-10-27  off                                  closed',
      'Wed 2026-10-28  08:00-12:30, 14:00-16:00 CET  6.5 h',
      'Thu 2026-10-29  08:00-19:00 CET                11 h',
      'On for 48.5 h of 169 h (29 %)',
    ].join('\n'),
  );
});

test('a date that the zone skipped has no line', () => {
  const times = scheduleTimes({ timezone: 'Pacific/Apia', mode: 'always', windows: [] });
  const preview = previewSchedule(
    times,
    'apia',
    '2011-12-29T10:00:00.000Z',
    '2011-12-31T10:00:00.000Z',
  );
  const text = schedulePreviewText(times, preview);
  expect(text).toContain('Thu 2011-12-29');
  expect(text).not.toContain('2011-12-30');
  expect(text).toContain('Sat 2011-12-31');
  expect(text).toContain('On for 48 h of 48 h (100 %)');
});

test.each([
  { timezone: 'Europe/Madrid', name: 'CEST' },
  { timezone: 'America/New_York', name: 'EDT' },
  { timezone: 'Asia/Kolkata', name: 'IST' },
  { timezone: 'UTC', name: 'UTC' },
  { timezone: 'America/Sao_Paulo', name: 'UTC-03:00' },
])('the time in $timezone in summer is called $name', ({ timezone, name }) => {
  expect(zoneAbbreviation(timezone, '2026-07-01T12:00:00.000Z')).toBe(name);
});

const scheduleYaml = `apiVersion: devinstance.io/v1alpha1
kind: Schedule
metadata: {name: madrid-office}
spec:
  timezone: Europe/Madrid
  windows: [{days: [mon-fri], start: "08:00", end: "19:00"}]
`;

async function runPreview(
  options: Partial<Parameters<typeof runSchedulePreview>[0]>,
  yaml = scheduleYaml,
): Promise<{ exitCode: number; out: string; err: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'schedule-preview-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'madrid-office.yaml');
  await writeFile(file, yaml);
  const written = { out: '', err: '' };
  const exitCode = await runSchedulePreview(
    {
      file,
      from: '2026-10-23T00:00:00+02:00',
      until: '2026-10-26T00:00:00+01:00',
      output: 'text',
      ...options,
    },
    {
      out: (text) => {
        written.out += text;
      },
      err: (text) => {
        written.err += text;
      },
    },
  );
  return { exitCode, ...written };
}

test('the command prints one JSON object', async () => {
  const { exitCode, out, err } = await runPreview({ output: 'json' });
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  expect(JSON.parse(out)).toMatchObject({
    name: 'madrid-office',
    from: '2026-10-22T22:00:00Z',
    until: '2026-10-25T23:00:00Z',
    runningHours: 11,
  });
});

test('the command prints text for people', async () => {
  const { exitCode, out } = await runPreview({});
  expect(exitCode).toBe(0);
  expect(out).toMatch(/^madrid-office in Europe\/Madrid.*\nFri 2026-10-23 {2}08:00-19:00 CEST/);
  expect(out).toMatch(/\)\n$/);
});

test.each([
  { from: '2026-10-23', says: '--from 2026-10-23 has no time' },
  { from: '2026-10-23T09:00', says: 'has no offset' },
  { from: 'tomorrow', says: '--from tomorrow is not an instant' },
  { from: '2026-02-30T09:00:00Z', says: 'is not an instant' },
  { until: '2026-13-01T09:00:00Z', says: '--until 2026-13-01T09:00:00Z is not an instant' },
])('$says: wrong usage with an example', async ({ says, ...options }) => {
  await expect(runPreview(options)).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringContaining(says),
    hint: expect.stringContaining('2026-10-23T07:00:00Z'),
  });
});

test('an end before the beginning is wrong usage', async () => {
  await expect(runPreview({ until: '2026-10-22T22:00:00Z' })).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringContaining('is not after'),
  });
});

test.each([
  { it: 'no YAML', yaml: '{', says: 'madrid-office.yaml:' },
  {
    it: 'an unknown zone',
    yaml: scheduleYaml.replace('Europe/Madrid', 'Europe/Atlantis'),
    says: ':5:13 E_VALUE',
  },
  { it: 'a wrong day', yaml: scheduleYaml.replace('mon-fri', 'mo-fr'), says: ':6:21 E_' },
  { it: 'a wrong time', yaml: scheduleYaml.replace('19:00', '25:00'), says: ':6:52 E_' },
])('a file with $it is an error with its place', async ({ yaml, says }) => {
  const { exitCode, out, err } = await runPreview({}, yaml);
  expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
  expect(err).toContain(says);
});

test('a file of another name than its Schedule is previewed all the same', async () => {
  const { exitCode, out } = await runPreview({}, scheduleYaml.replace('madrid-office', 'other'));
  expect(exitCode).toBe(0);
  expect(out).toMatch(/^other in Europe/);
});

test('a file of another kind is refused', async () => {
  const developer =
    'apiVersion: devinstance.io/v1alpha1\nkind: Developer\nmetadata: {name: madrid-office}\nspec: {uid: 2000, gid: 2000}\n';
  await expect(runPreview({}, developer)).rejects.toMatchObject({
    message: expect.stringContaining('is a Developer, not a Schedule'),
  });
});

test('a file that is not there is an error', async () => {
  await expect(runPreview({ file: '/nowhere/office.yaml' })).rejects.toMatchObject({
    message: expect.stringContaining('/nowhere/office.yaml'),
  });
});

test('a preview of centuries is long, and nothing worse', () => {
  const times = scheduleTimes({ timezone: 'UTC', mode: 'never', windows: [] });
  const centuries = ['2000-01-01T00:00:00.000Z', '2400-01-01T00:00:00.000Z'] as const;
  const text = schedulePreviewText(times, previewSchedule(times, 'office', ...centuries));
  expect(text.split('\n')).toHaveLength(146_099);
});
