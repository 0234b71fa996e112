import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import { inspect, knownNames } from '../../controller/core/plan/inspect.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import type { World } from '../../controller/core/plan/world.ts';
import { parseSpecs } from '../../controller/core/spec/parse-specs.ts';
import { listManifest, manifestOf, manifestText } from '../../controller/render/manifest.ts';
import { durationOf, specManifest } from '../../controller/render/spec-manifest.ts';
import { readSpecFiles } from '../../controller/sources/folder.ts';
import { smaller, spec, worldOf } from '../support/plan-case.ts';
import { specFile, manifest as specText, treeWith } from '../support/spec-tree.ts';
import { makeDesired, makeRecord, makeWorld } from '../support/world.ts';

const all = (world: World) => inspect(world, makePlan(world), knownNames(world));

function only(world: World) {
  const [inspection] = all(world).filter(({ name }) => name === 'ada-01');
  if (inspection === undefined) throw new Error('ada-01 is not known');
  return inspection;
}

test('a settled DevInstance, whole', () => {
  const manifest = manifestOf(only(worldOf({ what: '' })));
  expect(manifest).toMatchObject({
    apiVersion: 'devinstance.io/v1alpha1',
    kind: 'DevInstance',
    metadata: { name: 'ada-01', uid: 'uid-ada-01' },
    spec: {
      owner: 'ada',
      class: 'standard',
      instanceType: 't3.xlarge',
      rootVolume: { sizeGiB: 150, type: 'gp3' },
      homeVolume: { sizeGiB: 100, type: 'gp3' },
      image: { channel: 'ubuntu-24.04' },
      upgrade: { when: 'off-hours' },
      lifecycle: 'active',
    },
    status: {
      phase: 'Running',
      sync: 'Synced',
      health: 'Healthy',
      machine: { id: 'i-00000001', state: 'running', zone: 'eu-west-1a', checks: 'ok' },
      home: { id: 'vol-00000001', state: 'in-use', sizeGiB: 100, encrypted: true },
      resolved: { homeMaxSizeGiB: 1000, readyWithin: '15m' },
    },
  });
  expect(manifest['status']).not.toHaveProperty('holds');
  expect(manifest['status']).not.toHaveProperty('changes');
});

test('what is held is there with its moment and its remedy', () => {
  const since = '2026-11-20T09:00:00.000Z';
  const record = makeRecord(smaller, { holds: [{ reason: 'HomeShrinkRefused', since }] });
  const manifest = manifestOf(only(worldOf({ what: '', spec: smaller, record })));
  expect(manifest['status']).toMatchObject({
    holds: [{ reason: 'HomeShrinkRefused', since, remedy: expect.any(String) }],
    changes: [{ kind: 'change', withheldBy: 'HomeShrinkRefused' }],
  });
});

test('an invalid newcomer has no spec, and its conditions say why', () => {
  const desired = makeDesired([], { invalid: new Map([['new-01', 'new-01.yaml:1:1 bad']]) });
  const [inspection] = all(makeWorld({ desired, records: [] }));
  const manifest = inspection && manifestOf(inspection);
  expect(manifest).not.toHaveProperty('spec');
  expect(manifest).toMatchObject({ metadata: { name: 'new-01' } });
  expect(JSON.stringify(manifest)).toContain(
    '{"type":"SpecValid","status":"False","reason":"InvalidSpec","message":"new-01.yaml:1:1 bad"}',
  );
});

