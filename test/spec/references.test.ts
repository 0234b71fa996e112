import { expect, test } from 'vitest';
import type { SpecFile } from '../../controller/core/desired.ts';
import { parseSpecs } from '../../controller/core/spec/parse-specs.ts';
import { manifest, specFile, treeWith, validText } from '../support/spec-tree.ts';

const instance = (name: string, body = '  owner: ada\n  class: standard\n'): SpecFile =>
  specFile(`instances/${name}.yaml`, manifest('DevInstance', name, body));

const places = (files: readonly SpecFile[]): readonly string[] =>
  parseSpecs(files).problems.map(
    ({ file, line, column, code }) => `${file}:${line}:${column} ${code}`,
  );

test.each([
  ['developers/ada.yaml', 'uid: 10001', 'uid: 5'],
  ['classes/standard.yaml', 't3.xlarge', 'm5.large'],
  ['schedules/office.yaml', 'Europe/Madrid', 'Europe/Atlantis'],
  ['images/ubuntu.yaml', 'x86_64', 'riscv'],
])(
  'a fault in %s is reported there alone, and its DevInstances stay present',
  (path, right, wrong) => {
    const kind = {
      d: 'Developer',
      c: 'DevInstanceClass',
      s: 'Schedule',
      i: 'ImageChannel',
    } as const;
    const text = validText[kind[path.charAt(0) as keyof typeof kind]];
    const files = treeWith(specFile(path, text.replace(right, wrong)), instance('good-02'));

    const { desired, problems } = parseSpecs(files);

    expect(problems.map(({ file }) => file)).toEqual([path]);
    expect([...(desired?.invalid.keys() ?? [])].sort()).toEqual(['good-01', 'good-02']);
    expect(desired?.invalid.get('good-01')).toContain(path);
    expect(desired?.devInstances.size).toBe(0);
  },
);

test('a missing class is named with the one that was meant', () => {
  const [problem] = parseSpecs(
    treeWith(instance('bad-01', '  owner: ada\n  class: standrad\n')),
  ).problems;
  expect(problem).toMatchObject({ line: 6, column: 10, code: 'E_VALUE' });
  expect(problem?.fix).toContain('standard');
});

test('a class that could not be read does not make its DevInstances faulty', () => {
  const refused = { path: 'classes/standard.yaml', refused: 'links are not followed' };
  const { desired, problems } = parseSpecs(treeWith(refused));
  expect(problems.map(({ file }) => file)).toEqual(['classes/standard.yaml']);
  expect(desired?.invalid.has('good-01')).toBe(true);
});

test.each([
  ['a link', { path: 'instances/lost-01.yaml', refused: 'links are not followed' }],
  ['another ending', specFile('instances/lost-01.yml', validText.DevInstance)],
  ['broken YAML', specFile('instances/lost-01.yaml', 'kind: "DevInstance\n')],
  ['YAML that says nothing', specFile('instances/lost-01.yaml', '[[[')],
  ['an unknown kind', specFile('instances/lost-01.yaml', manifest('Devinstance', 'x', '  a: 1\n'))],
  [
    'two documents',
    specFile('a.yaml', `${validText.DevInstance}---\n${manifest('DevInstance', 'lost-01', '')}`),
  ],
  [
    'another file name',
    specFile('instances/b.yaml', manifest('DevInstance', 'lost-01', '  a: 1\n')),
  ],
])('a DevInstance counts as present behind %s', (_what, file) => {
  expect(parseSpecs(treeWith(file)).desired?.invalid.has('lost-01')).toBe(true);
});

test('a broken file of another kind is no DevInstance', () => {
  const file = specFile('schedules/night.yaml', 'kind: Schedule\nspec: {{\n');
  expect(parseSpecs(treeWith(file)).desired?.invalid.has('night')).toBe(false);
});

test('the later of two of a name is faulted, names the earlier, and neither is followed', () => {
  const { desired, problems } = parseSpecs(
    treeWith(specFile('a/good-01.yaml', validText.DevInstance)),
  );
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({ file: 'instances/good-01.yaml', line: 3, column: 18 });
  expect(problems[0]?.message).toContain('a/good-01.yaml');
  expect(desired?.invalid.has('good-01')).toBe(true);
});

test('names that differ in case only are refused', () => {
  const file = specFile('Instances/good-01.yaml', validText.DevInstance);
  expect(places(treeWith(file))).toEqual(['instances/good-01.yaml:1:1 E_FILE']);
});

