import { expect, test } from 'vitest';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import { parseSpecs } from '../../controller/core/spec/parse-specs.ts';
import { manifest, specFile, treeWith, validText } from '../support/spec-tree.ts';

/** The effective spec of a DevInstance with these lines, over a class with those. */
function resolve(own: string, ofClass = '', schedule: string = validText.Schedule): EffectiveSpec {
  const { desired, problems } = parseSpecs(
    treeWith(
      specFile('x/x.yaml', manifest('DevInstance', 'x', `  owner: ada\n  class: big\n${own}`)),
      specFile(
        'x/big.yaml',
        manifest('DevInstanceClass', 'big', `${classLines(ofClass)}${ofClass}`),
      ),
      specFile('schedules/office.yaml', schedule),
      specFile('x/night.yaml', validText.Schedule.replace('name: office', 'name: night')),
    ),
  );
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const spec = desired?.devInstances.get('x');
  if (spec === undefined) throw new Error('the DevInstance was not resolved');
  return spec;
}

/** The class's required lines without those that the test writes itself. */
function classLines(written: string): string {
  const lines = [
    '  subnets: [subnet-0123456789abcdef0]',
    '  securityGroups: [sg-0123456789abcdef0]',
    '  instanceTypes: {default: t3.xlarge, allowed: ["t3.*"]}',
    '  image: {channel: ubuntu}',
    '  schedule: {ref: office}',
  ];
  const isWritten = (line: string) => written.includes(`  ${line.trim().split(':')[0]}:`);
  return lines
    .filter((line) => !isWritten(line))
    .map((line) => `${line}\n`)
    .join('');
}

test('what nobody writes has the default of the format', () => {
  expect(resolve('')).toEqual({
    name: 'x',
    labels: {},
    owner: { name: 'ada', uid: 10_001, gid: 10_001, shell: '/bin/bash', groups: [] },
    className: 'big',
    subnets: ['subnet-0123456789abcdef0'],
    securityGroups: ['sg-0123456789abcdef0'],
    instanceType: 't3.xlarge',
    fallbackTypes: [],
    rootVolume: { sizeGib: 150, type: 'gp3' },
    homeVolume: { sizeGib: 100, maxSizeGib: 1000, type: 'gp3' },
    schedule: {
      source: 'office',
      timezone: 'Europe/Madrid',
      windows: [{ days: ['mon-fri'], start: '08:00', end: '19:00' }],
      exceptions: [],
      actions: 'both',
      manualStartHoldMinutes: 240,
      manualStop: 'until-next-window',
      notifyBeforeMinutes: 30,
    },
    image: { channel: 'ubuntu' },
    upgrade: { when: 'off-hours' },
    lifecycle: 'active',
    environment: {},
    efsMounts: [],
    tags: {},
    readyWithinMinutes: 15,
    rollbackWindowMinutes: 4320,
    keepHomeSnapshots: 3,
    maxOverrideMinutes: 10_080,
  });
});

test('objects merge field by field', () => {
  const { rootVolume, homeVolume, environment } = resolve(
    '  rootVolume: {sizeGiB: 200}\n  homeVolume: {sizeGiB: 300}\n  environment: {A: own, B: own}\n',
    '  rootVolume: {type: gp2}\n  homeVolume: {iops: 4000, maxSizeGiB: 400}\n  environment: {B: class, C: class}\n',
  );
  expect(rootVolume).toEqual({ sizeGib: 200, type: 'gp2' });
  expect(homeVolume).toEqual({ sizeGib: 300, maxSizeGib: 400, type: 'gp3', iops: 4000 });
  expect(environment).toEqual({ A: 'own', B: 'own', C: 'class' });
});

test('the image replaces the whole of the class image', () => {
  const id = 'ami-0123456789abcdef0';
  expect(resolve(`  image: {id: ${id}}\n`).image).toEqual({ id, allowExpired: false });
  expect(resolve('', `  image: {id: ${id}, allowExpired: true}\n`).image).toEqual({
    id,
    allowExpired: true,
  });
});

test('a source of its own replaces that of the class, its exceptions with it', () => {
  const ofClass =
    '  schedule: {timezone: UTC, windows: [{days: [mon], start: "01:00", end: "02:00"}], exceptions: [{date: "2026-12-25", closed: true}]}\n';
  expect(resolve('  schedule: {mode: never}\n', ofClass).schedule).toMatchObject({
    source: 'never',
    mode: 'never',
    timezone: 'UTC',
    windows: [],
    exceptions: [],
  });
  expect(resolve('', ofClass).schedule).toMatchObject({
    source: 'inline',
    exceptions: [{ date: '2026-12-25', closed: true }],
  });
  expect(resolve('  schedule: {ref: night}\n', ofClass).schedule.source).toBe('night');
});

test('behaviour comes from the nearest of DevInstance, class and Schedule', () => {
  const schedule = `${validText.Schedule}  manualStart: {hold: 1h}\n  maxUptime: 10h\n  notifyBefore: 5m\n`;
  const ofClass = '  schedule: {ref: office, manualStart: {hold: 2h}, maxUptime: 20h}\n';
  expect(
    resolve('  schedule: {manualStart: {hold: 0}}\n', ofClass, schedule).schedule,
  ).toMatchObject({
    source: 'office',
    manualStartHoldMinutes: 0,
    maxUptimeMinutes: 1200,
    notifyBeforeMinutes: 5,
  });
});

test('the behaviour of a Schedule that is not used does not count', () => {
  const schedule = `${validText.Schedule}  maxUptime: 10h\n`;
  const own = '  schedule: {ref: night, idleStop: {after: 90m}, readyBy: {maxLead: 20m}}\n';
  const resolved = resolve(own, '', schedule).schedule;
  expect(resolved.maxUptimeMinutes).toBeUndefined();
  expect(resolved).toMatchObject({ idleStopAfterMinutes: 90, readyByMaxLeadMinutes: 20 });
});

test('an upgrade window is the times of its Schedule', () => {
  const ofClass = '  upgrade: {window: night}\n';
  expect(resolve('  upgrade: {when: window}\n', ofClass).upgrade).toMatchObject({
    when: 'window',
    window: { timezone: 'Europe/Madrid', exceptions: [] },
  });
  expect(resolve('', ofClass).upgrade).toEqual({ when: 'off-hours' });
});

test('midnight at the end of a window is 24:00', () => {
  const own =
    '  schedule: {timezone: UTC, windows: [{days: [mon], start: "20:00", end: "00:00"}]}\n';
  expect(resolve(own).schedule.windows).toEqual([{ days: ['mon'], start: '20:00', end: '24:00' }]);
});

test('the fleet and its channels have their defaults', () => {
  const { desired } = parseSpecs(treeWith());
  expect(desired?.fleet).toEqual({
    name: 'dev',
    region: 'eu-west-1',
    mode: 'observe',
    maxDisruptedPercent: 10,
    maxUnhealthyPercent: 20,
  });
  expect(desired?.channels.get('ubuntu')).toEqual({
    name: 'ubuntu',
    architecture: 'x86_64',
    follow: '/imagebuilder/ubuntu/candidate',
    allowedOwners: ['self'],
    deadlineMinutes: 10_080,
    waves: [
      { name: 'first', percent: 10, bake: { minutes: 1_440 } },
      { name: 'rest', percent: 100 },
    ],
    maxConcurrent: 4,
    abortOnFailures: 2,
    keep: 5,
  });
});
