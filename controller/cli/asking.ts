import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { FleetEvent } from '../core/event.ts';
import { dayMs, type Instant } from '../core/instant.ts';
import type { LedgerRequest, RequestedWork } from '../core/request.ts';
import type { Globals } from './globals.ts';
import { type Io, UsageError } from './io.ts';
import { openForAsking } from './wiring.ts';

/** What a command asks the controller with: the ledger is its own, the account is only looked at. */
export type AskingParts = Awaited<ReturnType<typeof openForAsking>>;

/** What is not begun by then is dropped: nobody remembers an old wish. */
export const requestMs = dayMs;

/** The most characters of a reason. */
const longestReason = 200;

/** The reason as it was typed, '' where there is none. Throws UsageError where it is too long. */
export function reasonOf({ reason = '' }: { readonly reason?: string }): string {
  if (reason.length <= longestReason) return reason;
  throw new UsageError('the reason is too long', `write up to ${longestReason} characters`);
}

/** The same where one must be given. Throws UsageError where it is blank. */
export function neededReason(what: string, options: { readonly reason?: string }): string {
  const reason = reasonOf(options);
  if (reason.trim() !== '') return reason;
  throw new UsageError(
    `${what} needs a reason`,
    'add --reason "why", for those who meet the machine so',
  );
}

/** Runs the work with open ports, and closes them however it ends. */
export async function withAskingParts<T>(
  globals: Globals,
  work: (parts: AskingParts) => Promise<T>,
): Promise<T> {
  const parts = await openForAsking(globals);
  try {
    return await work(parts);
  } finally {
    await parts.close();
  }
}

/** Who asks, for people. */
export function actorOf(): string {
  return userInfo().username;
}

/** A request of whoever runs this, under a new id. */
export function newRequest(
  name: string,
  work: RequestedWork,
  rest: { readonly reason: string; readonly at: Instant; readonly expiresAt: Instant },
): LedgerRequest {
  return { id: randomUUID(), name, work, actor: actorOf(), ...rest };
}

/** What people read later of something that a command brought about. */
export function commandEvent(
  name: string,
  at: Instant,
  reason:
    | 'OverrideSet'
    | 'OverrideCancelled'
    | 'Suspended'
    | 'Resumed'
    | 'RollbackAsked'
    | 'RolloutAsked',
  message: string,
): FleetEvent {
  return { name, at, type: 'Normal', reason, message, source: 'command' };
}

/** Says that the controller does the rest, and where that shows. */
export function sayNext(io: Io, name: string, verb: string): void {
  io.out(
    `  the controller ${verb} at its next pass; devinstance events ${name} shows what came of it\n`,
  );
}
