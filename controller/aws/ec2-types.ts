import { DescribeInstanceTypesCommand } from '@aws-sdk/client-ec2';
import type { InstanceTypeReading, ReadFailure } from '../core/observed.ts';
import { chunksOf, type PacedAccess, read, readAllPages } from './ec2-access.ts';
import { readFailure } from './errors.ts';

export interface TypesReading {
  readonly types: ReadonlyMap<string, InstanceTypeReading>;
  readonly failures: readonly ReadFailure[];
}

const typesPerCall = 100;

/**
 * Reads what these instance types are. They are asked for by a filter: by name, one that AWS does
 * not know would fail its whole call, while a filter merely leaves it out.
 */
export async function readTypes(
  access: PacedAccess,
  names: readonly string[],
): Promise<TypesReading> {
  const types = new Map<string, InstanceTypeReading>();
  try {
    for (const some of chunksOf(names, typesPerCall)) {
      const found = new Map(await readSome(access, some));
      for (const name of some) {
        const architectures = found.has(name) ? found.get(name) : [];
        if (architectures !== undefined) types.set(name, { architectures });
      }
    }
    return { types, failures: [] };
  } catch (error) {
    return { types, failures: [readFailure('types', 'DescribeInstanceTypes', error)] };
  }
}

/** Each known type with its architectures; undefined where the answer does not say them. */
function readSome(
  access: PacedAccess,
  names: readonly string[],
): Promise<readonly (readonly [string, readonly string[] | undefined])[]> {
  const base = {
    Filters: [{ Name: 'instance-type', Values: [...names] }],
    MaxResults: typesPerCall,
  };
  return readAllPages(async (token) => {
    const input = { ...base, ...token };
    const answer = await read(access, 'DescribeInstanceTypes', () =>
      access.ec2.send(new DescribeInstanceTypesCommand(input)),
    );
    const items = (answer.InstanceTypes ?? []).map(
      ({ InstanceType: name, ProcessorInfo: processor }) =>
        [name ?? '', processor?.SupportedArchitectures] as const,
    );
    return { items, nextToken: answer.NextToken };
  });
}