describe('as text', () => {
  const hostile = {
    ...spec,
    labels: { on: 'no', date: '2026-11-23' },
    environment: {
      QUOTES: `"'\\: # \u0007 ✓`,
      LONG: 'word '.repeat(60),
      NUMBER: '0x1F',
      NULL: '~',
    },
  };

  test.each(['yaml', 'json'] as const)('%s is read back as it was', (output) => {
    const world = worldOf({ what: '', spec: hostile });
    const one = manifestOf(only(world));
    expect(parse(manifestText(one, output))).toEqual(one);
    const list = listManifest(all(world));
    expect(parse(manifestText(list, output))).toEqual(list);
    expect(list).toMatchObject({ kind: 'List', apiVersion: 'v1', items: [one] });
  });

  test('YAML says the same to parsers of YAML 1.1, which know times and other booleans', () => {
    const one = manifestOf(only(worldOf({ what: '', spec: hostile })));
    const [document] = parseAllDocuments(manifestText(one, 'yaml'), { version: '1.1' });
    expect(document?.toJS()).toEqual(one);
  });

  test('YAML names nothing twice by reference', () => {
    const shared = { sizeGib: 150, type: 'gp3' } as const;
    const world = worldOf({ what: '', spec: { ...spec, rootVolume: shared } });
    expect(manifestText(listManifest(all(world)), 'yaml')).not.toMatch(/[&*]a\d/);
  });
});

describe('the spec in force, put into a file, asks for the same', () => {
  const specs = fileURLToPath(new URL('../../specs', import.meta.url));

  function specIn(files: Parameters<typeof parseSpecs>[0], name: string): EffectiveSpec {
    const { desired, problems } = parseSpecs(files);
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    const found = desired?.devInstances.get(name);
    if (found === undefined) throw new Error(`${name} is not there`);
    return found;
  }

  const asFile = (effective: EffectiveSpec) => {
    const { name, labels } = effective;
    const { apiVersion, kind } = manifestOf(only(worldOf({ what: '' })));
    const document = {
      apiVersion,
      kind,
      metadata: { name, labels },
      spec: specManifest(effective),
    };
    return specFile(`instances/${name}.yaml`, manifestText(document, 'yaml'));
  };

  test('for each of the sample fleet', () => {
    const files = readSpecFiles(specs);
    const names = [...(parseSpecs(files).desired?.devInstances.keys() ?? [])];
    expect(names).toHaveLength(10);
    for (const name of names) {
      const before = specIn(files, name);
      const others = files.filter(({ path }) => path !== `instances/${name}.yaml`);
      expect(specIn([...others, asFile(before)], name)).toEqual(before);
    }
  });

  test.each([
    [
      'an inline schedule',
      'schedule: {timezone: Asia/Tokyo, windows: [{days: [mon, "fri#L"], start: "22:00", end: "06:00"}], exceptions: [{date: "2026-12-25", closed: true}, {date: "2026-12-24", windows: [{start: "08:00", end: "12:00"}]}]}',
    ],
    ['a mode', 'schedule: {mode: always}'],
    [
      'behaviour',
      'schedule: {actions: start-only, manualStart: {hold: 90m}, manualStop: restart, idleStop: {after: 45m}, maxUptime: 3d, notifyBefore: 1h, readyBy: {maxLead: 20m}}',
    ],
    ['no hold', 'schedule: {manualStart: {hold: 0}}'],
    [
      'a home of its own',
      'homeVolume: {sizeGiB: 300, type: gp3, iops: 6000, throughput: 500, from: {snapshotId: snap-0123456789abcdef0}}',
    ],
    ['an image of its own', 'image: {id: ami-0123456789abcdef0, allowExpired: true}'],
    ['environment and lifecycle', 'lifecycle: suspended\n  environment: {A: "1", B: "yes"}'],
  ])('for %s', (_what, field) => {
    const text = specText(
      'DevInstance',
      'good-01',
      `  owner: ada\n  class: standard\n  ${field}\n`,
    );
    const before = specIn(treeWith(specFile('instances/good-01.yaml', text)), 'good-01');
    expect(specIn(treeWith(asFile(before)), 'good-01')).toEqual(before);
  });

  test.each([
    [0, '0'],
    [45, '45m'],
    [90, '90m'],
    [240, '4h'],
    [4320, '3d'],
  ])('%i minutes are %s', (minutes, text) => {
    expect(durationOf(minutes)).toBe(text);
  });
});
