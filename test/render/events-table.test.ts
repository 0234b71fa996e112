import { expect, test } from 'vitest';
import type { FleetEvent } from '../../controller/core/event.ts';
import { plusMillis } from '../../controller/core/instant.ts';
import { ageText } from '../../controller/render/age.ts';
import { eventLines, eventsJson, eventsTable } from '../../controller/render/events-table.ts';
import { plain } from '../../controller/render/paint.ts';

const now = '2026-11-23T09:00:00.000Z';
const started: FleetEvent = {
  name: 'ada-01',
  at: '2026-11-23T07:00:00.000Z',
  type: 'Normal',
  reason: 'MachineStarted',
  message: 'started i-1: window mon-fri 08:00-19:00 Europe/Madrid',
};
const refused: FleetEvent = {
  name: 'barbara-01',
  at: '2026-11-23T08:59:20.000Z',
  type: 'Warning',
  reason: 'ActionRefused',
  message: 'launch was refused: \u001b[2J\nno',
};
const timezoneOf = (name: string) => (name === 'ada-01' ? 'Europe/Madrid' : 'America/New_York');
const marks = {
  ...plain,
  yellow: (text: string) => `Y<${text}>`,
  bold: (text: string) => `B<${text}>`,
};

test('the table has ages, local times, and nothing that steers a terminal', () => {
  expect(eventsTable([started, refused], { now, timezoneOf }, plain)).toBe(
    [
      'AGE  TIME                TYPE     REASON          NAME        MESSAGE',
      '2h   Mon 08:00 Madrid    Normal   MachineStarted  ada-01      started i-1: window mon-fri 08:00-19:00 Europe/Madrid',
      '40s  Mon 03:59 New York  Warning  ActionRefused   barbara-01  launch was refused: \\u{1b}[2J\\u{a}no',
      '',
    ].join('\n'),
  );
});

test('only warnings are painted', () => {
  const lines = eventsTable([started, refused], { now, timezoneOf }, marks).split('\n');
  expect(lines.map((line) => line.slice(0, 2))).toEqual(['B<', '2h', 'Y<', '']);
});

test('no events are said to be none', () => {
  expect(eventsTable([], { now, timezoneOf }, plain)).toBe('no events\n');
  expect(eventLines([], now, plain)).toEqual(['none']);
});

test('the events of one DevInstance have the columns of kubectl', () => {
  expect(eventLines([started, refused], now, plain)).toEqual([
    'Type     Reason          Age  From        Message',
    'Normal   MachineStarted  2h   controller  started i-1: window mon-fri 08:00-19:00 Europe/Madrid',
    'Warning  ActionRefused   40s  controller  launch was refused: \\u{1b}[2J\\u{a}no',
  ]);
  expect(eventLines([started, refused], now, marks)[2]).toMatch(/^Y</);
  expect(eventLines([{ ...started, source: 'command' }], now, plain)[1]).toContain('2h   command');
});

test('events as JSON are one array', () => {
  expect(JSON.parse(eventsJson([started, refused]))).toEqual([started, refused]);
});

test.each([
  [-5, '0s'],
  [119, '119s'],
  [120, '2m'],
  [7_199, '119m'],
  [7_200, '2h'],
  [172_799, '47h'],
  [172_800, '2d'],
])('what was %i seconds ago is %s old', (seconds, age) => {
  expect(ageText(plusMillis(now, -seconds * 1_000), now)).toBe(age);
});
