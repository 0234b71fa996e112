import type { EffectiveSpec } from '../../controller/core/desired.ts';
import { dayMs, hourMs, minuteMs } from '../../controller/core/instant.ts';
import type { RequestedWork } from '../../controller/core/request.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import type { LaunchFate } from '../../controller/sim/stored-conditions.ts';
import {
  desiredOf,
  firstSpec,
  homesOf,
  type Life,
  machinesOf,
  otherOwner,
  pick,
  snapshotsIn,
} from './history-life.ts';
import { replacementActNames, replacementActs } from './history-replacement-acts.ts';
import {
  type Acts,
  type Aim,
  putRequest,
  scheduleActNames,
  scheduleActs,
} from './history-schedule-acts.ts';

/** Whatever can happen to a fleet. What EC2 refuses a person has not happened. */
export const acts: Acts = {
  ...gitActs(),
  ...requestActs(),
  ...peopleActs(),
  ...weatherActs(),
  ...scheduleActs,
  ...replacementActs,
};

/** The names of acts, those of git and of requests more often: most troubles are the controller's own. */
export const actNames: readonly string[] = [
  ...[gitActs(), requestActs(), gitActs(), requestActs(), peopleActs(), weatherActs()].flatMap(
    (some) => Object.keys(some),
  ),
  ...['retire', 'retire', 'activate', 'activate', 'remove', 'rename', 'rename', 'rename'],
  ...['restoreFile', 'askRestore', 'askSnapshot', 'waitHours', 'waitHours', 'waitHours', 'claim'],
  ...scheduleActNames,
  ...replacementActNames,
];

function edit(life: Life, name: string, change: (spec: EffectiveSpec) => EffectiveSpec): void {
  const spec = life.git.files.get(name);
  if (spec !== undefined) life.git.files.set(name, change(spec));
}

function withFrom(
  spec: EffectiveSpec,
  from: NonNullable<EffectiveSpec['homeVolume']['from']>,
): EffectiveSpec {
  return { ...spec, homeVolume: { ...spec.homeVolume, from } };
}

function gitActs(): Acts {
  const all: Acts = {
    retire: (life, { name }) => edit(life, name, (spec) => ({ ...spec, lifecycle: 'retired' })),
    activate: (life, { name }) => edit(life, name, (spec) => ({ ...spec, lifecycle: 'active' })),
    suspend: (life, { name }) => edit(life, name, (spec) => ({ ...spec, lifecycle: 'suspended' })),
    remove: ({ git }, { name }) => git.files.delete(name) && git.invalid.delete(name),
    restoreFile: ({ git }, { name }) => git.files.set(name, git.files.get(name) ?? firstSpec(name)),
    rename: (life, { name, other }) => {
      const homeId = pick(homesOf(life, name), 0)?.id;
      if (name === other || homeId === undefined) return;
      life.git.files.delete(name);
      life.git.files.set(other, withFrom(firstSpec(other), { volumeId: homeId }));
    },
    renameBare: ({ git }, { name, other }) => {
      git.files.delete(name);
      git.files.set(other, firstSpec(other));
    },
    claim: (life, { name, other, n }) => {
      const homeId = pick(homesOf(life, other), n)?.id;
      if (homeId === undefined) return;
      const spec = life.git.files.get(name) ?? firstSpec(name);
      life.git.files.set(name, withFrom(spec, { volumeId: homeId }));
    },
    claimSnapshot: (life, { name, n }) => {
      const snapshotId = pick(snapshotsIn(life), n)?.id;
      if (snapshotId === undefined) return;
      const spec = life.git.files.get(name) ?? firstSpec(name);
      life.git.files.set(name, withFrom(spec, { snapshotId }));
    },
    dropFrom: (life, { name }) =>
      edit(life, name, (spec) => ({ ...spec, homeVolume: firstSpec(name).homeVolume })),
    swap: (life, { name, other }) => {
      const [one, two] = [pick(homesOf(life, name), 0)?.id, pick(homesOf(life, other), 0)?.id];
      if (name === other || one === undefined || two === undefined) return;
      life.git.files.set(name, withFrom(firstSpec(name), { volumeId: two }));
      life.git.files.set(other, withFrom(firstSpec(other), { volumeId: one }));
    },
    changeOwner: (life, { name }) => edit(life, name, otherOwner),
    changeType: (life, { name, n }) =>
      edit(life, name, (spec) => ({
        ...spec,
        instanceType: ['t3.xlarge', 'm7i.xlarge', 't3a.xlarge'][n % 3] ?? 't3.xlarge',
        upgrade: { when: n % 2 === 0 ? 'any-time' : 'off-hours' },
      })),
    grow: (life, { name, n }) =>
      edit(life, name, (spec) => ({
        ...spec,
        homeVolume: { ...spec.homeVolume, sizeGib: 100 + 10 * (n % 4) },
      })),
    breakSpec: ({ git }, { name }) => git.files.has(name) && git.invalid.add(name),
    mendSpec: ({ git }, { name }) => git.invalid.delete(name),
    incomplete: ({ git }, { n }) => {
      git.incomplete = n % 2 === 0;
    },
    empty: ({ git }, { n }) => {
      git.empty = n % 2 === 0;
    },
    limit: ({ git }, { n }) => {
      git.maxDisruptedPercent = n % 2 === 0 ? 10 : 100;
    },
  };
  return Object.fromEntries(
    Object.entries(all).map(([key, act]) => [
      key,
      (life: Life, aim: Aim) => {
        act(life, aim);
        life.rig.desired = desiredOf(life);
      },
    ]),
  );
}

