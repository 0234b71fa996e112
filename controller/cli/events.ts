import { isEventKept } from '../core/event.ts';
import { channelSubject } from '../core/rollout/rollout.ts';
import { eventsJson, eventsTable } from '../render/events-table.ts';
import { checkPlace, usableFleet } from '../world.ts';
import { chosenChannels } from './channels.ts';
import type { Globals } from './globals.ts';
import { exitCodes, type Io } from './io.ts';
import { sayUnknown } from './views.ts';
import { openForReading } from './wiring.ts';

export interface EventsOptions {
  readonly output: 'table' | 'json';
}

/**
 * `devinstance events [NAME]`: what happened, oldest first, to a DevInstance, or to an image channel
 * under its subject. Answers the exit code.
 */
export async function runEvents(
  name: string | undefined,
  options: EventsOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  const ports = await openForReading(globals);
  try {
    const desired = usableFleet(await ports.specs.read());
    await checkPlace(desired, ports);
    const now = ports.clock.now();
    const records = new Map((await ports.ledger.records()).map((item) => [item.record.name, item]));
    const events = (await ports.ledger.events(name)).filter((event) => isEventKept(event, now));
    const known = [...new Set([...desired.devInstances.keys(), ...records.keys()])];
    if (name?.startsWith(channelSubject('')) && events.length === 0) {
      const channels = [...desired.channels.keys()].map((channel) => ({ channel }));
      chosenChannels(channels, name.slice(channelSubject('').length));
    } else if (name !== undefined && events.length === 0 && !known.includes(name)) {
      return sayUnknown(name, known, io);
    }
    const timezoneOf = (of: string) =>
      (desired.devInstances.get(of) ?? records.get(of)?.record.effective)?.schedule.timezone ??
      'UTC';
    io.out(
      options.output === 'json'
        ? eventsJson(events)
        : eventsTable(events, { now, timezoneOf }, io.paint),
    );
    return exitCodes.done;
  } finally {
    await ports.close();
  }
}
