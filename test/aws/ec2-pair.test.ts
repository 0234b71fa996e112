import { DescribeVolumesCommand, type VolumeAttachment } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { Action } from '../../controller/core/action.ts';
import { homeDeviceName, tagKeys } from '../../controller/core/tags.ts';
import type { SimAccount } from '../../controller/sim/account.ts';
import { cloudOver, done, imageIdOf, launchOf, performOne } from '../support/aws-cloud.ts';
import {
  callsOf,
  detachOf,
  extraVolume,
  homeOf,
  type StoppedMachine,
  stateOf,
  stoppedMachine,
} from '../support/leaving.ts';

type Terminate = Extract<Action, { kind: 'terminate' }>;

/** Two machines of one DevInstance: the old one is off and has the home, the new one runs. */
interface Pair extends Omit<StoppedMachine, 'machineId'> {
  readonly oldId: string;
  readonly newId: string;
}

async function pair(): Promise<Pair> {
  const { machineId: oldId, ...rest } = await stoppedMachine();
  const { request, ...launch } = launchOf('ada-01', await imageIdOf(rest.cloud));
  const machineTags = { ...request.machineTags, [tagKeys.ordinal]: '2' };
  const again = { ...launch, request: { ...request, clientToken: 'launch-ada-01-2', machineTags } };
  const { machineId: newId = '' } = done(await performOne(rest.cloud, again));
  await rest.sim.clock.sleep(60_000);
  return { ...rest, oldId, newId };
}

/** The same once the home has moved to the new machine. */
async function movedPair(): Promise<Pair> {
  const one = await pair();
  done(await performOne(one.cloud, detachOf({ ...one, machineId: one.oldId })));
  await one.sim.clock.sleep(60_000);
  done(await performOne(one.cloud, attachOf(one, one.newId)));
  await one.sim.clock.sleep(60_000);
  return one;
}

function attachOf({ homeId }: Pair, machineId: string): Action {
  return { kind: 'attach-home', name: 'ada-01', machineId, homeId, deviceName: homeDeviceName };
}

/** The new machine is given up before the home left the old one. */
function giveUpNew({ uid, homeId, oldId, newId }: Pair): Terminate {
  const neverHeldHome = true;
  return {
    kind: 'terminate',
    name: 'ada-01',
    machineId: newId,
    uid,
    homeId,
    holder: oldId,
    neverHeldHome,
  };
}

/** The old machine is no longer kept once the new one has the home. */
function endOld({ uid, homeId, oldId, newId }: Pair): Terminate {
  return { kind: 'terminate', name: 'ada-01', machineId: oldId, uid, homeId, holder: newId };
}

const at = (one: Pair, machineId: string) => ({ ...one, machineId });

const ways: readonly [string, (one: Pair) => Promise<unknown>][] = [
  ['running', async () => undefined],
  ['stopping', ({ sim, newId }) => sim.people.stop(newId)],
  [
    'stopped',
    async ({ sim, newId }) => {
      await sim.people.stop(newId);
      await sim.clock.sleep(60_000);
    },
  ],
  [
    'pending',
    async ({ sim, newId }) => {
      await sim.people.stop(newId);
      await sim.clock.sleep(60_000);
      await sim.people.start(newId);
    },
  ],
];

test.each(ways)(
  'a %s machine that never held the home ends beside it',
  async (state, meanwhile) => {
    const one = await pair();
    await meanwhile(one);
    expect(await stateOf(at(one, one.newId))).toBe(state);
    const before = one.sim.calls.length;
    done(await performOne(one.cloud, giveUpNew(one)));
    expect(one.sim.calls.slice(before).map(({ action }) => action)).toEqual([
      'DescribeInstances',
      'DescribeVolumes',
      'TerminateInstances',
    ]);
    await one.sim.clock.sleep(60_000);
    expect(await stateOf(at(one, one.newId))).toBe('terminated');
    expect(await homeOf(at(one, one.oldId))).toMatchObject({
      State: 'in-use',
      Attachments: [{ InstanceId: one.oldId, State: 'attached' }],
    });
    one.sim.ghost.assertSilent();
  },
);

test('a machine that never held a home ends where there is no home yet', async () => {
  const one = await pair();
  const { homeId: _, holder: __, ...homeless } = giveUpNew(one);
  done(await performOne(one.cloud, homeless));
  expect(callsOf(one.sim, 'TerminateInstances')).toEqual([{ InstanceIds: [one.newId] }]);
});

test('the old machine ends while the new one has the home', async () => {
  const one = await movedPair();
  done(await performOne(one.cloud, endOld(one)));
  await one.sim.clock.sleep(60_000);
  expect(await stateOf(at(one, one.oldId))).toBe('terminated');
  expect(await homeOf(at(one, one.newId))).toMatchObject({
    State: 'in-use',
    Attachments: [{ InstanceId: one.newId, State: 'attached' }],
  });
  one.sim.ghost.assertSilent();
});

