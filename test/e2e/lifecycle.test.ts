import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DescribeSnapshotsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { describe, expect, inject, test } from 'vitest';
import { tagKeys } from '../../controller/core/tags.ts';
import { type E2eFleet, makeE2eFleet } from '../support/e2e-fleet.ts';
import { eachAtOnce } from '../support/each-at-once.ts';
import { type KillPoint, makeKillSwitch } from '../support/kill-switch.ts';
import { motoRegion, tagsOf } from '../support/moto-account.ts';
import { isMutation } from '../support/recording-proxy.ts';

const moto = inject('moto');
const settle = ['controller', '--until-settled'];
const atOnce = 6;

/** Something that a living ada-01 goes through, and how the account looks afterwards. */
interface Course {
  readonly what: string;
  /** Of the fleets that go through it. */
  readonly fleet: string;
  readonly begin: (fleet: E2eFleet) => Promise<unknown>;
  readonly mutations: readonly string[];
  readonly end: readonly string[];
}

const instance = 'instances/ada-01.yaml';

const retire = (fleet: E2eFleet) =>
  fleet.folder.edit(instance, 'class: standard', 'class: standard\n  lifecycle: retired');

/** A rename after a retirement: another DevInstance takes the released home. */
async function takeReleasedHome(fleet: E2eFleet): Promise<void> {
  await retire(fleet);
  await fleet.run(...settle);
  const [home] = (await fleet.truth()).homes;
  const path = (name: string) => join(fleet.folder.specs, `instances/${name}.yaml`);
  const text = await readFile(path('ada-01'), 'utf8');
  const renamed = text
    .replace('name: ada-01', 'name: ada-02')
    .replace('lifecycle: retired', `homeVolume: {from: {volumeId: ${home?.VolumeId}}}`);
  await writeFile(path('ada-02'), renamed);
}

async function restore(fleet: E2eFleet): Promise<void> {
  await fleet.run('home', 'snapshot', 'ada-01');
  await fleet.run(...settle);
  const asked = await fleet.run('home', 'restore', 'ada-01', '--from', 'latest');
  expect(asked).toMatchObject({ code: 0, err: '' });
}

/** A command that asks for an override; its answer is checked, as nothing else would tell. */
async function asks(fleet: E2eFleet, ...command: readonly string[]): Promise<void> {
  expect(await fleet.run(...command)).toMatchObject({ code: 0, err: '' });
}

async function startAgain(fleet: E2eFleet): Promise<void> {
  await asks(fleet, 'stop', 'ada-01');
  await fleet.run(...settle);
  await asks(fleet, 'start', 'ada-01', '--for', '2h', '--reason', 'back');
}

const courses: readonly Course[] = [
  {
    what: 'a stop that somebody asked for',
    fleet: 'stopping',
    begin: (fleet) => asks(fleet, 'stop', 'ada-01', '--reason', 'done for today'),
    mutations: ['StopInstances'],
    end: ['home of ada-01 active in-use', 'machine of ada-01 stopped'],
  },
  {
    what: 'a start that somebody asked for',
    fleet: 'starting',
    begin: startAgain,
    mutations: ['StartInstances'],
    end: ['home of ada-01 active in-use', 'machine of ada-01 running'],
  },
  {
    what: 'a retirement',
    fleet: 'retiring',
    begin: retire,
    mutations: [
      'StopInstances',
      'CreateSnapshot',
      'DetachVolume',
      'TerminateInstances',
      'CreateTags',
    ],
    end: ['home of ada-01 released available', 'snapshot completed'],
  },
  {
    what: 'a released home that another name takes',
    fleet: 'renaming',
    begin: takeReleasedHome,
    mutations: ['CreateTags', 'RunInstances', 'AttachVolume'],
    end: ['home of ada-02 active in-use', 'machine of ada-02 running', 'snapshot completed'],
  },
  {
    what: 'a home restored from its snapshot',
    fleet: 'restoring',
    begin: restore,
    mutations: [
      'CreateVolume',
      'StopInstances',
      'DetachVolume',
      'CreateTags',
      'CreateTags',
      'CreateTags',
      'AttachVolume',
      'StartInstances',
    ],
    end: [
      'home of ada-01 active in-use',
      'home of ada-01 released available',
      'machine of ada-01 running',
      'snapshot completed',
    ],
  },
];

/** What is in the account, read from outside, a line each. */
async function lookAt(fleet: E2eFleet, name: string): Promise<readonly string[]> {
  const { machines, homes } = await fleet.truth();
  const ec2 = new EC2Client({
    region: motoRegion,
    endpoint: moto?.endpoint ?? '',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const Filters = [{ Name: `tag:${tagKeys.fleet}`, Values: [name] }];
  const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ Filters }));
  ec2.destroy();
  const nameOf = (resource: Parameters<typeof tagsOf>[0]) => tagsOf(resource)[tagKeys.devInstance];
  return [
    ...machines.map((machine) => `machine of ${nameOf(machine)} ${machine.State?.Name}`),
    ...homes.map((home) => {
      const phase = tagsOf(home)[tagKeys.phase] ?? 'active';
      return `home of ${nameOf(home)} ${phase} ${home.State}`;
    }),
    ...Snapshots.map(({ State }) => `snapshot ${State}`),
  ].sort();
}

async function living(name: string, killSwitch = makeKillSwitch()): Promise<E2eFleet> {
  if (moto === null) throw new Error('there is no moto');
  const fleet = await makeE2eFleet(moto, {
    fleet: name,
    only: ['ada-01'],
    rules: killSwitch.rules,
  });
  expect(await fleet.run(...settle)).toMatchObject({ code: 0, err: '' });
  return fleet;
}

describe.skipIf(moto === null)('from outside', () => {
  test.each(courses)(
    '$what: through, and killed before and after every call to EC2',
    async (course) => {
      const whole = course.fleet;
      const fleet = await living(whole);
      await course.begin(fleet);
      const before = fleet.calls.length;
      expect(await fleet.run(...settle)).toMatchObject({ code: 0, err: '' });
      const calls = fleet.calls.slice(before).filter(isMutation);
      const changes = calls.filter(({ service }) => service === 'ec2').map(({ action }) => action);
      expect(changes).toEqual(course.mutations);
      expect(await lookAt(fleet, whole)).toEqual(course.end);
      expect(await fleet.run('plan', '--detailed-exitcode')).toMatchObject({ code: 0, err: '' });
      await fleet.remove();
      const points = [...calls.entries()]
        .filter(([, { service }]) => service === 'ec2')
        .flatMap(([n]): KillPoint[] => [
          { nth: n + 1, moment: 'before' },
          { nth: n + 1, moment: 'after' },
        ]);
      const ends = await eachAtOnce(atOnce, points, (point) => killedAt(course, point));
      expect(ends).toEqual(
        points.map((point) => ({ ...point, code: 0, err: '', end: course.end })),
      );
    },
  );
});

async function killedAt(course: Course, point: KillPoint) {
  const killSwitch = makeKillSwitch();
  const name = `${course.fleet}-${point.moment}-${point.nth}`;
  const fleet = await living(name, killSwitch);
  try {
    await course.begin(fleet);
    const first = fleet.start(...settle);
    killSwitch.arm(point, () => first.child.kill('SIGKILL'));
    await first.end;
    killSwitch.disarm();
    const { code, err } = await fleet.run(...settle);
    return { ...point, code, err, end: await lookAt(fleet, name) };
  } finally {
    await fleet.remove();
  }
}
