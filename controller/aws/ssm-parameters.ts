import { GetParametersCommand, type Parameter } from '@aws-sdk/client-ssm';
import type { ReadFailure } from '../core/observed.ts';
import { chunksOf, type PacedAccess, read } from './ec2-access.ts';
import { classifyError, readFailure } from './errors.ts';

/** What AWS says against reading a parameter, whatever else goes well. */
export interface Refused {
  readonly refused: string;
  readonly remedy: string;
}

/** Parameters by the name that was asked for. One that could not be read is left out. */
export interface ParametersReading {
  readonly found: ReadonlyMap<string, Parameter | Refused | 'absent'>;
  readonly failures: readonly ReadFailure[];
}

const parametersPerCall = 10;

/** Reads parameters, ten names a call. One that is refused is made again name by name: a bad one costs no other. */
export async function readParameters(
  access: PacedAccess,
  names: readonly string[],
): Promise<ParametersReading> {
  const found = new Map<string, Parameter | Refused | 'absent'>();
  const failures: ReadFailure[] = [];
  const waiting = chunksOf(names, parametersPerCall);
  for (let some = waiting.shift(); some !== undefined; some = waiting.shift()) {
    try {
      for (const [name, value] of await getParameters(access, some)) found.set(name, value);
    } catch (error) {
      const { class: kind, message, remedy } = classifyError(error);
      if (some.length > 1 && kind !== 'unknown' && kind !== 'throttled') {
        waiting.unshift(...chunksOf(some, 1));
      } else if (kind === 'unknown' || kind === 'throttled' || kind === 'operator') {
        failures.push(readFailure('images', `reading ${some.join(', ')}`, error));
      } else {
        found.set(some.join(), { refused: message, remedy });
      }
    }
  }
  return { found, failures };
}

async function getParameters(
  access: PacedAccess,
  names: readonly string[],
): Promise<ReadonlyMap<string, Parameter | 'absent'>> {
  const answer = await read(access, 'GetParameters', () =>
    access.ssm.send(new GetParametersCommand({ Names: [...names] })),
  );
  const found = new Map(
    // A name may carry a version or label, which the answer has apart.
    (answer.Parameters ?? []).map((each) => [`${each.Name}${each.Selector ?? ''}`, each]),
  );
  return new Map(names.map((name) => [name, found.get(name) ?? 'absent']));
}