test('a home that is on its way to its holder counts as there', async () => {
  const one = await pair();
  done(await performOne(one.cloud, detachOf({ ...one, machineId: one.oldId })));
  await one.sim.clock.sleep(60_000);
  await one.sim.conditions.stick(one.homeId, 'attaching');
  done(await performOne(one.cloud, attachOf(one, one.newId)));
  done(await performOne(one.cloud, endOld(one)));
  one.sim.ghost.assertSilent();
});

interface Refusal {
  readonly what: string;
  readonly meanwhile?: (one: Pair) => Promise<unknown>;
  readonly action: (one: Pair) => Terminate;
  readonly message: RegExp;
  readonly prepare?: () => Promise<Pair>;
}

const homeOff = async ({ sim, homeId }: Pair) => {
  await sim.people.detach(homeId);
  await sim.clock.sleep(60_000);
};
const onlyStopped = (one: Pair): Terminate => {
  const { neverHeldHome: _, ...held } = giveUpNew(one);
  return held;
};

const refusals: readonly Refusal[] = [
  {
    what: 'that runs and may have held the home',
    action: onlyStopped,
    message: /is running, not stopped/,
  },
  {
    what: 'whose home should be at a holder and is nowhere',
    meanwhile: homeOff,
    action: giveUpNew,
    message: /is available, not at/,
  },
  {
    what: 'whose home is at another than its holder',
    action: (one) => ({ ...giveUpNew(one), holder: 'i-0123456789abcdef0' }),
    message: /is attached at i-\w+, not just attached to i-0123456789abcdef0/,
  },
  {
    what: 'that holds the home itself',
    prepare: movedPair,
    meanwhile: ({ sim, newId }) => sim.people.stop(newId),
    action: (one) => ({ ...giveUpNew(one), holder: one.newId }),
    message: /not just attached to/,
  },
  {
    what: 'that holds the home by now',
    prepare: movedPair,
    action: giveUpNew,
    message: /not just attached to/,
  },
  {
    what: 'whose home is leaving its holder',
    meanwhile: async ({ sim, homeId }) => {
      await sim.conditions.stick(homeId, 'detaching');
      await sim.people.detach(homeId);
    },
    action: giveUpNew,
    message: /is detaching at/,
  },
  {
    what: 'whose home has failed',
    meanwhile: ({ sim, homeId }) => sim.conditions.breakVolume(homeId),
    action: giveUpNew,
    message: /is error, not at/,
  },
  {
    what: "with another's home attached",
    meanwhile: async (one) => {
      const extra = await extraVolume(at(one, one.newId));
      await one.sim.people.tag(extra, { [tagKeys.role]: 'home' });
    },
    action: giveUpNew,
    message: /still has vol-/,
  },
  {
    what: 'with a volume that would be deleted with it',
    meanwhile: async (one) => {
      await extraVolume(at(one, one.newId));
      await one.sim.people.setDeleteOnTermination(one.newId, '/dev/sdg');
    },
    action: giveUpNew,
    message: /still has vol-/,
  },
];

test.each(refusals)('of a pair, a machine $what is not terminated', async (refusal) => {
  const one = await (refusal.prepare ?? pair)();
  await refusal.meanwhile?.(one);
  const outcome = await performOne(one.cloud, refusal.action(one));
  expect(outcome).toMatchObject({
    result: 'refused',
    message: expect.stringMatching(refusal.message),
  });
  expect(callsOf(one.sim, 'TerminateInstances')).toEqual([]);
  one.sim.ghost.assertSilent();
});

/** The account, but for what it says the home is attached to. */
function withAttachments(
  sim: SimAccount,
  homeId: string,
  attachments: readonly VolumeAttachment[],
): SimAccount['ec2'] {
  const send = async (command: object) => {
    const answer = (await sim.ec2.send(command as never)) as object;
    if (!(command instanceof DescribeVolumesCommand) || !('Volumes' in answer)) return answer;
    const volumes = answer.Volumes as readonly { readonly VolumeId?: string }[];
    const changed = volumes.map((volume) =>
      volume.VolumeId === homeId ? { ...volume, Attachments: attachments } : volume,
    );
    return { ...answer, Volumes: changed };
  };
  return { send } as unknown as SimAccount['ec2'];
}

test.each<[string, VolumeAttachment['State'], 'done' | 'refused']>([
  ['left long ago', 'detached', 'done'],
  ['shares', 'attached', 'refused'],
  ['does not let go of', 'busy', 'refused'],
])('where a third machine %s the home (%s), the end is %s', async (_, State, result) => {
  const one = await movedPair();
  const { sim, homeId, newId } = one;
  const third = { InstanceId: 'i-0123456789abcdef0', VolumeId: homeId, State };
  const held = { InstanceId: newId, VolumeId: homeId, State: 'attached' } as const;
  const cloud = cloudOver(sim, { ec2: withAttachments(sim, homeId, [third, held]) });
  expect((await performOne(cloud, endOld(one))).result).toBe(result);
});
