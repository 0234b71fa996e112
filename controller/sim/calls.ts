import type { Instant } from '../core/instant.ts';
import type { ServiceName } from './errors.ts';

/** One call as it was made. */
export interface RecordedCall {
  /** Counts all calls of this account object, from 0. */
  readonly index: number;
  readonly service: ServiceName;
  /** AWS's name: `RunInstances`. */
  readonly action: string;
  readonly isMutation: boolean;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly at: Instant;
  /** True once the account did what was asked, whatever the caller was told. */
  readonly applied: boolean;
  /** What the caller was told: `ok`, the error's name, or `pending` while it waits. */
  readonly result: string;
}

/** The same while it runs: the account writes down how it goes. */
export type RunningCall = { -readonly [Key in keyof RecordedCall]: RecordedCall[Key] };
