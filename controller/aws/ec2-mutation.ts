import type { EC2Client } from '@aws-sdk/client-ec2';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { Outcome } from '../core/action.ts';
import type { PacedAccess } from './ec2-access.ts';
import { type ClassifiedError, classifyError, outcomeOf } from './errors.ts';
import type { Api } from './throttle.ts';

/** What the writing adapter stands on beyond the reading one. */
export interface WriteAccess extends PacedAccess {
  /** Sends each call once: a retry inside the SDK would hide what happened. */
  readonly ec2Mutations: Pick<EC2Client, 'send'>;
  /** The same for parameters. */
  readonly ssmMutations: Pick<SSMClient, 'send'>;
  readonly fleet: string;
  readonly mayMutate: () => boolean;
}

/** How one mutating call ended. */
export type Attempt<T> =
  | { readonly end: 'answered'; readonly answer: T }
  | { readonly end: 'failed'; readonly error: ClassifiedError }
  | { readonly end: 'not-sent' };

/** What an action not sent for lack of time or lease comes to. */
export const notSent: Outcome = {
  result: 'not-sent',
  message: 'not sent: the pass is out of time or no longer holds the lease',
};

/** Makes one mutating call once the rate allows it, if it is then still allowed. Never throws. */
export async function attempt<T>(
  access: WriteAccess,
  api: Api,
  call: () => Promise<T>,
  instances = 1,
): Promise<Attempt<T>> {
  if (!(await access.throttle.take(api, instances, access.mayMutate))) return { end: 'not-sent' };
  try {
    return { end: 'answered', answer: await call() };
  } catch (thrown) {
    const error = classifyError(thrown);
    if (error.class === 'throttled') access.throttle.drain(api);
    return { end: 'failed', error };
  }
}

/** What an action comes to whose only call ended so. */
export function endOf(attempted: Attempt<unknown>, done: Outcome = { result: 'done' }): Outcome {
  switch (attempted.end) {
    case 'answered':
      return done;
    case 'failed':
      return outcomeOf(attempted.error);
    case 'not-sent':
      return notSent;
  }
}

/** What an action comes to whose subject cannot be read again right before it. */
export function unread(error: unknown): Outcome {
  const { message } = classifyError(error);
  return { result: 'not-sent', message: `could not be read again right before: ${message}` };
}

/** What an action comes to whose subject is no longer as it was planned for. */
export function changed(message: string): Outcome {
  const remedy = 'It is planned again from what is there now.';
  return { result: 'refused', code: 'ChangedMeanwhile', message, capacity: false, remedy };
}

/** True where AWS definitely did nothing, for a reason that a single resource can be. */
export function isAboutResource({ class: kind, code }: ClassifiedError): boolean {
  // A permission may hang on a resource's tags.
  return ['refused', 'gone', 'already'].includes(kind) || code === 'UnauthorizedOperation';
}
