import type { Instant } from '../core/instant.ts';
import { everyName, type LedgerRequest } from '../core/request.ts';
import { overrideVerbs } from '../core/schedule/schedule-memory.ts';
import { localMoment } from './local-time.ts';
import { visible } from './visible.ts';

/** When it is, and in which zone the people of a DevInstance live. */
export interface InForceContext {
  readonly now: Instant;
  readonly timezoneOf: (name: string) => string;
}

/** What people asked for that is in force, a line each. */
export function inForceLines(
  requests: readonly LedgerRequest[],
  context: InForceContext,
): readonly string[] {
  const width = Math.max(0, ...requests.map((request) => whoseText(request).length));
  return requests.map((request) => {
    const text = `${whatText(request, context)} (${byText(request)})`;
    return `${whoseText(request).padEnd(width)}  ${text}`;
  });
}

/** Of whom it is asked: a DevInstance, or all. */
export function whoseText({ name }: LedgerRequest): string {
  return name === everyName ? 'every DevInstance' : visible(name);
}

/** `on until Wed 23:00 Madrid`, `hands off until …`. */
export function whatText(
  { name, work, expiresAt }: LedgerRequest,
  { now, timezoneOf }: InForceContext,
): string {
  const state = work.kind !== 'override' ? 'hands off' : work.state === 'running' ? 'on' : 'off';
  return `${state} until ${localMoment(expiresAt, now, timezoneOf(name))}`;
}

/** `extended by ada: release night`. */
export function byText({ work, actor, reason }: LedgerRequest): string {
  const verb = work.kind === 'override' ? overrideVerbs[work.command] : 'suspended';
  return `${verb} by ${visible(actor)}${reason === '' ? '' : `: ${visible(reason)}`}`;
}

/** The same for programs: its type is its kind. */
export function inForceRecord(request: LedgerRequest): Readonly<Record<string, unknown>> {
  const { id, name, work, actor, reason, at, expiresAt: until } = request;
  const { kind, ...rest } = work;
  const type = kind === 'suspend' ? 'suspension' : kind;
  return { type, id, name, ...rest, actor, reason, at, until };
}
