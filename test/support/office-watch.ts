import { reportOf } from '../../controller/sim/host.ts';
import { powerOf } from '../../controller/sim/lifecycle.ts';
import type { Rig } from './rig.ts';
import { holderOf, namesOf } from './rollout-rig.ts';

/** A machine that starts with its window needs this long to be ready, in minutes. */
const grace = 20;

/**
 * Looks, by the account's own truth, whether everybody has one machine on and ready from the first
 * minutes of their office hours (08:00 to 19:00 of working days) to the last, in one boot.
 */
export interface OfficeWatch {
  look(): void;
  /** What went wrong, for people. */
  readonly wrongs: readonly string[];
}

export function watchOffices(rig: Rig): OfficeWatch {
  const seen = new Map<string, { readonly day: string; readonly boot: string }>();
  const wrongs: string[] = [];
  const look = () => {
    const at = rig.account.clock.now();
    const now = Date.parse(at);
    for (const name of namesOf(rig)) {
      const zone = rig.desired.devInstances.get(name)?.schedule.timezone ?? '';
      const day = workingDayAt(now, zone);
      if (day === undefined) continue;
      const holder = holderOf(rig, name);
      const isReady = holder !== undefined && reportOf(holder, now)?.phase === 'ready';
      if (!isReady || powerOf(holder, now) !== 'running') {
        wrongs.push(`${at} ${name} has no machine that is ready`);
        continue;
      }
      const before = seen.get(name);
      const boot = holder.boot.id;
      if (before?.day === day && before.boot !== boot) {
        wrongs.push(`${at} ${name} was on ${before.boot} and is on ${boot}`);
      }
      seen.set(name, { day, boot });
    }
  };
  return { look, wrongs };
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The date in a zone, where it is in office hours there, without the first minutes. */
function workingDayAt(now: number, timeZone: string): string | undefined {
  const format = formats.get(timeZone) ?? formatOf(timeZone);
  formats.set(timeZone, format);
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]));
  const minute = Number(parts.get('hour')) * 60 + Number(parts.get('minute'));
  const isWeekend = ['Sat', 'Sun'].includes(parts.get('weekday') ?? '');
  if (isWeekend || minute < 8 * 60 + grace || minute >= 19 * 60) return undefined;
  return `${parts.get('month')}-${parts.get('day')}`;
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
}
