import type { SpecFile } from '../../controller/core/desired.ts';
import { manifest, specFile, validText } from '../support/spec-tree.ts';

/** A bad input of the catalogue: the file that is added to a valid fleet and where it is faulted. */
export interface BadInput {
  readonly number: number;
  readonly what: string;
  readonly file: SpecFile;
  /** `CODE line:column`, each in the order in which they are reported. */
  readonly expected: readonly string[];
}

const path = 'instances/bad-01.yaml';
const text = (content: string): SpecFile => specFile(path, content);
/** A DevInstance whose spec goes on after owner (line 5) and class (line 6) with these lines. */
const devInstance = (lines: string): SpecFile =>
  text(manifest('DevInstance', 'bad-01', `  owner: ada\n  class: standard\n${lines}`));
const owner = (value: string): SpecFile =>
  text(manifest('DevInstance', 'bad-01', `  owner: ${value}\n  class: standard\n`));
const named = (name: string): SpecFile =>
  text(manifest('DevInstance', name, '  owner: ada\n  class: standard\n'));
const raw = (...bytes: number[]): SpecFile => ({ path, bytes: new Uint8Array(bytes) });
const tagged = (key: string): SpecFile =>
  specFile(
    'classes/bad.yaml',
    validText.DevInstanceClass.replace('standard', 'bad').concat(`  tags: {${key}: x}\n`),
  );
const window = (line: string): SpecFile =>
  specFile(
    'schedules/bad.yaml',
    manifest('Schedule', 'bad', `  timezone: Europe/Madrid\n  windows:\n    - ${line}\n`),
  );
const header = 'apiVersion: devinstance.io/v1alpha1\n';

