import type { Instant } from '../core/instant.ts';
import { everyName, type LedgerRequest } from '../core/request.ts';
import { alignedLines } from './aligned.ts';
import { localMoment } from './override-text.ts';
import { visible } from './visible.ts';

const verbs = { extend: 'extended', start: 'started', stop: 'stopped' } as const;

/** Whom a request is about, for people. */
export function whomText({ name }: Pick<LedgerRequest, 'name'>): string {
  return name === everyName ? 'every DevInstance' : visible(name);
}

/** What a request brings about: `on until Wed 23:00 Madrid (extended by ada: release)`. */
export function inForceText(request: LedgerRequest, now: Instant, timezone: string): string {
  const { work, actor, reason, expiresAt } = request;
  const state = work.kind !== 'override' ? 'hands off' : work.state === 'running' ? 'on' : 'off';
  const verb = work.kind === 'override' ? verbs[work.command] : 'suspended';
  const why = reason === '' ? '' : `: ${visible(reason)}`;
  return `${state} until ${localMoment(expiresAt, now, timezone)} (${verb} by ${visible(actor)}${why})`;
}

/** The requests in force, a line each, aligned. */
export function inForceLines(
  requests: readonly LedgerRequest[],
  context: { readonly now: Instant; readonly timezoneOf: (name: string) => string },
): readonly string[] {
  return alignedLines(
    requests.map((request) => [
      whomText(request),
      inForceText(request, context.now, context.timezoneOf(request.name)),
    ]),
  );
}
