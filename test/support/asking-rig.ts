import type { AskingParts } from '../../controller/cli/asking.ts';
import type { DesiredFleet, EffectiveSpec } from '../../controller/core/desired.ts';
import type { FleetEvent } from '../../controller/core/event.ts';
import type { Instant } from '../../controller/core/instant.ts';
import type { Machine, MachineState, Observed } from '../../controller/core/observed.ts';
import type { DevInstanceRecord } from '../../controller/core/record.ts';
import type { LedgerRequest } from '../../controller/core/request.ts';
import { memoryLedger } from '../../controller/ledgers/memory.ts';
import type { Ledger } from '../../controller/ports.ts';
import { type Heard, listen } from './cli-fleet.ts';
import { one, worldOf } from './fleet-world.ts';
import { lastWeek, mondayMorning } from './world.ts';

/** What a command meets: one DevInstance, `ada-01`, and what was asked for before. */
export interface Met {
  readonly now?: Instant;
  readonly schedule?: Partial<EffectiveSpec['schedule']>;
  readonly spec?: Partial<EffectiveSpec>;
  readonly record?: Partial<DevInstanceRecord>;
  readonly machine?: MachineState;
  /** What else is in the account. */
  readonly observed?: Partial<Observed>;
  /** Machines beside its own. */
  readonly beside?: readonly Machine[];
  readonly fleet?: Partial<DesiredFleet['fleet']>;
  readonly desired?: Partial<DesiredFleet>;
  readonly requests?: readonly LedgerRequest[];
  /** What happened before, as the ledger tells it. */
  readonly events?: readonly FleetEvent[];
  /** No file names it any more. */
  readonly isGone?: boolean;
  /** The ledger has no record of it. */
  readonly isUnmade?: boolean;
}

export interface AskingRig {
  readonly parts: AskingParts;
  readonly ledger: Ledger;
  readonly io: Heard;
  /** The requests in the ledger that have not ended. */
  open(): Promise<readonly LedgerRequest[]>;
  /** Everything that commands can write. */
  written(): Promise<unknown>;
}

const office: EffectiveSpec['schedule'] = {
  source: 'office',
  timezone: 'Europe/Madrid',
  windows: [{ days: ['mon-fri'], start: '08:00', end: '19:00' }],
  exceptions: [],
  actions: 'both',
  manualStartHoldMinutes: 240,
  manualStop: 'until-next-window',
  notifyBeforeMinutes: 30,
};

/** A ledger, an account and specs at one moment, and somebody who asks. */
export async function makeAskingRig(met: Met = {}): Promise<AskingRig> {
  const world = worldFor(met);
  const { desired, observed, now } = world;
  const ledger = memoryLedger();
  await ledger.init({ fleet: 'dev', account: '111122223333', region: 'eu-west-1' });
  for (const record of world.records.values()) await ledger.putRecord(record, 0, 1);
  for (const request of met.requests ?? []) await ledger.putRequest(request);
  await ledger.putEvents(met.events ?? []);
  const parts: AskingParts = {
    specs: { read: async () => ({ desired, problems: [], files: 1 }) },
    observer: {
      identity: async () => ({ account: '111122223333', region: 'eu-west-1' }),
      observe: async () => ({ ...observed, activity: undefined }),
      listSnapshots: async () => [],
    },
    ledger,
    clock: { now: () => now },
    close: async () => {},
  };
  const open = async () => (await ledger.requests()).filter(({ ended }) => ended === undefined);
  const written = async () => [await ledger.requests(), await ledger.events()];
  return { parts, ledger, io: listen(), open, written };
}

function worldFor(met: Met) {
  const { now = mondayMorning, machine = 'running' } = met;
  const spec = {
    maxOverrideMinutes: 10_080,
    schedule: { ...office, ...met.schedule },
    ...met.spec,
  };
  const state: Partial<Machine> =
    machine === 'running' ? {} : { state: machine, checks: 'none' as const };
  const isUp = machine === 'running' || machine === 'pending';
  const power = { state: isUp ? 'running' : 'stopped', at: lastWeek, by: 'controller' } as const;
  const ada = one('ada-01', { spec, machine: state, record: { power, ...met.record } });
  const bob = one('bob-01', { spec });
  const world = worldOf(met.isUnmade ? [bob] : [ada, bob], {
    present: met.isGone ? [bob] : [ada, bob],
    now,
    fleet: met.fleet ?? {},
    desired: met.desired ?? {},
  });
  const machines = [...world.observed.machines, ...(met.beside ?? [])];
  return { ...world, observed: { ...world.observed, machines, ...met.observed } };
}

/** A request of bob's that stands since last week. */
export function asked(over: Partial<LedgerRequest> & Pick<LedgerRequest, 'work'>): LedgerRequest {
  return {
    id: '0a1b2c3d-0000-4000-8000-000000000001',
    name: 'ada-01',
    actor: 'bob',
    reason: 'release',
    at: lastWeek,
    expiresAt: '2026-11-26T09:00:00.000Z',
    ...over,
  };
}

export const toRun = { kind: 'override', state: 'running', command: 'start' } as const;
export const toBeOff = { kind: 'override', state: 'stopped', command: 'stop' } as const;
export const handsOff = { kind: 'suspend' } as const;