/** Cases 5–68 and 74–81 that need no file system; 1–4 and 8 are in the folder's tests. */
export const badInputs: readonly BadInput[] = [
  { number: 5, what: '17 KiB', file: text('#'.repeat(17_408)), expected: ['E_FILE 1:1'] },
  { number: 6, what: 'empty', file: text(''), expected: ['E_FILE 1:1'] },
  { number: 7, what: 'comments only', file: text('# a\n# b\n'), expected: ['E_FILE 1:1'] },
  {
    number: 9,
    what: 'a path outside',
    file: specFile('../bad-01.yaml', validText.DevInstance),
    expected: ['E_FILE 1:1'],
  },
  { number: 11, what: 'byte FF', file: raw(0x61, 0x0a, 0x62, 0xff), expected: ['E_ENCODING 2:2'] },
  { number: 12, what: 'UTF-16', file: raw(0xff, 0xfe, 0x61, 0), expected: ['E_ENCODING 1:1'] },
  { number: 13, what: 'NUL', file: text('a: b\0\n'), expected: ['E_ENCODING 1:5'] },
  { number: 14, what: 'BEL', file: text('a: b\n# \x07\n'), expected: ['E_ENCODING 2:3'] },
  { number: 15, what: 'bidi in owner', file: owner('a\u202eda'), expected: ['E_ENCODING 5:11'] },
  { number: 16, what: 'interior BOM', file: owner('\ufeffada'), expected: ['E_ENCODING 5:10'] },
  { number: 17, what: 'lone CR', file: text('a: b\rc: d\n'), expected: ['E_ENCODING 1:5'] },
  { number: 18, what: 'lone surrogate', file: owner('"\\uD800"'), expected: ['E_ENCODING 5:10'] },
  { number: 19, what: 'zero-width', file: named('bad\u200b-01'), expected: ['E_ENCODING 3:21'] },
  { number: 20, what: 'Cyrillic а', file: named('b\u0430d-01'), expected: ['E_ENCODING 3:18'] },
  { number: 21, what: 'a key twice', file: text('a: 1\na: 2\n'), expected: ['E_YAML 2:1'] },
  { number: 22, what: 'a and "a"', file: text('a: 1\n"a": 2\n'), expected: ['E_YAML 2:1'] },
  { number: 23, what: '1 and "1"', file: text('1: x\n"1": y\n'), expected: ['E_YAML 2:1'] },
  { number: 24, what: 'tab indent', file: text('a:\n\tb: 1\n'), expected: ['E_YAML 2:1'] },
  { number: 25, what: 'unclosed quote', file: text('a: "b\nc: d\n'), expected: ['E_YAML 1:4'] },
  { number: 26, what: '"\\q"', file: text('a: "x\\q"\n'), expected: ['E_YAML 1:4'] },
  { number: 27, what: 'a: b: c', file: text('a: b: c\n'), expected: ['E_YAML 1:4'] },
  { number: 28, what: 'two documents', file: text('a: 1\n---\nb: 2\n'), expected: ['E_YAML 2:1'] },
  { number: 29, what: '--- twice', file: text('---\n---\na: 1\n'), expected: ['E_YAML 2:1'] },
  { number: 30, what: '%YAML 1.1', file: text('%YAML 1.1\n---\na: 1\n'), expected: ['E_YAML 1:1'] },
  { number: 31, what: '%YAML 9.9', file: text('%YAML 9.9\n---\na: 1\n'), expected: ['E_YAML 1:1'] },
  { number: 32, what: '%TAG', file: text('%TAG ! x:\n---\na: 1\n'), expected: ['E_YAML 1:1'] },
  { number: 33, what: '[ × 8192', file: text('['.repeat(8192)), expected: ['E_YAML 1:9'] },
  { number: 34, what: '? × 400', file: text('? '.repeat(400)), expected: ['E_YAML 1:1'] },
  { number: 35, what: '" × 16384', file: text('"'.repeat(16_384)), expected: ['E_YAML 1:3'] },
  {
    number: 36,
    what: 'depth 9',
    file: text('a: {b: {c: {d: {e: {f: {g: {h: {i: 1}}}}}}}}\n'),
    expected: ['E_YAML 1:32'],
  },
  { number: 37, what: 'root list', file: text('- a\n'), expected: ['E_YAML 1:1'] },
  { number: 38, what: 'root null', file: text('null\n'), expected: ['E_YAML 1:1'] },
  {
    number: 39,
    what: 'billion laughs',
    file: text('a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n'),
    expected: ['E_REFERENCE 1:4'],
  },
  { number: 40, what: 'one alias', file: text('a: &x 1\nb: *x\n'), expected: ['E_REFERENCE 1:4'] },
  { number: 41, what: 'unused anchor', file: owner('&me ada'), expected: ['E_REFERENCE 5:10'] },
  { number: 42, what: 'cyclic alias', file: text('a: &a [*a]\n'), expected: ['E_REFERENCE 1:4'] },
  { number: 43, what: 'undefined alias', file: owner('*ada'), expected: ['E_REFERENCE 5:10'] },
  { number: 44, what: '<<', file: devInstance('  <<: {a: b}\n'), expected: ['E_REFERENCE 7:3'] },
  {
    number: 45,
    what: '!!js/function',
    file: owner("!!js/function 'x'"),
    expected: ['E_REFERENCE 5:10'],
  },
  { number: 46, what: '!!binary', file: owner('!!binary YWRh'), expected: ['E_REFERENCE 5:10'] },
  {
    number: 47,
    what: '!!int "7"',
    file: devInstance('  rootVolume: {sizeGiB: !!int "7"}\n'),
    expected: ['E_REFERENCE 7:25'],
  },
  {
    number: 48,
    what: '__proto__',
    file: devInstance('  __proto__: {}\n'),
    expected: ['E_SCHEMA 7:3'],
  },
  {
    number: 49,
    what: 'constructor',
    file: devInstance('  constructor: x\n'),
    expected: ['E_SCHEMA 7:3'],
  },
  {
    number: 50,
    what: 'a typo',
    file: devInstance('  instanceTpye: t3.large\n'),
    expected: ['E_SCHEMA 7:3'],
  },
  {
    number: 51,
    what: 'missing owner',
    file: text(manifest('DevInstance', 'bad-01', '  class: standard\n')),
    expected: ['E_SCHEMA 5:3'],
  },
  ...(
    [
      [52, '"200"'],
      [53, '.nan'],
      [54, '1e400'],
      [55, '0x32'],
      [56, '0777'],
      [57, '200.0'],
      [58, '-5'],
    ] as const
  ).map(([number, size]) => ({
    number,
    what: `size ${size}`,
    file: devInstance(`  rootVolume: {sizeGiB: ${size}}\n`),
    expected: ['E_SCHEMA 7:25'],
  })),
  {
    number: 59,
    what: 'wrong apiVersion',
    file: text(validText.DevInstance.replace('v1alpha1', 'v1').replace('good', 'bad')),
    expected: ['E_SCHEMA 1:13'],
  },
  {
    number: 60,
    what: 'wrong kind',
    file: text(`${header}kind: DevInstanec\nmetadata: {name: bad-01}\nspec: {}\n`),
    expected: ['E_SCHEMA 2:7'],
  },
  {
    number: 61,
    what: 'null spec',
    file: text(`${header}kind: DevInstance\nmetadata: {name: bad-01}\nspec:\n`),
    expected: ['E_SCHEMA 4:1'],
  },
  { number: 62, what: 'name ≠ file', file: named('other-01'), expected: ['E_VALUE 3:18'] },
  {
    number: 63,
    what: '65-character name',
    file: specFile(
      `instances/${'a'.repeat(65)}.yaml`,
      validText.DevInstance.replace('good-01', 'a'.repeat(65)),
    ),
    expected: ['E_VALUE 3:18'],
  },
  { number: 64, what: 'name $(id)', file: named('$(id)'), expected: ['E_VALUE 3:18'] },
  { number: 65, what: 'markup in owner', file: owner('<img onerror>'), expected: ['E_VALUE 5:10'] },
  { number: 66, what: 'newline in owner', file: owner('"ada\\nx"'), expected: ['E_VALUE 5:10'] },
  {
    number: 67,
    what: 'a name twice',
    file: specFile('zone/ubuntu.yaml', validText.ImageChannel),
    expected: ['E_VALUE 3:18'],
  },
  {
    number: 68,
    what: 'a type that is not allowed',
    file: devInstance('  instanceType: p5.48xlarge\n'),
    expected: ['E_VALUE 7:17'],
  },
  {
    number: 74,
    what: 'Mars/Phobos',
    file: specFile(
      'schedules/bad.yaml',
      manifest('Schedule', 'bad', '  timezone: Mars/Phobos\n  mode: never\n'),
    ),
    expected: ['E_VALUE 5:13'],
  },
  {
    number: 75,
    what: '25:00',
    file: window('{days: [mon], start: "08:00", end: "25:00"}'),
    expected: ['E_VALUE 7:42'],
  },
  {
    number: 76,
    what: 'start = stop',
    file: window('{days: [mon], start: "08:00", end: "08:00"}'),
    expected: ['E_VALUE 7:42'],
  },
  {
    number: 77,
    what: 'a weekday twice',
    file: window('{days: [mon-fri, wed], start: "08:00", end: "19:00"}'),
    expected: ['E_VALUE 7:24'],
  },
  { number: 78, what: 'aws: tag', file: tagged('"aws:x"'), expected: ['E_VALUE 10:10'] },
  {
    number: 79,
    what: 'reserved tag',
    file: tagged('"devinstance:fleet"'),
    expected: ['E_VALUE 10:10'],
  },
  {
    number: 80,
    what: 'user-data injection',
    file: devInstance('  environment: {A: "\\n--BOUNDARY\\n#include http://x"}\n'),
    expected: ['E_VALUE 7:20'],
  },
  {
    number: 81,
    what: 'the metadata address',
    file: specFile(
      'classes/bad.yaml',
      validText.DevInstanceClass.replace('standard', 'bad').concat(
        '  aptMirror: https://169.254.169.254/ubuntu\n',
      ),
    ),
    expected: ['E_VALUE 10:14'],
  },
];
