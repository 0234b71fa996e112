import { StartInstancesCommand, StopInstancesCommand } from '@aws-sdk/client-ec2';
import type { Action, Outcome } from '../core/action.ts';
import { chunksOf, halvesOf, splitNamed } from './ec2-access.ts';
import { attempt, isAboutResource, notSent, type WriteAccess } from './ec2-mutation.ts';
import { outcomeOf } from './errors.ts';

type PowerAction = Extract<Action, { kind: 'start' | 'stop' }>;

const machinesPerCall = 50;

const noAnswer: Outcome = {
  result: 'unknown',
  code: 'EmptyAnswer',
  message: 'AWS did not mention this machine in its answer',
};

/**
 * Starts or stops many machines a call. EC2 does all of a call or nothing, so where one machine
 * is refused the rest is sent again without it: without those that the error names, else in
 * halves. Never with Force or SkipOsShutdown.
 */
export async function power(
  access: WriteAccess,
  kind: PowerAction['kind'],
  actions: readonly PowerAction[],
): Promise<readonly Outcome[]> {
  const outcomes = new Map<string, Outcome>();
  const ids = [...new Set(actions.map(({ machineId }) => machineId))];
  const waiting: (readonly string[])[] = chunksOf(ids, machinesPerCall);
  const settle = (some: readonly string[], outcome: Outcome) => {
    for (const id of some) outcomes.set(id, outcome);
  };
  for (let some = waiting.shift(); some !== undefined; some = waiting.shift()) {
    const sent = await send(access, kind, some);
    if (sent.end === 'not-sent') settle(some, notSent);
    else if (sent.end === 'answered') {
      settle(some, noAnswer);
      settle(sent.answer, { result: 'done' });
    } else if (some.length === 1 || !isAboutResource(sent.error)) {
      settle(some, outcomeOf(sent.error));
    } else {
      const { named, rest } = splitNamed(some, sent.error.message);
      // Those that are named are asked alone: a batch's refusal is not yet theirs.
      waiting.unshift(...(named.length > 0 && rest.length > 0 ? [rest, named] : halvesOf(some)));
    }
  }
  return actions.map(({ machineId }) => outcomes.get(machineId) ?? notSent);
}

/** Answers the ids that AWS says it acted on. */
function send(access: WriteAccess, kind: PowerAction['kind'], ids: readonly string[]) {
  const input = { InstanceIds: [...ids] };
  const call = async () => {
    const changes =
      kind === 'start'
        ? (await access.ec2Mutations.send(new StartInstancesCommand(input))).StartingInstances
        : (await access.ec2Mutations.send(new StopInstancesCommand(input))).StoppingInstances;
    return (changes ?? []).flatMap(({ InstanceId }) => (InstanceId ? [InstanceId] : []));
  };
  return attempt(access, kind === 'start' ? 'StartInstances' : 'StopInstances', call, ids.length);
}
