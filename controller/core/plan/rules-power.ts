import type { StopCause } from '../action.ts';
import type { Duty } from '../desired.ts';
import { toMillis } from '../instant.ts';
import { isOn, type Machine } from '../observed.ts';
import type { Retry } from '../record.ts';
import { replacementAhead } from '../replacement/hindrance.ts';
import { momentOf } from '../replacement/moment.ts';
import { isFitting, typeMisfit } from '../type-fit.ts';
import { isBeingCreated } from './creating.ts';
import { orphanStopAt } from './duty.ts';
import { change, type Finding, hold, type Rule } from './finding.ts';
import { isUndecided } from './fold-power.ts';
import { forget, retryOf } from './memory.ts';
import { isReady, readyDeadline } from './ready.ts';
import { isSuspended, ordinalOf, type Situation } from './situation.ts';
import type { Change } from './world.ts';

/** A running machine becomes ready within `readyWithin`, or is reported. */
export const readyRule: Rule = (situation) => {
  const { machine, home, observed, record, now, spec, standing } = situation;
  if (machine?.state !== 'running' || standing.kind === 'orphaned') return undefined;
  if (isReady(machine, home, observed, record.formerBootId)) return undefined;
  const deadline = readyDeadline(record);
  if (deadline === undefined || now < deadline) {
    return { waiting: `the machine to be ready (${whatIsMissing(situation)})` };
  }
  const message = `${machine.id} is not ready after ${spec.readyWithinMinutes} min: ${whatIsMissing(situation)}`;
  const remedy = 'look at its system log in EC2';
  return { holds: [hold(situation, 'NotReady', message, remedy)] };
};

function whatIsMissing({ machine, home, observed, record }: Situation): string {
  if (machine === undefined || home === undefined) return 'no home yet';
  if (machine.checks !== 'ok') return `status checks ${machine.checks}`;
  if (!home.attachments.some((attachment) => attachment.state === 'attached')) {
    return 'home not attached';
  }
  const report = observed.reports?.get(machine.id);
  if (report === undefined || report.bootId === record.formerBootId) {
    return 'no report from the host';
  }
  return report.reason === undefined
    ? `host reports phase ${report.phase}`
    : `host reports phase ${report.phase}: ${report.reason}`;
}

/** Whether a machine should have been ready by now: what the unhealthy interlock counts. */
export function isOverdue(situation: Situation): boolean {
  const { machine, home, observed, record, now, standing } = situation;
  if (standing.kind === 'orphaned' || isSuspended(situation)) return false;
  const deadline = readyDeadline(record);
  if (deadline === undefined || now < deadline) return false;
  return machine !== undefined && !isReady(machine, home, observed, record.formerBootId);
}

/**
 * The types to start as, in order: the asked-for one (the present one where that cannot run the
 * machine), the last that ran, then the fallbacks. None that cannot run it.
 */
function startTypes({ spec, record, observed }: Situation, machine: Machine): readonly string[] {
  const fits = (type: string) => isFitting(observed, type, machine.architecture);
  const first = fits(spec.instanceType) ? spec.instanceType : machine.type;
  const last = record.ranAs === undefined ? [] : [record.ranAs];
  return [...new Set([first, ...last, ...spec.fallbackTypes])].filter(fits);
}

/** After a start that was refused for capacity the next type is tried (decision 7). */
function typeToStartAs(situation: Situation, machine: Machine): string {
  const types = startTypes(situation, machine);
  const retry = retryOf(situation.record, 'start');
  const turn = retry?.capacity ? retry.attempts : 0;
  return types[turn % types.length] ?? machine.type;
}

/** A changed instance type: set while the machine is stopped; stopped for it only as `upgrade` says. */
export const typeRule: Rule = (situation) => {
  const { machine, record, standing, spec } = situation;
  if (machine === undefined || standing.kind === 'orphaned' || spec.lifecycle === 'retired') {
    return undefined;
  }
  if (isFoldedIn(situation, machine)) return undefined;
  if (machine.state === 'stopped') {
    const unusable = typeUnusable(situation, machine);
    const instanceType = typeToStartAs(situation, machine);
    if (machine.type === instanceType) return unusable;
    const details = [`type ${machine.type} -> ${instanceType}`];
    return {
      ...unusable,
      changes: [
        ...(unusable?.changes ?? []),
        change(situation, 'change', ['spec_instance_type'], {
          details,
          at: 'now',
          note: 'it is stopped',
        }),
      ],
      action: { kind: 'set-type', name: record.name, machineId: machine.id, instanceType },
    };
  }
  if (machine.type === spec.instanceType || record.standInType === machine.type) {
    return record.typeWantedSince === undefined
      ? undefined
      : { record: forget(record, 'typeWantedSince') };
  }
  const unusable = typeUnusable(situation, machine);
  if (unusable !== undefined) return unusable;
  const refusal = retryOf(record, 'set-type');
  if (refusal !== undefined) return typeRefused(situation, machine.type, refusal);
  return typeChangeWhileRunning(situation, machine);
};

/** Whether the new machine that it is about to get has the type already. */
function isFoldedIn(situation: Situation, machine: Machine): boolean {
  if (machine.type === situation.spec.instanceType) return false;
  const pending = replacementAhead(situation);
  return pending !== undefined && (machine.state === 'running' || pending.kind === 'now');
}

