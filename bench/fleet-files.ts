import type { DesiredFleet, SpecFile } from '../controller/core/desired.ts';
import { parseSpecs } from '../controller/core/spec/parse-specs.ts';

/** What a fleet of this size has beside its machines. */
const scheduleCount = 50;
const machinesPerDeveloper = 5;

const zones = [
  'Europe/Madrid',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Asia/Tokyo',
  'Europe/London',
  'America/Los_Angeles',
  'Africa/Cairo',
  'UTC',
];

/** A valid tree of that many DevInstances, over 50 schedules in 10 zones. */
export function fleetFiles(machineCount: number): readonly SpecFile[] {
  return [
    specFile('fleet', 'Fleet', 'dev', fleetSpec),
    specFile('images/ubuntu-24.04', 'ImageChannel', 'ubuntu-24.04', channelSpec),
    specFile('classes/standard', 'DevInstanceClass', 'standard', classSpec),
    ...upTo(scheduleCount).map((index) => named('schedules', 'Schedule', index, scheduleSpec)),
    ...upTo(Math.ceil(machineCount / machinesPerDeveloper)).map((index) =>
      named('developers', 'Developer', index, developerSpec),
    ),
    ...upTo(machineCount).map((index) => named('instances', 'DevInstance', index, machineSpec)),
  ];
}

/** The same, read. */
export function fleetOf(machineCount: number): DesiredFleet {
  const { desired, problems } = parseSpecs(fleetFiles(machineCount));
  if (desired === undefined || problems.length > 0) {
    throw new Error(`the fleet to measure with is invalid: ${JSON.stringify(problems[0])}`);
  }
  return desired;
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function nameOf(kind: string, index: number): string {
  return `${kind.toLowerCase()}-${String(index).padStart(5, '0')}`;
}

function named(
  folder: string,
  kind: string,
  index: number,
  specOf: (index: number) => string,
): SpecFile {
  const name = nameOf(kind, index);
  return specFile(`${folder}/${name}`, kind, name, specOf(index));
}

function specFile(path: string, kind: string, name: string, spec: string): SpecFile {
  const text = `apiVersion: devinstance.io/v1alpha1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec:\n${spec}`;
  return { path: `${path}.yaml`, bytes: new TextEncoder().encode(text) };
}

const fleetSpec = `  region: eu-west-1
  account: "111122223333"
  mode: enforce
`;

/** Its rollouts reach every machine at once: what is measured is not to wait for waves. */
const channelSpec = `  architecture: x86_64
  follow: /imagebuilder/dev-instances/ubuntu-24.04-x86_64/candidate
  rollout: {waves: [{name: all, percent: 100}], maxConcurrent: 100}
`;

const classSpec = `  subnets: [subnet-0a1b2c3d4e5f60001, subnet-0a1b2c3d4e5f60002]
  securityGroups: [sg-0a1b2c3d4e5f60001]
  instanceProfile: dev-instance
  instanceTypes: {default: t3.xlarge, allowed: ["t3.*", "m7i.*"], fallback: [t3.2xlarge]}
  rootVolume: {sizeGiB: 150, type: gp3}
  homeVolume: {sizeGiB: 100, type: gp3, maxSizeGiB: 500}
  image: {channel: ubuntu-24.04}
  schedule: {ref: ${nameOf('Schedule', 0)}}
  environment: {EDITOR: vim}
  efsMounts:
    - {fileSystemId: fs-0a1b2c3d4e5f60001, path: /mnt/shared-home, access: read-write}
  tags: {cost-center: dev}
`;

function scheduleSpec(index: number): string {
  const hour = String(6 + Math.floor(index / zones.length)).padStart(2, '0');
  return `  timezone: ${zones[index % zones.length]}
  windows:
    - {days: [mon-thu], start: "${hour}:00", end: "19:30"}
    - {days: [fri], start: "${hour}:00", end: "15:00"}
    - {days: ["sat#1"], start: "10:00", end: "14:00"}
  exceptions:
    - {date: "2026-12-24", windows: [{start: "08:00", end: "13:00"}]}
    - {date: "2026-12-25", closed: true}
    - {date: "2027-01-01", closed: true}
`;
}

function developerSpec(index: number): string {
  return `  uid: ${10_000 + index}
  gid: ${10_000 + index}
  groups: [sudo, docker]
  timezone: ${zones[index % zones.length]}
`;
}

function machineSpec(index: number): string {
  return `  owner: ${nameOf('Developer', Math.floor(index / machinesPerDeveloper))}
  class: standard
  instanceType: ${index % 3 === 0 ? 'm7i.xlarge' : 't3.xlarge'}
  homeVolume: {sizeGiB: ${100 + (index % 4) * 50}}
  schedule: {ref: ${nameOf('Schedule', index % scheduleCount)}}
`;
}
