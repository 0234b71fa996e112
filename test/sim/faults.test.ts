import {
  DescribeInstancesCommand,
  DescribeRegionsCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import type { SimAccount } from '../../controller/sim/account.ts';
import type { Fault } from '../../controller/sim/faults.ts';
import { codeOf, launch, launchInput } from '../support/sim-calls.ts';
import { newSim, simStart } from '../support/sim-fleet.ts';

async function machineCount(sim: SimAccount): Promise<number> {
  const { Reservations = [] } = await sim.ec2.send(new DescribeInstancesCommand({}));
  return Reservations.flatMap(({ Instances = [] }) => Instances).length;
}

const faults: readonly [Fault['when'], Fault['error'], string, number][] = [
  ['before', 'InternalError', 'InternalError', 0],
  ['after', 'InternalError', 'InternalError', 1],
  ['before', 'timeout', 'TimeoutError', 0],
  ['after', 'connection-lost', 'TimeoutError', 1],
  ['after', new RangeError('mine'), 'RangeError', 1],
];

test.each(faults)('a fault %s the effect with %s', async (when, error, code, machines) => {
  const sim = newSim();
  sim.faults.add({ action: 'RunInstances', when, error });
  expect(await codeOf(launch(sim))).toBe(code);
  expect(await machineCount(sim)).toBe(machines);
  const call = sim.calls.find(({ action }) => action === 'RunInstances');
  expect(call).toMatchObject({ applied: machines === 1, result: code });
  // It hits once; the token then finds the machine that the first call may have made.
  expect(await codeOf(launch(sim))).toBe('ok');
  expect(await machineCount(sim)).toBe(1);
  sim.ghost.assertSilent();
});

test('a fault hits the n-th matching call, as often as it was told', async () => {
  const sim = newSim();
  sim.faults.add({
    action: 'DescribeInstances',
    when: 'before',
    error: 'RequestLimitExceeded',
    nth: 2,
    times: 2,
  });
  const codes: string[] = [];
  for (let index = 0; index < 4; index += 1) {
    codes.push(await codeOf(sim.ec2.send(new DescribeInstancesCommand({}))));
  }
  expect(codes).toEqual(['ok', 'RequestLimitExceeded', 'RequestLimitExceeded', 'ok']);
  sim.faults.add({ action: '*', when: 'before', error: 'AuthFailure', times: 99 });
  const error: unknown = await sim.sts.send(new GetCallerIdentityCommand({})).catch((e) => e);
  expect(error).toMatchObject({ name: 'AuthFailure', $metadata: { httpStatusCode: 401 } });
  sim.faults.clear();
  expect((await sim.sts.send(new GetCallerIdentityCommand({}))).Account).toBe('111122223333');
});

test.each([
  ['before', 0],
  ['after', 1],
] as const)('a caller can be crashed %s any call', async (wanted, machines) => {
  const sim = newSim();
  const crash = new Error('killed');
  sim.faults.onCall(({ index }, phase) => {
    if (index === 1 && phase === wanted) throw crash;
  });
  await expect(launch(sim)).rejects.toBe(crash);
  sim.faults.clear();
  expect(await machineCount(sim)).toBe(machines);
});

test('every call is recorded as it was made', async () => {
  const sim = newSim();
  const input = await launchInput(sim);
  await sim.ec2.send(new RunInstancesCommand(input));
  await codeOf(sim.ssm.send(new GetParameterCommand({ Name: '/none' })));
  expect(sim.calls).toMatchObject([
    { index: 0, service: 'ssm', action: 'GetParameter', isMutation: false, result: 'ok' },
    { index: 1, action: 'RunInstances', isMutation: true, at: simStart, result: 'ok' },
    { index: 2, parameters: { Name: '/none' }, applied: false, result: 'ParameterNotFound' },
  ]);
  expect(sim.calls[1]?.parameters).toEqual(input);
});

test('what is not modelled is refused, not ignored', async () => {
  const sim = newSim();
  await expect(sim.ec2.send(new DescribeRegionsCommand({}))).rejects.toThrow(
    'the simulated account does not answer ec2 DescribeRegions',
  );
  const input = await launchInput(sim, { more: { KeyName: 'mine' } });
  await expect(sim.ec2.send(new RunInstancesCommand(input))).rejects.toThrow(
    'the simulated account does not model the parameter KeyName of RunInstances',
  );
  expect(await machineCount(sim)).toBe(0);
});
