import type { DesiredFleet, EffectiveSpec } from '../../controller/core/desired.ts';
import { type SimAccount, simAccount } from '../../controller/sim/account.ts';
import { seedAccount } from '../../controller/sim/seed.ts';
import type { SimOptions } from '../../controller/sim/stage.ts';
import { memoryStore } from '../../controller/sim/store.ts';

/** A Saturday morning; nothing in the tests depends on it. */
export const simStart = '2026-11-21T08:00:00.000Z';

/** A wall clock that stands still: only sleeping moves the virtual clock. */
export const stillClock = { millis: () => Date.parse(simStart) };

export const simSubnets = ['subnet-0a', 'subnet-0b', 'subnet-0c'] as const;
export const simGroup = 'sg-01';
export const simChannel = {
  name: 'ubuntu-24.04',
  architecture: 'x86_64',
  follow: '/imagebuilder/dev-instances/ubuntu-24.04-x86_64/candidate',
  allowedOwners: ['self'],
  deadlineMinutes: 10_080,
  waves: [{ name: 'all', percent: 100 }],
  maxConcurrent: 100,
  abortOnFailures: 2,
  keep: 5,
} as const;

/** Specs of one DevInstance over three subnets and one channel. */
export function simFleet(changes: Partial<EffectiveSpec> = {}): DesiredFleet {
  const spec: EffectiveSpec = {
    name: 'ada-01',
    labels: {},
    owner: { name: 'ada', uid: 10001, gid: 10001, shell: '/bin/bash', groups: [] },
    className: 'standard',
    subnets: simSubnets,
    securityGroups: [simGroup],
    instanceType: 't3.xlarge',
    fallbackTypes: [],
    rootVolume: { sizeGib: 50, type: 'gp3' },
    homeVolume: { sizeGib: 100, maxSizeGib: 1000, type: 'gp3' },
    schedule: {
      source: 'always',
      timezone: 'Europe/Madrid',
      mode: 'always',
      windows: [],
      exceptions: [],
      actions: 'both',
      manualStartHoldMinutes: 240,
      manualStop: 'until-next-window',
      notifyBeforeMinutes: 15,
    },
    image: { channel: simChannel.name },
    upgrade: { when: 'off-hours' },
    lifecycle: 'active',
    environment: {},
    efsMounts: [],
    tags: {},
    readyWithinMinutes: 15,
    rollbackWindowMinutes: 60,
    keepHomeSnapshots: 3,
    maxOverrideMinutes: 10_080,
    ...changes,
  };
  return {
    fleet: {
      name: 'dev',
      region: 'eu-west-1',
      account: '111122223333',
      mode: 'enforce',
      maxDisruptedPercent: 10,
      maxUnhealthyPercent: 20,
    },
    channels: new Map([[simChannel.name, simChannel]]),
    devInstances: new Map([[spec.name, spec]]),
    invalid: new Map(),
  };
}

/** A seeded account in memory whose clock only moves by sleeping. */
export function newSim(options: Partial<SimOptions> = {}): SimAccount {
  const store = memoryStore(seedAccount(simFleet(), simStart));
  return simAccount({ store, wallClock: stillClock, ...options });
}
