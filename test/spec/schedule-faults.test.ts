import { expect, test } from 'vitest';
import { parseSpecs } from '../../controller/core/spec/parse-specs.ts';
import { manifest, specFile, treeWith } from '../support/spec-tree.ts';

const week = '  windows:\n    - ';
const officeHours = '{days: [mon-fri], start: "08:00", end: "19:00"}\n';

/** The problems of a Schedule whose spec is the text, as `severity code line:column message`. */
function problemsOf(body: string) {
  const path = 'schedules/bad.yaml';
  return parseSpecs(treeWith(specFile(path, manifest('Schedule', 'bad', body)))).problems;
}

const closed = (date: string) => `  exceptions:\n    - {date: "${date}", closed: true}\n`;

test.each([
  {
    it: 'an unknown zone',
    body: `  timezone: Europe/Atlantis\n${week}${officeHours}`,
    at: 'error E_VALUE 5:13',
    message: 'there is no time zone "Europe/Atlantis"',
    fix: 'Write an IANA name such as Europe/Madrid.',
  },
  {
    it: 'a zone whose sign is inverted',
    body: `  timezone: Etc/GMT+5\n${week}${officeHours}`,
    at: 'warning W_ZONE_SIGN 5:13',
    message: 'Etc/GMT+5 is behind UTC: the sign of Etc zones is inverted',
    fix: 'Write the name of a city in the zone.',
  },
  {
    it: 'a time that another reader made a number of minutes',
    body: `  timezone: UTC\n${week}{days: [mon], start: "08:00", end: 1140}\n`,
    at: 'error E_SCHEMA 7:42',
    message: 'end must be text, not 1140',
    fix: 'Write it like "19:00" or "24:00".',
  },
  {
    it: 'a time that is none',
    body: `  timezone: UTC\n${week}{days: [mon], start: "08:00", end: "25:00"}\n`,
    at: 'error E_VALUE 7:42',
    message: 'end "25:00" is not of the form that is wanted',
    fix: 'Write it like "19:00" or "24:00". Local time, to "24:00". An end before the start is on the next date.',
  },
  {
    it: 'a window that ends as it starts',
    body: `  timezone: UTC\n${week}{days: [mon], start: "08:00", end: "08:00"}\n`,
    at: 'error E_VALUE 7:42',
    message: 'the window starts and ends at 08:00',
    fix: 'Write different times; the whole day is "00:00" to "24:00".',
  },
  {
    it: 'a day listed twice',
    body: `  timezone: UTC\n${week}{days: [mon-fri, wed], start: "08:00", end: "19:00"}\n`,
    at: 'error E_VALUE 7:24',
    message: 'wed is listed twice',
    fix: 'Name each day once; ranges count too.',
  },
  {
    it: 'a date that is in no calendar',
    body: `  timezone: UTC\n  mode: always\n${closed('2026-02-29')}`,
    at: 'error E_VALUE 8:14',
    message: 'there is no date 2026-02-29',
    fix: 'Correct it.',
  },
  ...['Pacific/Apia', 'Pacific/Fakaofo'].map((timezone) => ({
    it: `a date that ${timezone} skipped`,
    body: `  timezone: ${timezone}\n  mode: always\n${closed('2011-12-30')}`,
    at: 'error E_VALUE 8:14',
    message: `there is no 2011-12-30 in ${timezone}: its clock skipped that date`,
    fix: 'Remove the exception.',
  })),
  {
    it: 'only the zone, where dates cannot be told',
    body: `  timezone: Pacific/Atlantis\n  mode: always\n${closed('2011-12-30')}`,
    at: 'error E_VALUE 5:13',
    message: 'there is no time zone "Pacific/Atlantis"',
    fix: 'Write an IANA name such as Europe/Madrid.',
  },
])('$it is located, and what to write instead is said', ({ body, at, message, fix }) => {
  const problems = problemsOf(body);
  const told = problems.map(({ severity, code, line, column }) => ({
    at: `${severity} ${code} ${line}:${column}`,
  }));
  expect(told).toEqual([{ at }]);
  expect(problems).toMatchObject([{ message, fix }]);
});

test.each(['2011-12-29', '2011-12-31'])('%s is a date in Apia', (date) => {
  expect(problemsOf(`  timezone: Pacific/Apia\n  mode: always\n${closed(date)}`)).toEqual([]);
});

test('a skipped date is an error in a schedule of one machine too', () => {
  const spec =
    '  owner: ada\n  class: standard\n  schedule:\n    timezone: Pacific/Apia\n' +
    '    windows: [{days: [mon], start: "08:00", end: "19:00"}]\n' +
    '    exceptions: [{date: "2011-12-30", closed: true}]\n';
  const file = specFile('instances/bad-01.yaml', manifest('DevInstance', 'bad-01', spec));
  expect(parseSpecs(treeWith(file)).problems).toMatchObject([
    {
      code: 'E_VALUE',
      line: 10,
      message: 'there is no 2011-12-30 in Pacific/Apia: its clock skipped that date',
    },
  ]);
});

test('a time without quotes is the text that it looks like, not a number of minutes', () => {
  const file = specFile(
    'schedules/office.yaml',
    manifest(
      'Schedule',
      'office',
      `  timezone: UTC\n${week}{days: [mon], start: 08:00, end: 19:00}\n`,
    ),
  );
  const { desired, problems } = parseSpecs(treeWith(file));
  expect(problems).toEqual([]);
  expect(desired?.devInstances.get('good-01')?.schedule.windows).toEqual([
    { days: ['mon'], start: '08:00', end: '19:00' },
  ]);
});
