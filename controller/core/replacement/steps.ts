import type { Action } from '../action.ts';
import { plusMillis } from '../instant.ts';
import type { Home, Machine } from '../observed.ts';
import { type Finding, hold } from '../plan/finding.ts';
import { stopDeadlineMs } from '../plan/rules-machine.ts';
import type { Situation } from '../plan/situation.ts';
import { homeDeviceName } from '../tags.ts';

type Named = Pick<Situation, 'record'>;

/** Stops a machine beside the one that has the duty, or that one for its replacement. */
export function stopAction(
  { record: { name } }: Named,
  machineId: string,
  cause: 'change' | 'beside',
): Action {
  return { kind: 'stop', name, machineId, cause };
}

export function startAction({ record: { name } }: Named, machineId: string): Action {
  return { kind: 'start', name, machineId };
}

export function attachAction(
  { record: { name } }: Named,
  machineId: string,
  homeId: string,
): Action {
  return { kind: 'attach-home', name, machineId, homeId, deviceName: homeDeviceName };
}

/** Terminates a machine that has no home, another one having it. */
export function terminateAction(
  { record: { name, uid } }: Named,
  doomed: {
    readonly machineId: string;
    readonly home: Home;
    readonly holder: string | undefined;
    readonly neverHeldHome: boolean;
  },
): Action {
  const { machineId, home, holder, neverHeldHome } = doomed;
  return {
    kind: 'terminate',
    name,
    machineId,
    uid,
    homeId: home.id,
    ...(holder === undefined ? {} : { holder }),
    ...(neverHeldHome ? { neverHeldHome } : {}),
  };
}

/** The machine that a home is attached to, or coming to or leaving; undefined where it is free. */
export function holderOf({ attachments }: Home): string | undefined {
  return attachments.find(({ state }) => state !== 'detached')?.instanceId;
}

/** A machine on its way to a stop is waited for, up to a deadline. */
export function stopping(situation: Situation, { id }: Machine): Finding {
  const { machineId, power, replacement } = situation.record;
  const isCurrent = machineId === id;
  const since = isCurrent ? power?.at : (replacement?.back?.since ?? replacement?.readyAt);
  if (since === undefined || situation.now < plusMillis(since, stopDeadlineMs)) {
    return { waiting: isCurrent ? 'the old machine to stop' : 'the new machine to stop' };
  }
  const message = `${id} has been stopping since ${since}`;
  const remedy = 'wait, or force the stop by hand and check the home afterwards';
  return { holds: [hold(situation, 'StuckStopping', message, remedy)] };
}
