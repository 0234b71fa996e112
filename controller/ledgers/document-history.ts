import { eventKeptUntil, type FleetEvent, sortEvents } from '../core/event.ts';
import type { Instant } from '../core/instant.ts';
import {
  type LedgerRequest,
  type RequestEnd,
  requestKeptUntil,
  sortRequests,
} from '../core/request.ts';
import type { LedgerDocument } from './document.ts';

/** A document is read and written whole: it keeps no more events of one DevInstance. */
const eventsKept = 100;

/** The document with a request, and without those that nobody needs to read any more. */
export function addRequest(document: LedgerDocument, request: LedgerRequest): LedgerDocument {
  const kept = (document.requests ?? []).filter(
    (other) => other.id !== request.id && requestKeptUntil(other) >= request.at,
  );
  return { ...document, requests: sortRequests([...kept, request]) };
}

/** The document with the request ended; the same document where there is none to end. */
export function endRequest(
  document: LedgerDocument,
  id: string,
  ended: RequestEnd,
): LedgerDocument {
  const requests = document.requests ?? [];
  const isOpen = (request: LedgerRequest) => request.id === id && request.ended === undefined;
  if (!requests.some(isOpen)) return document;
  return {
    ...document,
    requests: requests.map((request) => (isOpen(request) ? { ...request, ended } : request)),
  };
}

/** The document with the events, and without the oldest of their DevInstances. */
export function addEvents(document: LedgerDocument, added: readonly FleetEvent[]): LedgerDocument {
  if (added.length === 0) return document;
  const events = new Map(Object.entries(document.events ?? {}));
  for (const name of new Set(added.map((event) => event.name))) {
    const own = added.filter((event) => event.name === name);
    events.set(name, newest(sortEvents([...(events.get(name) ?? []), ...own])));
  }
  return { ...document, events: Object.fromEntries(events) };
}

/** The events of one DevInstance, or of all, oldest first. */
export function listEvents(
  document: LedgerDocument,
  name: string | undefined,
): readonly FleetEvent[] {
  const events = document.events ?? {};
  if (name === undefined) return sortEvents(Object.values(events).flat());
  return (Object.hasOwn(events, name) ? events[name] : undefined) ?? [];
}

/** What is older than it is kept, counted from the newest, is left out: no clock is needed. */
function newest(sorted: readonly FleetEvent[]): readonly FleetEvent[] {
  const last: Instant = sorted.at(-1)?.at ?? '';
  return sorted.slice(-eventsKept).filter((event) => eventKeptUntil(event) >= last);
}
