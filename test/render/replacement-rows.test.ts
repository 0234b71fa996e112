import { expect, test } from 'vitest';
import type { Machine } from '../../controller/core/observed.ts';
import { inspect } from '../../controller/core/plan/inspect.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import { describeText } from '../../controller/render/describe-text.ts';
import { plain } from '../../controller/render/paint.ts';
import {
  hash,
  keptMachine,
  keptRecord,
  newImage,
  nextImage,
  oldImage,
  replacing,
  spec,
} from '../support/rolled.ts';
import { makeHome, makeMachine, makeRecord, makeWorld, mondayMorning } from '../support/world.ts';

/** The lines of one section of `describe`; none where it is not there. */
function section(
  title: string,
  record: Partial<DevInstanceRecord>,
  machines: readonly Machine[] = [makeMachine(spec)],
): readonly string[] {
  const world = makeWorld({
    records: [makeRecord(spec, record)],
    observed: { machines, homes: [makeHome(spec)] },
  });
  const [inspection] = inspect(world, makePlan(world), ['ada-01']);
  if (inspection === undefined) throw new Error('ada-01 is not known');
  const [, rest] = describeText(inspection, [], plain).split(`\n${title}\n`);
  const lines = rest?.split('\n') ?? [];
  const end = lines.findIndex((line) => !line.startsWith('  '));
  return lines.slice(0, end).map((line) => line.slice(2));
}

const off = { state: 'stopped', checks: 'none' } as const;
const before = '2026-11-23T08:50:00.000Z';

test('a replacement that begins', () => {
  const begun = replacing({ since: before, reasons: ['ami_superseded', 'spec_machine'] });
  expect(section('Replacement', { image: newImage, replacement: begun })).toEqual([
    'From   i-00000001 of ami-00000001 (ubuntu-24.04-1)',
    'To     ami-00000002 (ubuntu-24.04-2)',
    'Why    ami_superseded, spec_machine',
    'Since  Mon 09:50 Madrid (10m ago)',
    'Step   stopping i-00000001',
  ]);
});

test('a replacement whose machine is on its way has a deadline', () => {
  const replacement = replacing({
    since: before,
    snapshotId: 'snap-1',
    newId: 'i-00000002',
    launchedAt: '2026-11-23T08:57:00.000Z',
  });
  const newcomer = makeMachine(spec, { id: 'i-00000002', checks: 'initializing', devices: [] });
  expect(section('Replacement', { replacement }, [makeMachine(spec, off), newcomer])).toEqual([
    'From      i-00000001 of ami-00000001',
    'To        ami-00000002 (ubuntu-24.04-2), i-00000002',
    'Why       ami_superseded',
    'Since     Mon 09:50 Madrid (10m ago)',
    'Step      waiting for the status checks of i-00000002 until Mon 10:12 Madrid',
    'Deadline  Mon 10:12 Madrid',
  ]);
});

test('one that was never replaced has neither section', () => {
  expect(section('Replacement', {})).toEqual([]);
  expect(section('Kept', {})).toEqual([]);
});

test('what a person took it back from, and what failed, is said', () => {
  const denial = { at: before, actor: 'a\u001bda', image: nextImage };
  expect(section('Replacement', { denial })).toEqual([
    'Denied  ami-00000002 (ubuntu-24.04-2) since Mon 09:50 Madrid (10m ago), by a\\u{1b}da',
  ]);
  const ofSpec = { ...denial, specHash: hash };
  const setback = {
    target: { image: nextImage, specHash: hash },
    cause: 'unready',
    at: before,
    reason: 'i-00000002 was not ready in time',
    notBefore: '2026-11-23T12:00:00.000Z',
  } as const;
  expect(section('Replacement', { denial: ofSpec, setback })).toEqual([
    `Denied    ami-00000002 (ubuntu-24.04-2) and the spec ${hash} since Mon 09:50 Madrid (10m ago), by a\\u{1b}da`,
    'Last try  failed Mon 09:50 Madrid (10m ago): i-00000002 was not ready in time; next not before Mon 13:00 Madrid',
  ]);
});

test.each<readonly [string, Partial<DevInstanceRecord>, readonly Machine[], readonly string[]]>([
  [
    'can be returned to',
    { kept: keptRecord() },
    [keptMachine()],
    [
      'Machine  i-00000000, stopped',
      'Image    ami-00000000 (ubuntu-24.04-0)',
      'Until    Thu 10:00 Madrid',
      'Return   devinstance rollback ada-01',
    ],
  ],
  [
    'is what it was taken back from',
    {
      kept: keptRecord({ image: undefined }),
      denial: { at: mondayMorning, actor: 'ada', image: oldImage },
    },
    [keptMachine()],
    ['Machine  i-00000000, stopped', 'Image    ami-00000000', 'Until    Thu 10:00 Madrid'],
  ],
  [
    'is gone',
    { kept: keptRecord() },
    [],
    [
      'Machine  i-00000000, which was not found',
      'Image    ami-00000000 (ubuntu-24.04-0)',
      'Until    Thu 10:00 Madrid',
    ],
  ],
])('a kept machine that %s', (_, record, beside, lines) => {
  expect(section('Kept', record, [makeMachine(spec), ...beside])).toEqual(lines);
});

const { parameterVersion: _, ...unversioned } = newImage;

test.each([
  ['as the ledger knows it', newImage, 'ami-00000001 (ubuntu-24.04-1, parameter version 41)'],
  ['that no parameter named', unversioned, 'ami-00000001 (ubuntu-24.04-1)'],
  ['that has no name either', { ...unversioned, name: '' }, 'ami-00000001'],
  ['of another machine', oldImage, 'ami-00000001'],
])('an image %s is shown with what is known of it', (_, image, says) => {
  expect(section('Machine', { image })).toContain(`Image     ${says}`);
});
