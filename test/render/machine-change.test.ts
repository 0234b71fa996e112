import { expect, test } from 'vitest';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import type { FleetEvent } from '../../controller/core/event.ts';
import { specChanges } from '../../controller/core/spec-changes.ts';
import { specHash } from '../../controller/core/spec-hash.ts';
import { lastMachineChange } from '../../controller/render/machine-change.ts';
import { lastWeek, makeSpec, mondayMorning } from '../support/world.ts';

const spec = makeSpec();
const { owner } = spec;
const told = (at: string, message: string, reason = 'SpecChanged'): FleetEvent => {
  return { name: 'ada-01', at, type: 'Normal', reason, message };
};

test.each<readonly [string, Partial<EffectiveSpec>]>([
  ['root', { rootVolume: { sizeGib: 200, type: 'gp3' } }],
  ['network', { securityGroups: ['sg-2'] }],
  ['profile', { instanceProfile: 'other' }],
  ['key', { kmsKeyId: 'key' }],
  ['uid', { owner: { ...owner, uid: 1 } }],
  ['shell', { owner: { ...owner, shell: '/bin/zsh' } }],
  ['data mount', { owner: { ...owner, dataMount: 'etl' } }],
  ['environment', { environment: { A: 'b' } }],
  ['mounts', { efsMounts: [{ fileSystemId: 'fs-1', path: '/mnt', access: 'read-only' }] }],
  ['mirror', { aptMirror: 'https://mirror' }],
  ['labels', { labels: { team: 'a' } }],
  ['type', { instanceType: 'm7i.xlarge' }],
  ['home', { homeVolume: { ...spec.homeVolume, sizeGib: 200 } }],
  ['schedule', { schedule: { ...spec.schedule, mode: 'always' } }],
  ['subnets', { subnets: ['subnet-2'] }],
  ['time zone', { owner: { ...owner, timezone: 'Asia/Kolkata' } }],
])('a change of %s is told if and only if it takes a new machine', (_, over) => {
  const after = makeSpec(over);
  const message = specChanges(spec, after);
  const takesMachine = specHash(after) !== specHash(spec);
  const expected = takesMachine ? message : undefined;
  expect(lastMachineChange([told(lastWeek, message)], mondayMorning)).toBe(expected);
});

test('the newest counts of those that were told until then', () => {
  const root = (size: number) => `rootVolume.sizeGib ${size} -> ${size + 1}`;
  const events = [
    told('2026-11-20T09:00:00.000Z', root(1)),
    told('2026-11-21T09:00:00.000Z', `labels.team a -> b; ${root(2)}`),
    told('2026-11-22T09:00:00.000Z', 'labels.team b -> c'),
    told('2026-11-22T10:00:00.000Z', root(3), 'Ready'),
    told('2026-11-24T09:00:00.000Z', root(4)),
  ];
  expect(lastMachineChange(events, mondayMorning)).toBe(root(2));
  expect(lastMachineChange([], mondayMorning)).toBeUndefined();
});
