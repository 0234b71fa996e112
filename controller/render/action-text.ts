import type { Action, CreateHomeRequest, Outcome } from '../core/action.ts';

/** One action in the words of the plan: `launch t3.xlarge in subnet-0a1b2c3d`. */
export function actionText(action: Action): string {
  switch (action.kind) {
    case 'launch':
      return launchText(action);
    case 'create-home':
      return createHomeText(action.request);
    case 'adopt-home':
      return `take volume ${action.homeId} for its home`;
    case 'restore-home':
      return createHomeText(action.request);
    case 'snapshot-home':
      return `snapshot home ${action.homeId}`;
    case 'detach-home':
      return `detach home ${action.homeId} from ${action.machineId}`;
    case 'delete-snapshot':
      return `delete snapshot ${action.snapshotId}`;
    case 'terminate':
      return `terminate ${action.machineId}`;
    case 'attach-home':
      return `attach home ${action.homeId} to ${action.machineId}`;
    case 'protect-home':
      return `protect the home on ${action.machineId} from termination`;
    case 'tag':
      return `tag ${action.resourceId}: ${tagsText(action.tags)}`;
    case 'start':
      return `start ${action.machineId}`;
    case 'stop':
      return `stop ${action.machineId}`;
    case 'set-type':
      return `set type ${action.instanceType} on ${action.machineId}`;
    case 'modify-home':
      return `modify home ${action.homeId} to ${shapeText(action)}`;
  }
}

function launchText({ request, beside }: Action & { kind: 'launch' }): string {
  const place = beside === undefined ? '' : ` beside ${beside}`;
  return `launch ${request.instanceType} in ${request.subnetId}${place}`;
}

function createHomeText({ sizeGib, type, snapshotId, az }: CreateHomeRequest): string {
  const source = snapshotId === undefined ? '' : ` from ${snapshotId}`;
  return `create home ${sizeGib} GiB ${type}${source} in ${az}`;
}

function shapeText(shape: Action & { kind: 'modify-home' }): string {
  const iops = shape.iops === undefined ? '' : `, ${shape.iops} IOPS`;
  const throughput = shape.throughput === undefined ? '' : `, ${shape.throughput} MiB/s`;
  return `${shape.sizeGib} GiB ${shape.type}${iops}${throughput}`;
}

/** `key=value` pairs, for people. */
export function tagsText(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}

/** How an action ended, for a progress line: what it made, nothing where it says itself, or what went wrong. */
export function outcomeText(action: Action, outcome: Outcome): string {
  return outcome.result === 'done' ? (createdId(action, outcome) ?? '') : failureText(outcome);
}

/** Why it did not come about, as far as that is known. */
export function failureText(outcome: Exclude<Outcome, { result: 'done' }>): string {
  switch (outcome.result) {
    case 'refused':
      return `refused: ${outcome.code}: ${outcome.message} -> ${outcome.remedy}`;
    case 'unknown':
      return `unclear: ${outcome.code}: ${outcome.message} -> looked up again`;
    case 'not-sent':
      return outcome.message;
  }
}

function createdId(action: Action, outcome: Outcome & { result: 'done' }): string | undefined {
  if (action.kind === 'launch') return outcome.machineId;
  if (action.kind === 'snapshot-home') return outcome.snapshotId;
  const isNewHome = action.kind === 'create-home' || action.kind === 'restore-home';
  return isNewHome ? outcome.homeId : undefined;
}
