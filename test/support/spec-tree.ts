import type { SpecFile } from '../../controller/core/desired.ts';

/** A spec file with this text. */
export function specFile(path: string, text: string): SpecFile {
  return { path, bytes: new TextEncoder().encode(text) };
}

/** A manifest's text; the body is the YAML below `spec:`, indented by two. */
export function manifest(kind: string, name: string, body: string): string {
  return `apiVersion: devinstance.io/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec:\n${body}`;
}

/** The text of a valid manifest of each kind; the DevInstance is `good-01`. */
export const validText = {
  Fleet: manifest('Fleet', 'dev', '  region: eu-west-1\n'),
  Developer: manifest('Developer', 'ada', '  uid: 10001\n  gid: 10001\n'),
  Schedule: manifest(
    'Schedule',
    'office',
    '  timezone: Europe/Madrid\n  windows:\n    - {days: [mon-fri], start: "08:00", end: "19:00"}\n',
  ),
  ImageChannel: manifest(
    'ImageChannel',
    'ubuntu',
    '  architecture: x86_64\n  follow: /imagebuilder/ubuntu/candidate\n',
  ),
  DevInstanceClass: manifest(
    'DevInstanceClass',
    'standard',
    `  subnets: [subnet-0123456789abcdef0]
  securityGroups: [sg-0123456789abcdef0]
  instanceTypes: {default: t3.xlarge, allowed: ["t3.*"]}
  image: {channel: ubuntu}
  schedule: {ref: office}
`,
  ),
  DevInstance: manifest('DevInstance', 'good-01', '  owner: ada\n  class: standard\n'),
} as const;

/** A small fleet without a problem: one manifest of each kind. */
export const validTree: readonly SpecFile[] = [
  specFile('fleet.yaml', validText.Fleet),
  specFile('developers/ada.yaml', validText.Developer),
  specFile('schedules/office.yaml', validText.Schedule),
  specFile('images/ubuntu.yaml', validText.ImageChannel),
  specFile('classes/standard.yaml', validText.DevInstanceClass),
  specFile('instances/good-01.yaml', validText.DevInstance),
];

/** The small fleet with further files, or others in the place of its own. */
export function treeWith(...files: readonly SpecFile[]): readonly SpecFile[] {
  const replaced = new Set(files.map(({ path }) => path));
  return [...validTree.filter(({ path }) => !replaced.has(path)), ...files];
}
