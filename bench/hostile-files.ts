import { maxFileBytes } from '../controller/core/spec/text.ts';

const head = `apiVersion: devinstance.io/v1alpha1
kind: DevInstance
metadata: {name: bad-01}
spec:
`;
const machine = `${head}  owner: ada\n  class: standard\n`;

/** A pattern repeated to fill what a file may hold. */
function filled(before: string, pattern: string, after = ''): string {
  const room = maxFileBytes - before.length - after.length;
  return before + pattern.repeat(Math.floor(room / pattern.length)) + after;
}

/** As many lines as a file may hold, each with its number. */
function numbered(before: string, line: (index: number) => string): string {
  let text = before;
  for (let index = 0; ; index += 1) {
    const next = line(index);
    if (text.length + next.length > maxFileBytes) return text;
    text += next;
  }
}

/** Texts of at most 16 KiB that are slow for some parser, by what they are. */
export const hostileFiles: Readonly<Record<string, string>> = {
  'open brackets': filled('', '['),
  'open braces': filled('', '{'),
  'brackets closed again': '['.repeat(8192) + ']'.repeat(8192),
  'braces with keys': filled('a: ', '{a: '),
  'complex keys': filled('', '? '),
  'complex keys in a flow': filled('[', '? '),
  'double quotes': filled('', '"'),
  'single quotes': filled('', "'"),
  'backslashes in quotes': filled('a: "', '\\\\', '"'),
  'escapes in quotes': filled('a: "', '\\u0041', '"'),
  'list marks': filled('', '- '),
  'deep lines': numbered('', (index) => `${' '.repeat(index)}a:\n`),
  colons: filled('a', ': '),
  'one long word': filled('a: ', 'a'),
  'one long name': filled('metadata:\n  name: ', 'a'),
  'a hostile name': filled(`${head}  owner: `, 'a-', '!'),
  'block scalar': filled('a: |\n', '  a\n'),
  'folded scalar': filled('a: >\n', '  a\n\n'),
  'blank lines': filled('a: b', '\n'),
  spaces: filled('a:', ' '),
  comments: filled('', '#\n'),
  'billion laughs': numbered('a: &a [x]\n', (index) => `b${index}: &b${index} [*a, *a, *a]\n`),
  anchors: numbered('', (index) => `k${index}: &a${index} x\n`),
  'merge keys': filled('', '<<: {}\n'),
  tags: filled('', '!!str '),
  'document marks': filled('', '---\n'),
  directives: filled('', '%YAML 1.2\n'),
  'many keys': numbered('', (index) => `k${index}:\n`),
  'many unknown fields': numbered(machine, (index) => `  k${index}: 1\n`),
  'the same key': filled('', 'a:\n'),
  'many labels': numbered(`${machine}  environment:\n`, (index) => `    K${index}: v\n`),
  'many windows': numbered(
    `${machine}  schedule:\n    timezone: UTC\n    windows:\n`,
    () => '      - {days: [mon-sun], start: "08:00", end: "08:00"}\n',
  ),
  'many days': filled(
    `${machine}  schedule:\n    timezone: UTC\n    windows: [{start: "1", end: "2", days: [`,
    'mon,',
    ']}]\n',
  ),
  'many exceptions': numbered(
    `${machine}  schedule:\n    timezone: UTC\n    exceptions:\n`,
    (index) => `      - {date: "2026-13-${index}", closed: true}\n`,
  ),
  'numbers of a wrong form': numbered(machine, (index) => `  k${index}: 0x1\n`),
  'carriage returns': filled('a: b', '\r\n'),
  'wide characters': filled('a: ', '😀').slice(0, 4000),
  'flow pairs': filled('{', 'a,', '}'),
  'flow lists': filled('[', '[],', ']'),
};
