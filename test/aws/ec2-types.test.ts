import { DescribeInstanceTypesCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { SimAccount } from '../../controller/sim/account.ts';
import { cloudOver, interestIn } from '../support/aws-cloud.ts';
import { newSim } from '../support/sim-fleet.ts';

const readTypes = async (sim: SimAccount, names: readonly string[], ec2 = sim.ec2) => {
  const { instanceTypes, failures } = await cloudOver(sim, { ec2 }).observe(
    interestIn({ instanceTypes: names }),
  );
  return { types: [...instanceTypes], whats: failures.map(({ what }) => what) };
};

test('a type has its architectures, and one that AWS does not know has none', async () => {
  expect(await readTypes(newSim(), ['t3.xlarge', 't3.huge', 'm7g.large'])).toEqual({
    types: [
      ['t3.xlarge', { architectures: ['x86_64'] }],
      ['t3.huge', { architectures: [] }],
      ['m7g.large', { architectures: ['arm64'] }],
    ],
    whats: [],
  });
});

test('where no type is asked for, none is read', async () => {
  const sim = newSim();
  await readTypes(sim, []);
  expect(sim.calls.map(({ action }) => action)).not.toContain('DescribeInstanceTypes');
});

test('more than a hundred types take more calls, and one that fails loses only its own', async () => {
  const names = Array.from({ length: 230 }, (_, index) => `t3.size-${index}`);
  const sim = newSim();
  expect((await readTypes(sim, names)).types).toHaveLength(230);
  sim.faults.add({ action: 'DescribeInstanceTypes', nth: 2, when: 'before', error: 'timeout' });
  const { types, whats } = await readTypes(sim, names);
  expect(types).toHaveLength(100);
  expect(whats).toEqual(['types']);
});

/** A client that answers with the given types, whatever is asked of them. */
function answering(sim: SimAccount, answer: object): SimAccount['ec2'] {
  const send = async (command: { input: object }) =>
    command instanceof DescribeInstanceTypesCommand ? answer : sim.ec2.send(command as never);
  return { send } as unknown as SimAccount['ec2'];
}

test('nothing is said of a type whose architectures an answer leaves out', async () => {
  const sim = newSim();
  const ec2 = answering(sim, { InstanceTypes: [{ InstanceType: 't3.xlarge' }] });
  expect(await readTypes(sim, ['t3.xlarge'], ec2)).toEqual({ types: [], whats: [] });
});