/** A machine keeps its image's architecture for life: it is never given a type of another one. */
function typeUnusable(situation: Situation, machine: Machine): Finding | undefined {
  const { spec, observed } = situation;
  const wanted = spec.instanceType;
  if (machine.type === wanted) return undefined;
  const { architecture, id } = machine;
  const misfit = typeMisfit(observed, wanted, { architecture, what: `machine ${id}` });
  if (misfit === undefined) return undefined;
  const details = [`type ${machine.type} -> ${wanted}`];
  const withheldBy = 'TypeUnusable';
  return {
    changes: [change(situation, 'change', ['spec_instance_type'], { details, withheldBy })],
    holds: [hold(situation, withheldBy, misfit.message, misfit.fix)],
  };
}

/** Nobody is stopped twice for a type that AWS refused to set. */
function typeRefused(situation: Situation, from: string, { code, message }: Retry): Finding {
  const wanted = situation.spec.instanceType;
  const details = [`type ${from} -> ${wanted}`];
  const remedy = 'name another instanceType; this one is tried again when the machine is next off';
  return {
    changes: [
      change(situation, 'change', ['spec_instance_type'], { details, withheldBy: 'TypeRefused' }),
    ],
    holds: [
      hold(situation, 'TypeRefused', `type ${wanted} was refused: ${code}: ${message}`, remedy),
    ],
    keepsRetry: 'set-type',
  };
}

function typeChangeWhileRunning(situation: Situation, machine: Machine): Finding {
  const { spec, record, now } = situation;
  const since = record.typeWantedSince ?? now;
  const moment = momentOf(situation, machine, { takesMs: 0, since });
  const details = [`type ${machine.type} -> ${spec.instanceType} (stop, modify, start)`];
  const changed = (rest: Pick<Change, 'at' | 'note' | 'withheldBy'>) => ({
    changes: [change(situation, 'change', ['spec_instance_type'], { details, ...rest })],
    ...(record.typeWantedSince === undefined
      ? { record: { ...record, typeWantedSince: now } }
      : {}),
  });
  switch (moment.kind) {
    case 'held': {
      const { reason, message, remedy } = moment;
      return {
        ...changed({ withheldBy: reason }),
        holds: [hold(situation, reason, message, remedy)],
      };
    }
    case 'later': {
      const { at, note } = moment;
      return changed(at === undefined ? { note } : { at, note });
    }
    case 'now':
      return {
        ...changed({ at: 'now', note: moment.note }),
        action: { kind: 'stop', name: record.name, machineId: machine.id, cause: 'change' },
        disruptive: true,
      };
  }
}

/** Starts and stops as the schedule says. */
export const dutyRule: Rule = (situation) => {
  const { machine, standing, spec, record } = situation;
  if (machine === undefined) return undefined;
  if (machine.state === 'running') return stopWhenDue(situation);
  if (machine.state !== 'stopped' || standing.kind === 'orphaned') return undefined;
  if (spec.lifecycle === 'retired') return undefined;
  if (isUndecided(record, machine, situation.now))
    return { waiting: 'the machine to be seen running' };
  const { duty, secondMachine } = situation;
  if (duty.state === 'stopped' || !duty.enforced) return undefined;
  // Made by this controller beside it, it is no copy of a person's: two of them are never on together.
  const isNewer = secondMachine !== undefined && ordinalOf(secondMachine) > ordinalOf(machine);
  if (isNewer && isOn(secondMachine.state)) return undefined;
  return {
    changes: [
      change(situation, 'start', [record.power?.by === 'aws' ? 'stopped_by_aws' : dutyWord(duty)], {
        details: [`start ${machine.id}: ${duty.reason}`],
        at: 'now',
      }),
    ],
    action: { kind: 'start', name: record.name, machineId: machine.id },
  };
};

/** The scheduled stop (for an orphan its last one), but not in the middle of a creation. */
export function stopWhenDue(situation: Situation): Finding | undefined {
  const { machine, standing, record } = situation;
  if (machine?.state !== 'running') return undefined;
  if (standing.kind === 'orphaned') return stopOrphan(situation, machine.id);
  if (isUndecided(record, machine, situation.now))
    return { waiting: 'the machine to be seen stopping' };
  const { duty } = situation;
  if (duty.state === 'running' || !duty.enforced) return undefined;
  if (isBeingCreated(record) && !isOverdue(situation)) return undefined;
  return {
    changes: [
      change(situation, 'stop', [dutyWord(duty)], {
        details: [`stop ${machine.id}: ${duty.reason}`],
        at: 'now',
      }),
    ],
    action: { kind: 'stop', name: record.name, machineId: machine.id, cause: causeOf(duty) },
  };
}

/** The stable word for what decides that a machine is started or stopped. */
function dutyWord({ rule }: Duty): string {
  switch (rule) {
    case 'override':
      return 'override';
    case 'idle':
      return 'idle';
    case 'max-uptime':
      return 'max_uptime';
    default:
      return 'schedule';
  }
}

/** What is remembered of a stop: that of an idle machine, or of one up too long, lasts. */
function causeOf({ rule }: Duty): StopCause {
  return rule === 'idle' || rule === 'max-uptime' ? rule : 'duty';
}

function stopOrphan(situation: Situation, machineId: string): Finding {
  const at = orphanStopAt(situation);
  if (toMillis(at) > toMillis(situation.now)) return { wakeAt: at };
  return {
    action: { kind: 'stop', name: situation.record.name, machineId, cause: 'orphaned' },
    disruptive: true,
  };
}
