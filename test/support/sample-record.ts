import type { EffectiveSpec } from '../../controller/core/desired.ts';
import type { Instant } from '../../controller/core/instant.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';

/** A record with a step under way, texts of all sorts and absent optional fields. */
export function sampleRecord(name: string, ordinal = 1): DevInstanceRecord {
  return {
    name,
    uid: `uid-${name}`,
    owner: 'ada',
    effective: sampleEffective(name),
    ordinal,
    homeId: 'vol-0123456789abcdef0',
    homeWasReady: false,
    step: {
      action: { kind: 'start', name, machineId: 'i-0123456789abcdef0' },
      at: '2026-03-02T07:00:00Z' as Instant,
    },
  };
}

function sampleEffective(name: string): EffectiveSpec {
  return {
    name,
    labels: { team: 'Plattform ünïcode ✓' },
    owner: { name: 'ada', uid: 10_001, gid: 10_001, shell: '/bin/bash', groups: [] },
    className: 'standard',
    subnets: ['subnet-0a', 'subnet-0b'],
    securityGroups: ['sg-0'],
    instanceType: 't3.xlarge',
    fallbackTypes: [],
    rootVolume: { sizeGib: 150, type: 'gp3' },
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
      notifyBeforeMinutes: 10,
    },
    image: { channel: 'ubuntu-24.04' },
    upgrade: { when: 'off-hours' },
    lifecycle: 'active',
    environment: { QUOTES: `"'\\\n\u2028` },
    efsMounts: [],
    tags: {},
    readyWithinMinutes: 15,
    rollbackWindowMinutes: 1440,
    keepHomeSnapshots: 3,
    maxOverrideMinutes: 10_080,
  };
}
