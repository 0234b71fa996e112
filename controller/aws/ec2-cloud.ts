import type { EC2Client } from '@aws-sdk/client-ec2';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { Action, Outcome } from '../core/action.ts';
import { tagKeys } from '../core/tags.ts';
import type { Cloud } from '../ports.ts';
import { mapLimited } from './concurrency.ts';
import type { Ec2Access } from './ec2-access.ts';
import { power } from './ec2-batch.ts';
import { attachHome, modifyHome, protectHome, setType, tag } from './ec2-change.ts';
import { performOnChannel } from './ec2-channel.ts';
import { createHome, launch } from './ec2-create.ts';
import { adoptHome, detachHome, terminate } from './ec2-leave.ts';
import type { WriteAccess } from './ec2-mutation.ts';
import { pacedObserver } from './ec2-observer.ts';
import { deleteSnapshot, snapshotHome } from './ec2-snapshots.ts';
import { apiThrottle } from './throttle.ts';

/** What reading and changing an account needs. */
export interface Ec2WriteAccess extends Ec2Access {
  /** A client that sends each call once (maxAttempts 1). */
  readonly ec2Mutations: Pick<EC2Client, 'send'>;
  /** The same for parameters. */
  readonly ssmMutations: Pick<SSMClient, 'send'>;
  /** The fleet's name: what its resources are tagged with. */
  readonly fleet: string;
}

const callsAtOnce = 10;

/** Reads and changes an account through EC2, SSM and STS, at the rates that EC2 allows. */
export function ec2Cloud(access: Ec2WriteAccess): Cloud {
  const paced = { ...access, throttle: apiThrottle(access.clock) };
  return {
    ...pacedObserver(paced),
    perform: (actions, mayMutate) => perform({ ...paced, mayMutate }, actions),
    performOnChannel: (action, mayMutate) => performOnChannel({ ...paced, mayMutate }, action),
  };
}

async function perform(
  access: WriteAccess,
  actions: readonly Action[],
): Promise<readonly Outcome[]> {
  const kinds = new Set(actions.map(({ kind }) => kind));
  if (kinds.size > 1) throw new Error(`one kind of action at a time, not ${[...kinds].join(', ')}`);
  const starts = actions.filter((action) => action.kind === 'start');
  if (starts.length > 0) return power(access, 'start', starts);
  const stops = actions.filter((action) => action.kind === 'stop');
  if (stops.length > 0) return power(access, 'stop', stops);
  return mapLimited(actions, callsAtOnce, (action) => performOne(access, action));
}

/** Every kind of action is named here: a new one does not compile until it is. */
async function performOne(access: WriteAccess, action: Action): Promise<Outcome> {
  switch (action.kind) {
    case 'launch':
      return launch(access, action.request);
    case 'create-home':
      return createHome(access, action.request, [tagKeys.uid, tagKeys.role]);
    case 'restore-home':
      // Its uid and role are those of the home that it is to replace.
      return createHome(access, action.request, [tagKeys.uid, tagKeys.token]);
    case 'adopt-home':
      return adoptHome(access, action);
    case 'snapshot-home':
      return snapshotHome(access, action);
    case 'detach-home':
      return detachHome(access, action);
    case 'delete-snapshot':
      return deleteSnapshot(access, action);
    case 'terminate':
      return terminate(access, action);
    case 'attach-home':
      return attachHome(access, action);
    case 'protect-home':
      return protectHome(access, action);
    case 'tag':
      return tag(access, action);
    case 'set-type':
      return setType(access, action);
    case 'modify-home':
      return modifyHome(access, action);
    case 'start':
    case 'stop':
      throw new Error('starts and stops go in batches');
  }
}
