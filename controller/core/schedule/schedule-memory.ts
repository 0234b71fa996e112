import { fractionOf } from '../hash.ts';
import { hourMs, type Instant, minuteMs } from '../instant.ts';

/** What a person asked for by a command: on or off until a moment, whatever the windows say. */
export interface Override {
  /** Of the request in the ledger. */
  readonly id: string;
  readonly state: 'running' | 'stopped';
  /** When it was asked for: it counts from then. */
  readonly from: Instant;
  readonly until: Instant;
  readonly command: 'extend' | 'start' | 'stop';
  readonly actor: string;
  readonly reason: string;
  /** The machine was seen off when it was asked for. */
  readonly foundOff?: true;
}

/** What a command has done with the machine, for people. */
export const overrideVerbs: Readonly<Record<Override['command'], string>> = {
  extend: 'extended',
  start: 'started',
  stop: 'stopped',
};

/** What was done to a machine, as far as it may still count beside its schedule. */
export interface ScheduleMemory {
  /** A start by hand while its schedule was off, or its making: it may run for `manualStart.hold`. */
  readonly manualStart?: { readonly at: Instant; readonly cause: 'person' | 'creation' };
  /** The last stop that keeps it off until its next window. */
  readonly stop?: { readonly at: Instant; readonly by: 'person' | 'idle' | 'max-uptime' };
  /** In any order; of two that were asked for at once the later one here counts. */
  readonly overrides?: readonly Override[];
  /** Since when it is up; undefined where it is off. */
  readonly upSince?: Instant;
  /** Since when nobody uses it, as its host says now; undefined where someone does, or nobody knows. */
  readonly idleSince?: Instant;
  /** How much before each window it is started, in milliseconds. */
  readonly leadMs?: number;
}

/** A hold that ends this close before a window runs through to it. */
export const runThroughMs = hourMs;

/** Leads are told apart by this much, so that machines of one schedule share what is computed. */
const leadStepMs = 5_000;

/**
 * How much before its windows a machine is started so that it is ready by then: between half of
 * the longest lead and all of it. Machines differ by their uids, so that they start one by one.
 */
export function leadOf(uid: string, maxLeadMinutes: number): number {
  const longestMs = maxLeadMinutes * minuteMs;
  const leadMs = longestMs * (0.5 + 0.5 * fractionOf(`${uid}/lead`));
  return Math.round(leadMs / leadStepMs) * leadStepMs;
}
