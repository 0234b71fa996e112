import type { Outcome } from '../core/action.ts';
import type { ReadFailure } from '../core/observed.ts';
import { OperatorError } from '../ports.ts';
import type { ErrorClass, ErrorRule } from './error-rule.ts';
import { errorTable, mendEndpoint, unlisted } from './error-table.ts';

/** An error of AWS, or of the way there, understood. */
export interface ClassifiedError {
  readonly class: ErrorClass;
  readonly code: string;
  /** One line for people: the cause and AWS's own words. */
  readonly message: string;
  readonly capacity: boolean;
  readonly remedy: string;
}

/** Reads what an error means out of the one table of codes. Takes anything that was thrown. */
export function classifyError(error: unknown): ClassifiedError {
  if (error instanceof OperatorError) {
    const { message, remedy } = error;
    return { class: 'operator', code: error.name, message, capacity: false, remedy };
  }
  const signs = signsOf(error);
  const listed = signs.find((sign) => errorTable.has(sign));
  const status = statusOf(error);
  const rule = (listed === undefined ? undefined : errorTable.get(listed)) ?? unlistedRule(status);
  const code = listed ?? signs[0] ?? 'UnknownError';
  const text = textOf(error);
  return {
    class: rule.class,
    code,
    message: listed === undefined ? nameIt(code, status, text) : explain(rule, text),
    capacity: rule.capacity === true,
    remedy: rule.remedy,
  };
}

/**
 * How a mutation that failed so ended. A throttled call counts as not sent: nothing happened and
 * the machine is not to blame, so its step stays and no failure is counted. What an operator must
 * mend is a refusal, which is counted and shown.
 */
export function outcomeOf(error: ClassifiedError): Outcome {
  const { code, message, capacity, remedy } = error;
  switch (error.class) {
    case 'refused':
    case 'gone':
    case 'already':
    case 'operator':
      return { result: 'refused', code, message, capacity, remedy };
    case 'throttled':
      return { result: 'not-sent', message };
    case 'unknown':
      return { result: 'unknown', code, message };
  }
}

/** A part of an observation that failed, as data. */
export function readFailure(what: ReadFailure['what'], call: string, error: unknown): ReadFailure {
  const { message, remedy } = classifyError(error);
  return { what, message: `${call} failed: ${message}`, remedy };
}

/**
 * The error as one that an operator must mend. Where the first question to AWS ends in something
 * odd, the likeliest cause is that it did not reach AWS.
 */
export function operatorError(call: string, error: unknown): OperatorError {
  if (error instanceof OperatorError) return error;
  const { class: kind, message, remedy: listed } = classifyError(error);
  const remedy = kind === 'operator' || kind === 'throttled' ? listed : mendEndpoint;
  return new OperatorError(`${call} failed: ${message}`, remedy, { cause: error });
}

/** The error's codes and names and those of its causes, most telling first. */
function signsOf(error: unknown, depth = 0): readonly string[] {
  if (!(error instanceof Error) || depth > 3) return [];
  const own = [property(error, 'Code'), error.name, property(error, 'code')]
    .filter((sign): sign is string => typeof sign === 'string' && sign !== '' && sign !== 'Error')
    // EC2 writes codes in a StateReason with their origin: `Server.InsufficientInstanceCapacity`.
    .map((sign) => sign.replace(/^(Client|Server)\./, ''));
  const missing = /region is missing/i.test(error.message) ? ['RegionMissing'] : [];
  return [...missing, ...own, ...signsOf(error.cause, depth + 1)];
}

/** A definite status below 500 is a refusal; with a server error or no status nobody can tell. */
function unlistedRule(status: number | undefined): ErrorRule {
  if (status === 429) return unlisted.throttled;
  if (status === undefined || status < 400 || status >= 500) return unlisted.unknown;
  return unlisted.refused;
}

function statusOf(error: unknown): number | undefined {
  const status = property(property(error, '$metadata'), 'httpStatusCode');
  return typeof status === 'number' ? status : undefined;
}

/** An error outside the table may have any text, or none: its code and status say the most. */
function nameIt(code: string, status: number | undefined, text: string): string {
  return `${status === undefined ? code : `${code} (HTTP ${status})`}: ${text}`;
}

function explain(rule: ErrorRule, detail: string): string {
  if (rule.cause === undefined) return detail;
  return detail === '' ? rule.cause : `${rule.cause}: ${detail}`;
}

/** One line; a refused connection has an empty message and its addresses inside. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error instanceof AggregateError ? error.errors : [];
  const texts = [error, ...inner].map((each) => (each instanceof Error ? each.message : ''));
  return (
    (texts.find((text) => text !== '') ?? error.name)
      // What only a debugger of the SDK or of a policy can use.
      .replace(/\s*(Encoded authorization failure message|Deserialization error):.*$/s, '')
      .replace(/^@smithy\/[\w-]+ - (\[ERROR\] )?/, '')
      .replaceAll(/\s+/g, ' ')
      .trim()
  );
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