function requestActs(): Acts {
  const ask = (life: Life, name: string, work: RequestedWork) =>
    putRequest(life, name, { work, lengthMs: life.requests % 3 === 2 ? hourMs : dayMs });
  return {
    askSnapshot: (life, { name }) => ask(life, name, { kind: 'snapshot-home' }),
    askRestore: (life, { name, n }) => {
      const snapshotId = pick(snapshotsIn(life), n)?.id ?? 'snap-00000000000000001';
      return ask(life, name, { kind: 'restore-home', snapshotId });
    },
    // What EC2 does not show yet, and no ledger knows, nobody can know of.
    loseLedger: async (life) => {
      await life.rig.wait(minuteMs);
      await life.rig.loseLedger();
      life.asked.length = 0;
      life.ledgerLostAt = Date.parse(life.rig.account.clock.now());
    },
  };
}

function peopleActs(): Acts {
  return {
    detach: (life, { name, n }) =>
      life.rig.account.people.detach(pick(homesOf(life, name), n)?.id ?? ''),
    attachElsewhere: (life, { name, n }) =>
      life.rig.account.people.attach(
        pick(homesOf(life, name), n)?.id ?? '',
        life.ownMachine,
        '/dev/sdg',
      ),
    attachToOther: (life, { name, other, n }) =>
      life.rig.account.people.attach(
        pick(homesOf(life, name), n)?.id ?? '',
        pick(machinesOf(life, other), n)?.id ?? '',
        '/dev/sdg',
      ),
    deleteHome: async (life, { name, n }) => {
      const id = pick(homesOf(life, name), n)?.id ?? '';
      await life.rig.account.people.deleteVolume(id);
      life.deletedByPeople.add(id);
    },
    snapshot: (life, { name, n }) =>
      life.rig.account.people.snapshot(pick(homesOf(life, name), n)?.id ?? '', {
        [tagKeys.fleet]: 'dev',
        [tagKeys.adopt]: name,
      }),
    operatorVolume: async (life, { name }) => {
      const volumeId = await life.rig.account.people.createVolume({
        AvailabilityZone: 'eu-west-1a',
        Size: 100,
        VolumeType: 'gp3',
        Encrypted: true,
      });
      await life.rig.account.people.tag(volumeId, {
        [tagKeys.fleet]: 'dev',
        [tagKeys.adopt]: name,
      });
      life.git.files.set(name, withFrom(firstSpec(name), { volumeId }));
      life.rig.desired = desiredOf(life);
    },
    untagHome: (life, { name, n }) =>
      life.rig.account.people.untag(pick(homesOf(life, name), 0)?.id ?? '', [someKey(n)]),
    untagMachine: (life, { name, n }) =>
      life.rig.account.people.untag(pick(machinesOf(life, name), 0)?.id ?? '', [someKey(n)]),
    copyMachine: (life, { name }) => {
      const original = pick(machinesOf(life, name), 0);
      if (original === undefined) return;
      return life.rig.account.people.launch({
        ImageId: original.imageId,
        InstanceType: 't3.xlarge',
        SubnetId: original.subnetId,
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: [
          {
            ResourceType: 'instance',
            Tags: Object.entries(original.tags).map(([Key, Value]) => ({ Key, Value })),
          },
        ],
      });
    },
    extraVolume: async (life, { name }) => {
      const machine = pick(machinesOf(life, name), 0);
      if (machine === undefined) return;
      const { people } = life.rig.account;
      const volumeId = await people.createVolume({ AvailabilityZone: machine.az, Size: 10 });
      await life.rig.wait(2 * minuteMs);
      await people.attach(volumeId, machine.id, '/dev/sdh');
      await people.setDeleteOnTermination(machine.id, '/dev/sdh');
    },
    protect: (life, { name, n }) =>
      life.rig.account.people.protect(pick(machinesOf(life, name), 0)?.id ?? '', {
        terminate: n % 2 === 0,
        stop: n % 3 === 0,
      }),
  };
}

