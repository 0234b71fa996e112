import { expect, test } from 'vitest';
import { dutyPlace } from '../../controller/core/faults/duty-place.ts';
import { parseSpecs } from '../../controller/core/spec/parse-specs.ts';

const apiVersion = 'apiVersion: devinstance.io/v1alpha1';

function file(path: string, ...lines: readonly string[]) {
  return { path, bytes: new TextEncoder().encode(`${[apiVersion, ...lines].join('\n')}\n`) };
}

/** A fleet of ada-01 whose schedule stands where a case puts it, of a class that has one too. */
function sourcesOf(own: readonly string[], base: readonly string[], named: readonly string[] = []) {
  const { desired, problems } = parseSpecs([
    file('fleet.yaml', 'kind: Fleet', 'metadata: {name: dev}', 'spec: {region: eu-west-1}'),
    file('ada.yaml', 'kind: Developer', 'metadata: {name: ada}', 'spec: {uid: 10001, gid: 10001}'),
    file(
      'ubuntu.yaml',
      'kind: ImageChannel',
      'metadata: {name: ubuntu}',
      'spec: {architecture: x86_64, follow: /a/b}',
    ),
    file(
      'office.yaml',
      'kind: Schedule',
      'metadata: {name: office}',
      'spec:',
      '  timezone: Europe/Madrid',
      '  windows:',
      '    - {days: [mon], start: "08:00", end: "12:00"}',
      '    - {days: [tue], start: "08:00", end: "12:00"}',
      '  exceptions: [{date: "2026-12-25", closed: true}]',
      ...named,
    ),
    file(
      'standard.yaml',
      'kind: DevInstanceClass',
      'metadata: {name: standard}',
      'spec:',
      '  subnets: [subnet-0000000a]',
      '  securityGroups: [sg-00000001]',
      '  instanceTypes: {default: t3.xlarge, allowed: ["t3.*"]}',
      '  image: {channel: ubuntu}',
      '  schedule:',
      ...base,
    ),
    file(
      'ada-01.yaml',
      'kind: DevInstance',
      'metadata: {name: ada-01}',
      'spec:',
      '  owner: ada',
      '  class: standard',
      ...own,
    ),
  ]);
  if (desired?.sources === undefined || problems.some(({ severity }) => severity === 'error')) {
    throw new Error(JSON.stringify(problems));
  }
  return desired.sources;
}

const ofOffice = ['    ref: office'];

test.each<[string, Parameters<typeof sourcesOf>, readonly string[], string | undefined]>([
  ['a window of a Schedule', [[], ofOffice], ['windows', '1'], 'office.yaml:8:7'],
  ['its windows as a whole', [[], ofOffice], ['windows'], 'office.yaml:7:5'],
  ['an exception', [[], ofOffice], ['exceptions', '0'], 'office.yaml:9:16'],
  ['a mode in the class', [[], ['    mode: always']], ['mode'], 'standard.yaml:10:11'],
  [
    'a window in the DevInstance itself',
    [
      [
        '  schedule:',
        '    timezone: UTC',
        '    windows: [{days: [mon], start: "08:00", end: "12:00"}]',
      ],
      ofOffice,
    ],
    ['windows', '0'],
    'ada-01.yaml:9:15',
  ],
  [
    'a hold that the DevInstance says, though its windows are of the class',
    [['  schedule: {manualStart: {hold: 2h}}'], ofOffice],
    ['manualStart', 'hold'],
    'ada-01.yaml:7:34',
  ],
  [
    'a hold that the class says',
    [[], [...ofOffice, '    manualStart: {hold: 2h}']],
    ['manualStart', 'hold'],
    'standard.yaml:11:25',
  ],
  [
    'a hold that the Schedule says',
    [[], ofOffice, ['  manualStart: {hold: 2h}']],
    ['manualStart', 'hold'],
    'office.yaml:10:23',
  ],
  ['a hold that nothing says', [[], ofOffice], ['manualStart', 'hold'], undefined],
])('%s', (_, files, field, expected) => {
  const place = dutyPlace(sourcesOf(...files), { name: 'ada-01', className: 'standard' }, field);
  const text = place && `${place.file}:${place.line}:${place.column}`;
  expect(text?.replace(/^specs\//, '')).toBe(expected);
});
