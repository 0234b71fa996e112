import type { SpecFile } from '../../controller/core/desired.ts';
import type { FleetEvent } from '../../controller/core/event.ts';
import type { Machine, Observed } from '../../controller/core/observed.ts';
import { inspect } from '../../controller/core/plan/inspect.ts';
import { makePlan } from '../../controller/core/plan/make-plan.ts';
import { type Why, whyOf } from '../../controller/core/plan/why.ts';
import type { World } from '../../controller/core/plan/world.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import type { LedgerRequest } from '../../controller/core/request.ts';
import { changed, livingTree, worldOfTrees } from './files-world.ts';
import { mondayMorning } from './world.ts';

/** What is of one-01, beside a second DevInstance that is as it should be. */
export interface Met {
  readonly files?: readonly SpecFile[];
  /** In the place of those by which it was made. */
  readonly broken?: readonly SpecFile[];
  readonly removed?: readonly string[];
  readonly now?: string;
  readonly machine?: Partial<Machine> | 'none';
  readonly record?: Partial<DevInstanceRecord>;
  readonly requests?: readonly LedgerRequest[];
  readonly world?: Partial<World>;
  readonly observed?: Partial<Observed>;
  /** Its file is new. */
  readonly isUnmade?: boolean;
}

/** Why one-01 is on or off there. */
export function whyIn(met: Met, events: readonly FleetEvent[] = []): Why {
  const before = changed(livingTree, met.files ?? []);
  const read = worldOfTrees(before, changed(before, met.broken ?? [], met.removed));
  const machines = read.observed.machines.flatMap((machine) => {
    if (machine.id !== 'i-one-01') return [machine];
    return met.machine === 'none' || met.isUnmade ? [] : [{ ...machine, ...met.machine }];
  });
  const records = new Map(read.records);
  if (met.isUnmade) records.delete('one-01');
  const record = records.get('one-01');
  if (record !== undefined) records.set('one-01', { ...record, ...met.record });
  const homes = read.observed.homes.filter(({ id }) => !(met.isUnmade && id === 'vol-one-01'));
  const absent = new Set(met.machine === 'none' ? ['i-one-01'] : []);
  const world: World = {
    ...read,
    records,
    observed: { ...read.observed, machines, homes, absent, ...met.observed },
    requests: met.requests ?? [],
    now: met.now ?? mondayMorning,
    ...met.world,
  };
  const plan = makePlan(world);
  const [inspection] = inspect(world, plan, ['one-01']);
  if (inspection === undefined) throw new Error('one-01 is not known');
  return whyOf(inspection, plan, events);
}

/** Of ada's, asked for on Monday at 9 in the morning. */
export function asked(over: Partial<LedgerRequest>): LedgerRequest {
  return {
    id: '3f2a0000-0000-4000-8000-000000000001',
    name: 'one-01',
    work: { kind: 'override', state: 'running', command: 'extend' },
    actor: 'ada',
    reason: 'release night',
    at: '2026-11-23T08:00:00.000Z',
    expiresAt: '2026-11-23T22:00:00.000Z',
    ...over,
  };
}
