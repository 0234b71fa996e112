import type { Instance } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { EffectiveSpec } from '../../controller/core/desired.ts';
import { hourMs, minuteMs } from '../../controller/core/instant.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { hasty, makeRig, type Rig } from '../support/rig.ts';
import { readTruth } from '../support/truth.ts';
import { makeDesired, makeSpec } from '../support/world.ts';

/** Something that changes for a settled DevInstance, and the calls that it must come to. */
interface Change {
  readonly what: string;
  /** What ada-01 is before. */
  readonly spec?: Partial<EffectiveSpec>;
  readonly happens: (rig: Rig) => Promise<void>;
  readonly mutations: readonly string[];
}

function ask(over: Partial<EffectiveSpec>): (rig: Rig) => Promise<void> {
  return async (rig) => {
    rig.desired = makeDesired([makeSpec(over), neighbour]);
  };
}

const neighbour = makeSpec({
  name: 'bob-01',
  schedule: { ...makeSpec().schedule, mode: 'always' },
});
const night = 11 * hourMs;
const anyTime = { upgrade: { when: 'any-time' } } as const;

async function machineIdOf(rig: Rig): Promise<string> {
  const stored = (await rig.ledger.records()).find(({ record }) => record.name === 'ada-01');
  return stored?.record.machineId ?? '';
}

const changes: readonly Change[] = [
  { what: 'the scheduled stop', happens: (rig) => rig.wait(night), mutations: ['StopInstances'] },
  {
    what: 'the scheduled start',
    happens: async (rig) => {
      await rig.wait(night);
      await rig.settle();
      await rig.wait(24 * hourMs - night);
    },
    mutations: ['StartInstances'],
  },
  {
    what: 'another type at once',
    spec: anyTime,
    happens: ask({ ...anyTime, instanceType: 'm7i.xlarge' }),
    mutations: ['StopInstances', 'ModifyInstanceAttribute', 'StartInstances'],
  },
  {
    what: 'another type without capacity',
    spec: anyTime,
    happens: async (rig) => {
      for (const az of ['eu-west-1a', 'eu-west-1b']) {
        await rig.account.conditions.setCapacity(az, 'm7i.xlarge', 0);
      }
      await ask({ ...anyTime, instanceType: 'm7i.xlarge' })(rig);
    },
    mutations: [
      'StopInstances',
      'ModifyInstanceAttribute',
      'StartInstances',
      'ModifyInstanceAttribute',
      'StartInstances',
    ],
  },
  {
    what: 'a bigger home',
    happens: ask({ homeVolume: { sizeGib: 150, maxSizeGib: 1000, type: 'gp3' } }),
    mutations: ['ModifyVolume'],
  },
  {
    what: 'a removed file',
    happens: async (rig) => {
      rig.desired = makeDesired([neighbour]);
    },
    mutations: ['CreateTags', 'CreateTags'],
  },
  {
    what: 'the last stop of an orphan',
    happens: async (rig) => {
      rig.desired = makeDesired([neighbour]);
      await rig.settle();
      await rig.wait(4 * hourMs);
    },
    mutations: ['StopInstances'],
  },
  {
    what: 'a restored file',
    happens: async (rig) => {
      const before = rig.desired;
      rig.desired = makeDesired([neighbour]);
      await rig.settle();
      await rig.wait(4 * hourMs);
      await rig.settle();
      rig.desired = before;
    },
    mutations: ['StartInstances', 'CreateTags', 'CreateTags'],
  },
  {
    what: 'a machine terminated by hand',
    happens: async (rig) => {
      await rig.wait(10 * minuteMs);
      await rig.account.people.terminate(await machineIdOf(rig));
      await rig.wait(minuteMs);
    },
    mutations: ['RunInstances', 'AttachVolume'],
  },
  {
    what: 'a home detached by hand',
    happens: async (rig) => {
      const [home] = (await truthOfAda(rig)).homes;
      await rig.account.people.detach(home?.VolumeId ?? '', { force: true });
      await rig.wait(minuteMs);
    },
    mutations: ['AttachVolume'],
  },
];

async function truthOfAda(rig: Rig) {
  const { machines, homes } = await readTruth(rig.account);
  const isAdas = ({ Tags = [] }: Pick<Instance, 'Tags'>) =>
    Tags.some(({ Key, Value }) => Key === tagKeys.devInstance && Value === 'ada-01');
  return {
    machines: machines.filter((one) => isAdas(one) && one.State?.Name !== 'terminated'),
    homes: homes.filter(isAdas),
  };
}

/** The end of it, without what differs from run to run. */
async function endOf(rig: Rig) {
  const { machines, homes } = await truthOfAda(rig);
  const stored = (await rig.ledger.records()).find(({ record }) => record.name === 'ada-01');
  const { power, manualStart, standInType, homeWasReady, step, retries } = stored?.record ?? {};
  return {
    machines: machines.map((machine) => [machine.State?.Name, machine.InstanceType]),
    homes: homes.map((home) => [
      home.Size,
      home.Attachments?.map(({ InstanceId }) => InstanceId === machines[0]?.InstanceId),
    ]),
    phases: [...machines, ...homes].map(
      ({ Tags = [] }) => Tags.find((tag) => tag.Key === tagKeys.phase)?.Value,
    ),
    power: [power?.state, power?.by],
    remembered: { manualStart, standInType, homeWasReady, step, retries },
  };
}

async function before(change: Change): Promise<Rig> {
  const rig = await makeRig(makeDesired([makeSpec(change.spec), neighbour]), { delays: hasty });
  await rig.settle();
  await change.happens(rig);
  return rig;
}

const isMutation = (event: string) => !/^(Describe|Get|put|end)/.test(event);

test.each(changes)(
  '$what: killed at any point, the next run ends as if nothing had been',
  async (change) => {
    const whole = await before(change);
    expect((await whole.settle()).end).toBe('settled');
    expect(whole.events.filter(isMutation).sort()).toEqual([...change.mutations].sort());
    const points = whole.events.length;
    const end = await endOf(whole);
    expect(end.machines).toHaveLength(1);
    for (let point = 0; point < points; point += 0.5) {
      const rig = await before(change);
      await expect(rig.settle({ crashAt: point })).rejects.toThrow();
      expect((await rig.settle()).end).toBe('settled');
      expect({ point, ...(await endOf(rig)) }).toEqual({ point, ...end });
      await rig.settle();
      expect({ point, left: rig.events.filter(isMutation) }).toEqual({ point, left: [] });
    }
  },
);
