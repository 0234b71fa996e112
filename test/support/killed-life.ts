import { hourMs, type Instant, plusMillis } from '../../controller/core/instant.ts';
import { isChange } from './pair.ts';
import { Crash, type Rig } from './rig.ts';

/** After which event a controller is killed; .5 is after its effect. */
export interface KillAt {
  readonly at: number;
}

/** A life of one controller after another, of which one may be killed at some event. */
export interface KilledLife {
  /** Controllers work, each as soon as the one before said that there would be something to do. */
  until(moment: Instant): Promise<void>;
  /** Where it can be killed: right after each change of the account or the ledger. */
  readonly points: readonly number[];
  readonly wasKilled: boolean;
}

export function liveThrough(rig: Rig, kill?: KillAt): KilledLife {
  const points: number[] = [];
  let seen = 0;
  let wasKilled = false;
  const settle = async () => {
    const crash = kill === undefined || wasKilled ? {} : { crashAt: kill.at - seen };
    const settlement = await rig.settle(crash).catch((error) => {
      if (!(error instanceof Crash) && error?.name !== 'OperatorError') throw error;
      wasKilled = true;
    });
    points.push(...rig.events.flatMap((event, n) => (isChange(event) ? [seen + n + 0.5] : [])));
    seen += rig.events.length;
    return settlement;
  };
  return {
    points,
    get wasKilled() {
      return wasKilled;
    },
    until: async (moment) => {
      for (;;) {
        const settlement = await settle();
        if (settlement === undefined) continue;
        const now = rig.account.clock.now();
        if (now >= moment) return;
        const wakes = [settlement.last.plan.wakeAt, plusMillis(now, hourMs), moment];
        const next = wakes.filter((at) => at !== undefined && at > now).sort()[0] ?? moment;
        await rig.wait(Date.parse(next) - Date.parse(now));
      }
    },
  };
}
