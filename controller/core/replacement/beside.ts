import { type Instant, plusMillis } from '../instant.ts';
import type { Machine, Observed } from '../observed.ts';
import { visibilityMs } from '../plan/memory.ts';
import { isLive, type ResourceIndex } from '../plan/situation.ts';

/** A machine beside the current one: one on its way to take its place, or one that is kept. */
export type Beside =
  /** There is to be none. */
  | { readonly fate: 'none' }
  | { readonly fate: 'there'; readonly machine: Machine }
  /** Terminated by this controller, and still shown as it was. */
  | { readonly fate: 'going' }
  /** Terminated, or denied by EC2 for long enough to be believed. */
  | { readonly fate: 'gone' }
  /** Made so lately that EC2 need not show it yet, or not read at all. */
  | { readonly fate: 'unseen' | 'unread' };

/** What the ledger knows of it. */
interface Known {
  readonly id: string | undefined;
  /** When it was made or started, where that was of late. */
  readonly since: Instant | undefined;
  /** When this controller terminated it: what is still shown of it is old. */
  readonly endedAt: Instant | undefined;
}

/** Looks a machine up by its id. */
export function findBeside(
  { id, since, endedAt }: Known,
  seen: { readonly index: ResourceIndex; readonly observed: Observed; readonly now: Instant },
): Beside {
  if (id === undefined) return { fate: 'none' };
  const machine = seen.index.machinesById.get(id);
  if (machine !== undefined && isLive(machine)) {
    return endedAt === undefined ? { fate: 'there', machine } : { fate: 'going' };
  }
  if (machine !== undefined || endedAt !== undefined) return { fate: 'gone' };
  if (!seen.observed.absent.has(id)) return { fate: 'unread' };
  const isFresh = since !== undefined && seen.now < plusMillis(since, visibilityMs);
  return { fate: isFresh ? 'unseen' : 'gone' };
}

/** The machine beside, where it is there. */
export function machineOf(beside: Beside): Machine | undefined {
  return beside.fate === 'there' ? beside.machine : undefined;
}

/** Whether a machine runs and passes its status checks: what it must before it is given the home. */
export function isUp(machine: Machine | undefined): machine is Machine {
  return machine?.state === 'running' && machine.checks === 'ok';
}
