import type { Action } from '../action.ts';
import type { Home, Machine } from '../observed.ts';
import { homeDeviceName } from '../tags.ts';
import { isBeingCreated } from './creating.ts';
import { change, type Finding, hold, type Rule } from './finding.ts';
import { retryOf } from './memory.ts';
import { readyDeadline } from './ready.ts';
import { stopWhenDue } from './rules-power.ts';
import { holdsHome, isLeaving, type Situation } from './situation.ts';

/** The home is attached to a running or stopped machine of the same uid and owner, in the same zone. */
export const attachRule: Rule = (situation) => {
  const { machine, home, record } = situation;
  if (machine === undefined || home === undefined || isLeaving(situation)) return undefined;
  if (holdsHome(machine, home)) return attachmentFinding(situation, machine, home);
  if (home.az !== machine.az) {
    const message = `home ${home.id} is in ${home.az}, machine ${machine.id} in ${machine.az}`;
    const remedy = `terminate ${machine.id} by hand: the next one is launched where the home is`;
    const holds = [hold(situation, 'HomeElsewhere', message, remedy)];
    return { ...stopWhenDue(situation), holds, final: true };
  }
  if (home.state !== 'available') {
    return { waiting: 'the home to become available', final: true };
  }
  return {
    changes: !isBeingCreated(record)
      ? [
          change(situation, 'change', ['home_detached'], {
            details: [`attach home ${home.id}`],
            at: 'now',
          }),
        ]
      : [],
    action: {
      kind: 'attach-home',
      name: record.name,
      machineId: machine.id,
      homeId: home.id,
      deviceName: homeDeviceName,
    },
    final: hasLastWord(situation, 'attach-home'),
  };
};

function attachmentFinding(
  situation: Situation,
  machine: Machine,
  home: Home,
): Finding | undefined {
  const attachment = home.attachments.find((candidate) => candidate.instanceId === machine.id);
  switch (attachment?.state) {
    case undefined:
    case 'attached':
      return undefined;
    case 'detaching':
    case 'busy':
      return detachedByOthers(situation, machine, home);
    default: {
      // Past its deadline a running machine is reported as not ready.
      const deadline = readyDeadline(situation.record);
      const isLate = deadline !== undefined && situation.now >= deadline;
      return isLate ? undefined : { waiting: 'the home to be attached' };
    }
  }
}

/** No step of ours detaches here: a person does, or what we began is undone once it is over. */
function detachedByOthers(situation: Situation, machine: Machine, home: Home): Finding {
  if (situation.record.detachingSince !== undefined) return { waiting: 'the home to be detached' };
  const message = `home ${home.id} is being detached from ${machine.id} by somebody else`;
  const remedy = 'nothing to do if it was meant: it is attached again once it is free';
  return { holds: [hold(situation, 'HomeElsewhere', message, remedy)] };
}

/** While a step for its home keeps failing, a running machine still stops when its schedule says so. */
export function hasLastWord({ machine, record }: Situation, kind: Action['kind']): boolean {
  return machine?.state !== 'running' || retryOf(record, kind) === undefined;
}
