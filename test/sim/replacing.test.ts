import {
  DetachVolumeCommand,
  StartInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { tagKeys } from '../../controller/core/tags.ts';
import type { SimAccount } from '../../controller/sim/account.ts';
import {
  attach,
  launch,
  machineWithHome,
  readMachine,
  stopFully,
  tag,
} from '../support/sim-calls.ts';
import { newSim } from '../support/sim-fleet.ts';

// One machine takes another's place by the calls that a replacement makes.

/** Two machines of one uid: the old one is off and has the home, the new one runs beside it. */
interface Pair {
  readonly sim: SimAccount;
  readonly homeId: string;
  readonly oldId: string;
  readonly newId: string;
}

async function pair(): Promise<Pair> {
  const sim = newSim();
  const { machineId: oldId, homeId } = await machineWithHome(sim);
  await sim.clock.sleep(60_000);
  await tag(sim, oldId, { [tagKeys.home]: homeId });
  await stopFully(sim, oldId);
  const newId = await launch(sim, { ordinal: '2', tags: { [tagKeys.home]: homeId } });
  await sim.clock.sleep(60_000);
  return { sim, homeId, oldId, newId };
}

async function detach({ sim, homeId }: Pair, machineId: string): Promise<void> {
  await sim.ec2.send(new DetachVolumeCommand({ VolumeId: homeId, InstanceId: machineId }));
  await sim.clock.sleep(60_000);
}

async function attachTo({ sim, homeId }: Pair, machineId: string): Promise<void> {
  await attach(sim, machineId, homeId);
  await sim.clock.sleep(60_000);
}

async function start({ sim }: Pair, machineId: string): Promise<void> {
  await sim.ec2.send(new StartInstancesCommand({ InstanceIds: [machineId] }));
  await sim.clock.sleep(60_000);
}

async function terminate({ sim }: Pair, machineId: string): Promise<void> {
  await sim.ec2.send(new TerminateInstancesCommand({ InstanceIds: [machineId] }));
  await sim.clock.sleep(60_000);
}

const phase = ({ sim }: Pair, machineId: string) => sim.reports().get(machineId)?.phase;
const rules = ({ sim }: Pair) =>
  sim.ghost.violations.map(({ rule, action }) => `${rule} ${action}`);

test('the home goes from the stopped old machine to the new one, and the old one ends', async () => {
  const one = await pair();
  const written = one.sim.disk(one.homeId);
  await detach(one, one.oldId);
  await attachTo(one, one.newId);
  expect(phase(one, one.newId)).toBe('ready');
  await terminate(one, one.oldId);
  expect((await readMachine(one.sim, one.oldId)).State?.Name).toBe('terminated');
  expect(phase(one, one.newId)).toBe('ready');
  expect(one.sim.disk(one.homeId)).toEqual(written);
  one.sim.ghost.assertSilent();
});

test('a new machine that never held the home ends while it runs, and the old one starts', async () => {
  const one = await pair();
  await terminate(one, one.newId);
  await start(one, one.oldId);
  expect(phase(one, one.oldId)).toBe('ready');
  one.sim.ghost.assertSilent();
});

test('the home goes back to the old machine once the new one is stopped', async () => {
  const one = await pair();
  await detach(one, one.oldId);
  await attachTo(one, one.newId);
  await stopFully(one.sim, one.newId);
  await detach(one, one.newId);
  await attachTo(one, one.oldId);
  await start(one, one.oldId);
  await terminate(one, one.newId);
  expect(phase(one, one.oldId)).toBe('ready');
  one.sim.ghost.assertSilent();
});

const mistakes: readonly {
  readonly what: string;
  readonly act: (one: Pair) => Promise<unknown>;
  readonly broken: readonly string[];
}[] = [
  {
    what: 'the home is detached from the old machine while that runs',
    act: async (one) => {
      await one.sim.people.start(one.oldId);
      await one.sim.clock.sleep(60_000);
      await detach(one, one.oldId);
    },
    broken: ['S3 DetachVolume'],
  },
  {
    what: 'the home is detached from the new machine while that runs',
    act: async (one) => {
      await detach(one, one.oldId);
      await attachTo(one, one.newId);
      await detach(one, one.newId);
    },
    broken: ['S3 DetachVolume'],
  },
  {
    what: 'the old machine ends while it has the home',
    act: (one) => terminate(one, one.oldId),
    broken: ['S5 TerminateInstances'],
  },
  {
    what: 'the new machine ends while it has the home',
    act: async (one) => {
      await detach(one, one.oldId);
      await attachTo(one, one.newId);
      await terminate(one, one.newId);
    },
    broken: ['S5 TerminateInstances'],
  },
  {
    what: 'the old machine starts beside the new one',
    act: (one) => start(one, one.oldId),
    broken: ['S5 StartInstances'],
  },
  {
    what: 'a third machine comes up while both are off',
    act: async (one) => {
      await stopFully(one.sim, one.newId);
      await launch(one.sim, { ordinal: '3' });
    },
    broken: ['S5 RunInstances'],
  },
  {
    what: 'the new machine belongs to another owner',
    act: async (one) => {
      await one.sim.people.tag(one.newId, { [tagKeys.owner]: 'bob' });
      await detach(one, one.oldId);
      await attachTo(one, one.newId);
    },
    broken: ['S6 AttachVolume'],
  },
];

test.each(mistakes)('a replacement is wrong where $what', async ({ act, broken }) => {
  const one = await pair();
  one.sim.ghost.assertSilent();
  await act(one);
  expect(rules(one)).toEqual(broken);
});