function someKey(n: number): string {
  return (
    [tagKeys.phase, tagKeys.home, tagKeys.devInstance, tagKeys.uid, tagKeys.ordinal][n % 5] ??
    tagKeys.phase
  );
}

const deaths: readonly LaunchFate[] = [
  'sticks',
  'Server.InternalError',
  'Server.InsufficientInstanceCapacity',
];

function weatherActs(): Acts {
  return {
    waitMinutes: ({ rig }, { n }) => rig.wait((1 + n) * minuteMs),
    waitHours: ({ rig }, { n }) => rig.wait((1 + (n % 16)) * hourMs),
    waitDays: ({ rig }, { n }) => rig.wait((1 + (n % 4)) * dayMs),
    omit: (life, { name, n }) =>
      life.rig.account.conditions.omitFromListings([
        ...(n % 3 === 0 ? [] : machinesOf(life, name).map(({ id }) => id)),
        ...(n % 3 === 1 ? [] : homesOf(life, name).map(({ id }) => id)),
      ]),
    completeListings: ({ rig }) => rig.account.conditions.completeListings(),
    noCapacity: ({ rig }, { n }) =>
      rig.account.conditions.setCapacity(
        n % 2 === 0 ? 'eu-west-1a' : 'eu-west-1b',
        n % 3 === 0 ? 'm7i.xlarge' : 't3.xlarge',
        n % 5,
      ),
    launchDies: ({ rig }, { n }) =>
      rig.account.conditions.nextLaunches(pick(deaths, n) ?? 'sticks'),
    volumeFails: ({ rig }, { n }) =>
      rig.account.conditions.nextVolumes(n % 2 === 0 ? 'fails' : 'sticks'),
    snapshotFails: ({ rig }, { n }) =>
      rig.account.conditions.nextSnapshots(n % 2 === 0 ? 'fails' : 'sticks', 1 + (n % 3)),
    stickMachine: (life, { name, n }) =>
      life.rig.account.conditions.stick(
        pick(machinesOf(life, name), 0)?.id ?? '',
        n % 2 === 0 ? 'stopping' : 'shutting-down',
      ),
    stickHome: (life, { name, n }) =>
      life.rig.account.conditions.stick(
        pick(homesOf(life, name), 0)?.id ?? '',
        n % 2 === 0 ? 'detaching' : 'attaching',
      ),
    unstick: async (life) => unstickAll(life),
    outage: ({ rig }, { n }) => rig.account.conditions.setZoneOutage('eu-west-1a', n % 2 === 0),
    throttle: ({ rig }, { n }) => rig.account.conditions.throttle(n % 2 === 0),
    lostAnswer: ({ rig }, { n }) =>
      rig.account.faults.add({
        action:
          ['RunInstances', 'CreateVolume', 'CreateSnapshot', 'DetachVolume', 'TerminateInstances'][
            n % 5
          ] ?? '*',
        when: n % 2 === 0 ? 'after' : 'before',
        error: 'timeout',
      }),
  };
}

/** Lets everything go on that is stuck. */
export async function unstickAll({ rig }: Life): Promise<void> {
  const { instances, volumes, snapshots } = rig.truth();
  for (const id of [instances, volumes, snapshots].flatMap((all) => Object.keys(all))) {
    await rig.account.conditions.unstick(id);
  }
}
