import type { Instant } from '../instant.ts';

/** `Ready` and those that it follows from; then those that stand by themselves. */
export type ConditionType =
  | 'Ready'
  | 'SpecValid'
  | 'ImageResolved'
  | 'HomeReady'
  | 'Launched'
  | 'HomeAttached'
  | 'Reachable'
  | 'Drifted'
  | 'Disrupting'
  | 'Stopped'
  | 'Paused'
  | 'Terminating';

/** What a condition says. `Unknown` wherever a read failed: it never guesses. */
export interface Finding {
  readonly status: 'True' | 'False' | 'Unknown';
  /** One CamelCase word. */
  readonly reason: string;
  /** One line, for people. */
  readonly message: string;
  /** Since when; only where it is known. */
  readonly lastTransitionTime?: Instant;
}

/** One aspect of a DevInstance, in the words of Kubernetes. */
export interface Condition extends Finding {
  readonly type: ConditionType;
}

function finding(status: Finding['status']) {
  return (reason: string, message: string, since?: Instant): Finding => ({
    status,
    reason,
    message,
    ...(since === undefined ? {} : { lastTransitionTime: since }),
  });
}

export const isTrue = finding('True');
export const isFalse = finding('False');
export const isUnknown = finding('Unknown');
