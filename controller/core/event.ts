import type { Instant } from './instant.ts';

/** Something that happened to a DevInstance, in the words of Kubernetes events. */
export interface FleetEvent {
  /** The DevInstance. */
  readonly name: string;
  readonly at: Instant;
  /** `Warning` where a person may have to do something. */
  readonly type: 'Normal' | 'Warning';
  /** One CamelCase word: `HomeAttached`, `HomeShrinkRefused`. */
  readonly reason: string;
  /** One line, for people. */
  readonly message: string;
}
