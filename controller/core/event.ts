import { hashText } from './hash.ts';
import { dayMs, type Instant, plusMillis } from './instant.ts';

/** Something that happened to a DevInstance, in the words of Kubernetes events. */
export interface FleetEvent {
  /** The DevInstance. */
  readonly name: string;
  readonly at: Instant;
  /** `Warning` where a person may have to do something. */
  readonly type: 'Normal' | 'Warning';
  /** One CamelCase word: `HomeAttached`, `HomeShrinkRefused`. */
  readonly reason: string;
  /** One line, for people. */
  readonly message: string;
  /** Who tells it, where that is not the controller. */
  readonly source?: 'command';
}

/** How long events are kept. */
const keptMs = 30 * dayMs;

/** Until when a ledger keeps an event. */
export function eventKeptUntil(event: FleetEvent): Instant {
  return plusMillis(event.at, keptMs);
}

/** Whether an event is still kept: stores remove old ones only some time later. */
export function isEventKept(event: FleetEvent, now: Instant): boolean {
  return eventKeptUntil(event) >= now;
}

/**
 * Names an event among those of its DevInstance, and sorts with them by time. Equal events have
 * equal keys, so that writing one again after a lost answer adds none.
 */
export function eventKey({ at, type, reason, message }: FleetEvent): string {
  return `${at}#${hashText(JSON.stringify([type, reason, message]), 12)}`;
}

/**
 * The events of one pass with a moment of its own for each of a DevInstance, a millisecond later at
 * need: stores sort by moment, and so what came first stays first.
 */
export function inOrder(events: readonly FleetEvent[]): readonly FleetEvent[] {
  const last = new Map<string, Instant>();
  return events.map((event) => {
    const before = last.get(event.name);
    const at = before === undefined || before < event.at ? event.at : plusMillis(before, 1);
    last.set(event.name, at);
    return { ...event, at };
  });
}

/** The events by instant, whatever their DevInstances; each once. */
export function sortEvents(events: readonly FleetEvent[]): readonly FleetEvent[] {
  const byKey = new Map(events.map((event) => [`${eventKey(event)}#${event.name}`, event]));
  return [...byKey].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, event]) => event);
}
