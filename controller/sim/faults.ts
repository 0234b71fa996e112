import type { RecordedCall } from './calls.ts';
import { connectionLostError, serviceError, timeoutError } from './errors.ts';

/** One thing that goes wrong. */
export interface Fault {
  /** AWS's name of the action, or `*` for every call. */
  readonly action: string;
  /** The first matching call from now on that it hits, counted from 1; 1 unless told. */
  readonly nth?: number;
  /** How many matching calls in a row it hits; 1 unless told. */
  readonly times?: number;
  /** Before the effect: nothing happened. After it: it happened, and the caller does not know. */
  readonly when: 'before' | 'after';
  /** An AWS error code, `timeout`, `connection-lost`, or the very error to throw. */
  readonly error: string | Error;
}

/**
 * Called around every call; what it throws goes through `send` as it is. A hook that kills the
 * caller throws from every later call too: callers may survive a single error.
 */
export type CallHook = (call: RecordedCall, phase: 'before' | 'after') => void;

/** Faults of one account object: they are not stored, other processes do not see them. */
export interface Faults {
  add(fault: Fault): void;
  onCall(hook: CallHook | undefined): void;
  /** Takes all faults and the hook away. */
  clear(): void;
}

/** The faults that hit one call, chosen when it begins. */
export interface CallFaults {
  /** Throws what happens at that moment, if anything does. */
  strike(phase: 'before' | 'after'): void;
}

/** A list of faults, and how a call meets it. */
export function faultList(): Faults & { meet(call: RecordedCall): CallFaults } {
  let waiting: { readonly fault: Fault; seen: number }[] = [];
  let hook: CallHook | undefined;
  return {
    add: (fault) => {
      waiting.push({ fault, seen: 0 });
    },
    onCall: (wanted) => {
      hook = wanted;
    },
    clear: () => {
      waiting = [];
      hook = undefined;
    },
    meet: (call) => {
      const hits: Fault[] = [];
      for (const entry of waiting) {
        const { action, nth = 1, times = 1 } = entry.fault;
        if (action !== '*' && action !== call.action) continue;
        entry.seen += 1;
        if (entry.seen >= nth && entry.seen < nth + times) hits.push(entry.fault);
      }
      return {
        strike: (phase) => {
          hook?.(call, phase);
          const hit = hits.find(({ when }) => when === phase);
          if (hit !== undefined) throw toError(hit.error, call);
        },
      };
    },
  };
}

function toError(error: string | Error, call: RecordedCall): Error {
  if (typeof error !== 'string') return error;
  if (error === 'timeout') return timeoutError();
  if (error === 'connection-lost') return connectionLostError();
  return serviceError(call.service, error, `${error} (injected)`);
}
