import { expect } from 'vitest';
import { parseSpecs } from '../../controller/core/spec/parse-specs.ts';
import { specFile, treeWith } from './spec-tree.ts';

/** The fields below `spec`. */
export type Spec = Readonly<Record<string, unknown>>;

export const schedule = { timezone: 'UTC', mode: 'never' };
export const window = { days: ['mon'], start: '08:00', end: '19:00' };
export const classSpec = {
  subnets: ['subnet-01234567'],
  securityGroups: ['sg-01234567'],
  instanceTypes: { default: 't3.xlarge', allowed: ['t3.*'] },
  image: { channel: 'ubuntu' },
  schedule: { ref: 'office' },
};
const channel = { architecture: 'arm64', follow: '/a/b' };

/** A valid spec of each kind, whose references exist in the valid fleet. */
export const base = {
  DevInstance: { owner: 'ada', class: 'standard' },
  DevInstanceClass: classSpec,
  Developer: { uid: 20_000, gid: 20_000 },
  Schedule: schedule,
  ImageChannel: channel,
  Fleet: { region: 'eu-west-1' },
} as const;

export type Kind = keyof typeof base;

/** The codes of the problems of one manifest in a valid fleet, without those of other files. */
export function codesOf(kind: Kind, spec: Spec, name = 'x', labels: Spec = {}): readonly string[] {
  const value = {
    apiVersion: 'devinstance.io/v1alpha1',
    kind,
    metadata: { name, labels },
    spec,
  };
  const path = kind === 'Fleet' ? 'fleet.yaml' : `x/${name}.yaml`;
  const { problems } = parseSpecs(treeWith(specFile(path, JSON.stringify(value))));
  expect(problems.filter(({ file }) => file !== path)).toEqual([]);
  return problems.filter(({ severity }) => severity === 'error').map(({ code }) => code);
}

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
export const keys = (count: number): Spec =>
  Object.fromEntries(times(count, (index) => [`K${index}`, 'v']));
export const id = (prefix: string, index: number): string =>
  `${prefix}-${String(index).padStart(17, '0')}`;
export const dates = (count: number) =>
  times(count, (index) => {
    const month = String((Math.floor(index / 28) % 12) + 1).padStart(2, '0');
    const day = String((index % 28) + 1).padStart(2, '0');
    return { date: `${2026 + Math.floor(index / 336)}-${month}-${day}`, closed: true };
  });
export const windows = (count: number) => times(count, () => window);
export const spans = (count: number) => times(count, () => ({ start: '08:00', end: '19:00' }));
export const waves = (count: number) =>
  times(count, (index) => ({ name: `w${index}`, percent: 10 }));
export const home = (value: Spec): Spec => ({ ...base.DevInstance, homeVolume: value });
export const office = (value: Spec): Spec => ({ timezone: 'UTC', windows: [window], ...value });
export const week = (days: readonly string[]): Spec => office({ windows: [{ ...window, days }] });
export const rollout = (value: Spec): Spec => ({ ...channel, rollout: value });
export const types = (value: Spec): Spec => ({
  ...classSpec,
  instanceTypes: { ...classSpec.instanceTypes, ...value },
});
export const own = (value: Spec): Spec => ({ ...base.DevInstance, ...value });
export const cls = (value: Spec): Spec => ({ ...classSpec, ...value });
export const fleet = (value: Spec): Spec => ({ ...base.Fleet, ...value });
export const dev = (value: Spec): Spec => ({ ...base.Developer, ...value });
export const image = (value: Spec): Spec => ({ ...channel, ...value });

/** Field, a spec at the limit, one beyond it, and the code of that. */
export type Limit = readonly [field: string, within: Spec, beyond: Spec, code: string];

/** Says that a spec at its limit is valid and one beyond it a single problem of that code. */
export function expectLimit(kind: Kind, [, within, beyond, code]: Limit): void {
  expect(codesOf(kind, within)).toEqual([]);
  expect(codesOf(kind, beyond)).toEqual([code]);
}
