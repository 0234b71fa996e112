/**
 * What an error code of AWS, or of the way there, means to the controller.
 *
 * - `refused`: AWS said no; nothing happened.
 * - `gone`: what the call names does not exist, or no id can look like that; nothing happened.
 * - `already`: the resource is in a state that the call cannot act on, perhaps the wanted one:
 *   read it again before calling it a failure.
 * - `throttled`: refused for the rate of calls alone; nothing happened, and nothing is wrong with
 *   the resource.
 * - `operator`: nothing works, or this call never will, until a person mends it; nothing happened.
 * - `unknown`: no definite answer; the call may have taken effect.
 */
export type ErrorClass = 'refused' | 'gone' | 'already' | 'throttled' | 'operator' | 'unknown';

export interface ErrorRule {
  readonly class: ErrorClass;
  /** True where another zone, another type or a later moment may have room. */
  readonly capacity?: true;
  /** The cause in plain words, for errors whose own text does not say it. */
  readonly cause?: string;
  readonly remedy: string;
}

/** A rule and all codes it holds for. */
export interface RuleOfCodes extends ErrorRule {
  readonly codes: readonly string[];
}

/** What most failures need: the pass tries again, at the instant that the ledger keeps. */
export const triedAgain = 'It is tried again by itself.';
