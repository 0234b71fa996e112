import type { Action, Outcome } from '../action.ts';
import type { FleetEvent } from '../event.ts';
import type { Instant } from '../instant.ts';
import type { DevInstanceRecord } from '../record.ts';
import { retryOf } from './memory.ts';

type Done = Extract<Outcome, { readonly result: 'done' }>;

/** The event's reason once the action is done. Total: people are told of every kind. */
const doneReasons: Readonly<Record<Action['kind'], string>> = {
  launch: 'MachineLaunched',
  'create-home': 'HomeCreated',
  'attach-home': 'HomeAttached',
  'protect-home': 'HomeProtected',
  'adopt-home': 'HomeAdopted',
  'snapshot-home': 'HomeSnapshotStarted',
  'restore-home': 'HomeCreated',
  'detach-home': 'HomeDetached',
  terminate: 'MachineTerminated',
  'delete-snapshot': 'SnapshotDeleted',
  tag: 'TagsCorrected',
  start: 'MachineStarted',
  stop: 'MachineStopped',
  'set-type': 'TypeChanged',
  'modify-home': 'HomeModified',
};

/** What was done, for people. */
function doneText(action: Action, outcome: Done): string {
  switch (action.kind) {
    case 'launch': {
      const { instanceType, imageId, subnetId } = action.request;
      const beside = action.beside === undefined ? '' : ` beside ${action.beside}`;
      return `launched ${outcome.machineId ?? 'a machine'}, ${instanceType} of ${imageId} in ${subnetId}${beside}`;
    }
    case 'create-home':
    case 'restore-home': {
      const { sizeGib, type, az, snapshotId } = action.request;
      const source = snapshotId === undefined ? '' : ` from ${snapshotId}`;
      return `made home ${outcome.homeId ?? ''}${source}, ${sizeGib} GiB ${type} in ${az}`;
    }
    case 'adopt-home':
      return `took volume ${action.homeId} for its home`;
    case 'snapshot-home':
      return `began snapshot ${outcome.snapshotId ?? ''} of home ${action.homeId}`;
    case 'detach-home':
      return `detached home ${action.homeId} from ${action.machineId}`;
    case 'delete-snapshot':
      return `deleted snapshot ${action.snapshotId}, as newer ones are kept`;
    case 'terminate':
      return `terminated ${action.machineId}`;
    case 'attach-home':
      return `attached home ${action.homeId} to ${action.machineId}`;
    case 'protect-home':
      return `set the home on ${action.machineId} to outlive its termination`;
    case 'tag':
      return `set ${tagsText(action.tags)} on ${action.resourceId}`;
    case 'start':
      return `started ${action.machineId}`;
    case 'stop':
      return `stopped ${action.machineId}`;
    case 'set-type':
      return `made ${action.machineId} a ${action.instanceType}`;
    case 'modify-home':
      return `asked for ${action.sizeGib} GiB ${action.type} of home ${action.homeId}`;
  }
}

function tagsText(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}

/** An action that ended, with the record before and after its outcome was applied. */
export interface EndedAction {
  readonly action: Action;
  readonly outcome: Outcome;
  readonly before: DevInstanceRecord;
  readonly after: DevInstanceRecord;
  /** Why it was taken, where the plan says more than the action itself. */
  readonly why: string | undefined;
}

/** What people are told of an action that ended; nothing of what was not sent or was said before. */
export function actionEvent(ended: EndedAction, at: Instant): FleetEvent | undefined {
  const { action, outcome, why } = ended;
  switch (outcome.result) {
    case 'done': {
      const text = doneText(action, outcome);
      const message = why === undefined ? text : `${text}: ${why}`;
      return { name: action.name, at, type: 'Normal', reason: doneReasons[action.kind], message };
    }
    case 'refused': {
      if (!isNews(ended, outcome.code)) return undefined;
      const said = `${action.kind} was refused: ${outcome.code}: ${outcome.message}`;
      const message = `${said} -> ${outcome.remedy}`;
      return { name: action.name, at, type: 'Warning', reason: 'ActionRefused', message };
    }
    case 'unknown': {
      if (!isNews(ended, outcome.code)) return undefined;
      const said = `whether ${action.kind} was done is unclear: ${outcome.code}: ${outcome.message}`;
      const message = `${said} -> it is looked up and, if need be, repeated`;
      return { name: action.name, at, type: 'Warning', reason: 'ActionUnclear', message };
    }
    case 'not-sent':
      return undefined;
  }
}

/**
 * After so many failures in a row another code is no news either: where two alternate, as they do
 * between subnets, each attempt would be told.
 */
const toldAttempts = 5;

/** Whether a failure is the first of its row, or an early one that differs from the one before it. */
function isNews({ action, before, after }: EndedAction, code: string): boolean {
  const attempts = retryOf(after, action.kind)?.attempts ?? 1;
  if (attempts === 1) return true;
  return attempts <= toldAttempts && retryOf(before, action.kind)?.code !== code;
}
