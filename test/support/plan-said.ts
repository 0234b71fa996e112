import type { Snapshot } from '../../controller/core/observed.ts';
import type { Plan } from '../../controller/core/plan/world.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { lastWeek, uid } from './world.ts';

/** What a plan does, holds and waits for, in short. */
export function said(plan: Plan) {
  return {
    actions: plan.actions,
    holds: plan.holds.map(({ reason }) => reason),
    waiting: plan.waiting.map(({ what }) => what),
  };
}

/** A complete snapshot of ada-01's home, made by this controller. */
export function makeSnapshot(over: Partial<Snapshot> = {}): Snapshot {
  return {
    id: 'snap-00000001',
    state: 'completed',
    volumeId: 'vol-00000001',
    sizeGib: 100,
    startedAt: lastWeek,
    encrypted: true,
    tags: {
      [tagKeys.fleet]: 'dev',
      [tagKeys.devInstance]: 'ada-01',
      [tagKeys.uid]: uid,
      [tagKeys.owner]: 'ada',
      [tagKeys.role]: 'snapshot',
    },
    ...over,
  };
}