test('problems stand in the order of path, line and column', () => {
  const files = treeWith(
    specFile(
      'b.yaml',
      validText.Developer.replace('uid: 10001', 'uid: x').replace('name: ada', 'name: Ada'),
    ),
    specFile('a.yaml', ''),
  );
  expect(places(files)).toEqual([
    'a.yaml:1:1 E_FILE',
    'b.yaml:3:18 E_VALUE',
    'b.yaml:5:8 E_SCHEMA',
  ]);
});

test('without a Fleet nothing is desired, and the folder is faulted', () => {
  const files = treeWith().filter(({ path }) => path !== 'fleet.yaml');
  const { desired, problems } = parseSpecs(files, { folder: 'specs/' });
  expect(desired).toBeUndefined();
  expect(problems).toMatchObject([{ file: 'specs', line: 1, column: 1, code: 'E_VALUE' }]);
});

test('a Fleet that is invalid is one problem', () => {
  const fleet = specFile('fleet.yaml', validText.Fleet.replace('eu-west-1', 'mars'));
  const { desired, problems } = parseSpecs(treeWith(fleet));
  expect(desired).toBeUndefined();
  expect(problems).toHaveLength(1);
});

test('of two Fleets none is followed', () => {
  const second = specFile('x.yaml', validText.Fleet);
  const { desired, problems } = parseSpecs(treeWith(second));
  expect(desired).toBeUndefined();
  expect(problems).toMatchObject([{ file: 'x.yaml', line: 2, column: 7, code: 'E_VALUE' }]);
});

test('a folder that could not be looked into makes the tree incomplete', () => {
  const { desired } = parseSpecs(treeWith({ path: 'team/', refused: 'links are not followed' }));
  expect(desired?.incomplete).toContain('team/');
  expect(parseSpecs(treeWith()).desired?.incomplete).toBeUndefined();
});

test('a byte-order mark, CRLF and one leading --- are accepted', () => {
  const text = `\ufeff---\n${validText.DevInstance}`.replaceAll('\n', '\r\n');
  const { desired, problems } = parseSpecs(treeWith(specFile('instances/good-01.yaml', text)));
  expect(problems).toEqual([]);
  expect(desired?.devInstances.has('good-01')).toBe(true);
});

const neverOff = '  schedule: {mode: always}\n';
const allWeek = '{days: [mon-sun], start: "00:00", end: "24:00"}';

test.each([
  [neverOff, 7, 20],
  [`${neverOff}  upgrade: {when: off-hours}\n`, 8, 19],
  [`  schedule: {timezone: UTC, windows: [${allWeek}]}\n`, 7, 38],
  [
    '  schedule: {timezone: UTC, windows: [{days: [mon-sun], start: "08:00", end: "07:59"}]}\n',
    7,
    38,
  ],
])('off-hours that never come are warned of: %s', (lines, line, column) => {
  const { desired, problems } = parseSpecs(
    treeWith(instance('x', `  owner: ada\n  class: standard\n${lines}`)),
  );
  expect(problems).toMatchObject([
    { file: 'instances/x.yaml', line, column, severity: 'warning', code: 'W_NEVER_OFF' },
  ]);
  expect(desired?.devInstances.has('x')).toBe(true);
});

test.each([
  '  schedule: {mode: never}\n',
  `${neverOff}  upgrade: {when: any-time}\n`,
  '  schedule: {timezone: UTC, windows: [{days: [mon-sun], start: "08:00", end: "07:58"}]}\n',
  `  schedule: {timezone: UTC, windows: [${allWeek}], exceptions: [{date: "2026-12-25", closed: true}]}\n`,
  '  schedule: {timezone: UTC, windows: [{days: ["mon#1"], start: "00:00", end: "24:00"}]}\n',
])('no warning where a machine is off at times: %s', (lines) => {
  const file = instance('x', `  owner: ada\n  class: standard\n${lines}`);
  expect(places(treeWith(file))).toEqual([]);
});

test('a class is warned once, not each of its DevInstances', () => {
  const text = validText.DevInstanceClass.replace('{ref: office}', '{mode: always}');
  expect(places(treeWith(specFile('classes/standard.yaml', text), instance('x')))).toEqual([
    'classes/standard.yaml:9:20 W_NEVER_OFF',
  ]);
});

test('a zone with an inverted sign is warned of', () => {
  const text = validText.Schedule.replace('Europe/Madrid', 'Etc/GMT+5');
  expect(places(treeWith(specFile('schedules/office.yaml', text)))).toEqual([
    'schedules/office.yaml:5:13 W_ZONE_SIGN',
  ]);
});
