import { minuteMs, plusMillis } from '../instant.ts';
import type { Home, Machine } from '../observed.ts';
import type { DevInstanceRecord } from '../record.ts';
import { isComparableHash, specHash } from '../spec-hash.ts';
import { tagKeys } from '../tags.ts';
import { isBeingCreated } from './creating.ts';
import { change, type Finding, hold, type Rule, unreadFinding } from './finding.ts';
import { createHomeAction } from './launch.ts';
import { homeNamedBy, homeTagValue, missingTags, type WantTag } from './resource-tags.ts';
import { hasLastWord } from './rules-attach.ts';
import { stopWhenDue } from './rules-power.ts';
import { isLeaving, isUnread, ordinalOf, type Situation } from './situation.ts';

/** The home must survive its machine: DeleteOnTermination=false is asserted in every pass. */
export const protectRule: Rule = (situation) => {
  const { machine, home, record } = situation;
  if (machine === undefined || home === undefined) return undefined;
  const device = machine.devices.find((candidate) => candidate.volumeId === home.id);
  if (device === undefined || !device.deleteOnTermination) return undefined;
  const { deviceName } = device;
  const details = [`home ${home.id} would be deleted with ${machine.id}: protect it`];
  return {
    changes: [change(situation, 'change', ['home_unprotected'], { details, at: 'now' })],
    action: { kind: 'protect-home', name: record.name, machineId: machine.id, deviceName },
  };
};

/** A home is created once, in the zone where the first machine found capacity (decision 4). */
export const createHomeRule: Rule = (situation) => {
  const { machine, record, home } = situation;
  if (machine === undefined) return undefined;
  if (home?.state === 'creating') return { ...creating(situation, home), final: true };
  if (record.homeId !== undefined) return undefined;
  const areUnread = isUnread(situation.observed, 'homes');
  if (!areUnread && record.step?.action.kind === 'create-home') {
    return { action: record.step.action, final: hasLastWord(situation, 'create-home') };
  }
  if (!areUnread && isLeaving(situation)) return undefined;
  const doubt = doubtAboutHome(situation, machine);
  if (doubt !== undefined) return { ...stopWhenDue(situation), ...doubt, final: true };
  const action = createHomeAction(situation, machine);
  return { action, final: hasLastWord(situation, 'create-home') };
};

/** EBS makes a volume in seconds; for longer than this a person should look. */
const createDeadlineMs = 10 * minuteMs;

function creating(situation: Situation, { id, createdAt }: Home): Finding {
  if (situation.now < plusMillis(createdAt, createDeadlineMs)) {
    return { waiting: 'the home to be created' };
  }
  const message = `home ${id} has been creating since ${createdAt}`;
  const remedy = 'look at the volume in EC2; its machine waits for it';
  const holds = [hold(situation, 'StuckCreating', message, remedy)];
  return { ...stopWhenDue(situation), holds };
}

/** What speaks against making an empty home. */
function doubtAboutHome(situation: Situation, machine: Machine): Finding | undefined {
  const { record, observed } = situation;
  if (isUnread(observed, 'homes')) {
    return unreadFinding(situation, 'homes could not be read, so none is created');
  }
  if (hasUnclearHome(situation)) {
    const message = `volumes carry role=home and uid ${record.uid}, but not exactly one with its whole identity`;
    const remedy = 'remove the devinstance: tags from those that are not its home';
    return { holds: [hold(situation, 'IdentityConflict', message, remedy)] };
  }
  const lost = lostHome(situation);
  if (lost !== undefined) return lost;
  const named = homeNamedBy(machine);
  // Of a home that was taken over, the machine's tag may still tell.
  if (named !== undefined && named !== record.formerHome?.homeId) {
    const message = `${machine.id} names home ${named}, which is not there with its identity`;
    const remedy = 'find out what became of it; no new home is made in its place';
    return { holds: [hold(situation, 'HomeMissing', message, remedy)] };
  }
  return undefined;
}

/** A home that another DevInstance took over is not replaced by an empty one unasked. */
export function lostHome(situation: Situation): Finding | undefined {
  const { formerHome, homeId, name } = situation.record;
  if (formerHome === undefined || homeId !== undefined) return undefined;
  if (situation.spec.homeVolume.from !== undefined) return undefined;
  const { homeId: taken, takenBy } = formerHome;
  const message = `its home ${taken} was taken over by ${takenBy}`;
  const remedy = `name a volume or snapshot in homeVolume.from of ${name}, or use a new name`;
  return { holds: [hold(situation, 'HomeMissing', message, remedy)] };
}

function hasUnclearHome({ observed, record, fleet }: Situation): boolean {
  return observed.homes.some(
    (home) =>
      home.tags[tagKeys.uid] === record.uid &&
      home.tags[tagKeys.fleet] === fleet.name &&
      home.state !== 'deleted',
  );
}

/** Tags that people, the host and the bill read are kept as they should be; identity tags never change. */
export const tagRule: Rule = (situation) => {
  const { machine, home, record } = situation;
  const ofMachine =
    machine && missingTags(machine.tags, (want) => wantMachineTags(situation, machine, want));
  const ofHome = home && missingTags(home.tags, (want) => wantHomeTags(situation, home, want));
  if (ofMachine === undefined && ofHome === undefined) return undefined;
  const wrong = [
    ...(machine && ofMachine ? [{ id: machine.id, tags: ofMachine }] : []),
    ...(home && ofHome ? [{ id: home.id, tags: ofHome }] : []),
  ];
  const [first] = wrong;
  if (first === undefined) return undefined;
  return {
    changes: isPartOfMore(situation)
      ? []
      : wrong.map(({ id, tags }) => tagChange(situation, id, tags)),
    action: { kind: 'tag', name: record.name, resourceId: first.id, tags: first.tags },
  };
};

function tagChange(situation: Situation, id: string, tags: Readonly<Record<string, string>>) {
  const pairs = Object.entries(tags).map(([key, value]) => `${key}=${value}`);
  const reason = Object.hasOwn(tags, tagKeys.phase) ? 'file_restored' : 'tags_drifted';
  const details = [`tag ${id}: ${pairs.join(', ')}`];
  return change(situation, 'change', [reason], { details, at: 'now' });
}

/** A creation and an orphaning are shown as one change each, tags included. */
function isPartOfMore({ record, standing }: Situation): boolean {
  return isBeingCreated(record) || standing.kind === 'orphaned';
}

type Tags = Readonly<Record<string, string>>;

/** Each machine keeps the number of its launch, also where a later one was given up or left again. */
function isNumbered({ ordinal }: DevInstanceRecord, machine: Machine): boolean {
  const number = ordinalOf(machine);
  return 0 < number && number <= ordinal;
}

// Tags are asked for one by one: a plan does so for each machine, and seldom finds one missing.
function wantMachineTags(situation: Situation, machine: Machine, want: WantTag): void {
  const { record, spec } = situation;
  for (const key in spec.tags) want(key, spec.tags[key]);
  want(tagKeys.name, record.name);
  want(tagKeys.image, machine.imageId);
  if (record.machineId === machine.id && !isNumbered(record, machine)) {
    want(tagKeys.ordinal, String(record.ordinal));
  }
  want(tagKeys.home, homeTagValue(record));
  const hash = machine.tags[tagKeys.specHash];
  // A hash by other rules says nothing about drift: stamp it anew.
  if (hash === undefined || !isComparableHash(hash)) want(tagKeys.specHash, specHash(spec));
  want(tagKeys.phase, phaseOf(situation, machine.tags));
}

function wantHomeTags(situation: Situation, home: Home, want: WantTag): void {
  const { record, spec } = situation;
  for (const key in spec.tags) want(key, spec.tags[key]);
  want(tagKeys.name, `${record.name}-home`);
  want(tagKeys.phase, phaseOf(situation, home.tags));
}

/** `orphaned` while no file names it. DeleteTags is denied, so a return is written as `active`. */
function phaseOf(situation: Situation, have: Tags): 'orphaned' | 'active' | undefined {
  if (situation.standing.kind === 'orphaned') {
    // What was released stays so when the tombstone goes.
    return have[tagKeys.phase] === 'released' ? undefined : 'orphaned';
  }
  return have[tagKeys.phase] === undefined ? undefined : 'active';
}

/** Homes grow online and never shrink. A volume takes one modification at a time. */
export const growRule: Rule = (situation) => {
  const { home, spec, record, standing } = situation;
  if (home === undefined || standing.kind === 'orphaned') return undefined;
  if (home.modifying === 'modifying') return { waiting: 'the home to be modified' };
  const want = spec.homeVolume;
  if (want.sizeGib < home.sizeGib) return shrinkRefused(situation, home);
  const details = homeDifferences(situation, home);
  if (details.length === 0) return undefined;
  const isBusy = home.modifying === 'optimizing';
  const changes = [
    change(situation, 'change', ['spec_home_volume'], {
      details,
      ...(isBusy ? { withheldBy: 'HomeModifying' } : { at: 'now' }),
    }),
  ];
  if (isBusy) {
    const message = `home ${home.id} is still optimizing after its last modification`;
    const remedy = 'nothing to do: it is modified when EBS is done';
    return { changes, holds: [hold(situation, 'HomeModifying', message, remedy)] };
  }
  return {
    changes,
    action: {
      kind: 'modify-home',
      name: record.name,
      homeId: home.id,
      sizeGib: want.sizeGib,
      type: want.type,
      ...(want.iops === undefined ? {} : { iops: want.iops }),
      ...(want.throughput === undefined ? {} : { throughput: want.throughput }),
    },
  };
};

function homeDifferences({ spec }: Situation, home: Home): readonly string[] {
  const want = spec.homeVolume;
  const differs = (wanted: number | undefined, is: number | undefined) =>
    wanted !== undefined && wanted !== is;
  return [
    ...(want.sizeGib > home.sizeGib
      ? [`home ${home.id} ${home.sizeGib} -> ${want.sizeGib} GiB, online`]
      : []),
    ...(want.type === home.type
      ? []
      : [`home ${home.id} type ${home.type} -> ${want.type}, online`]),
    ...(differs(want.iops, home.iops) ? [`home ${home.id} iops ${home.iops} -> ${want.iops}`] : []),
    ...(differs(want.throughput, home.throughput)
      ? [`home ${home.id} throughput ${home.throughput} -> ${want.throughput} MiB/s`]
      : []),
  ];
}

function shrinkRefused(situation: Situation, home: Home): Finding {
  const wanted = situation.spec.homeVolume.sizeGib;
  const message = `home ${home.id} has ${home.sizeGib} GiB, the spec asks for ${wanted}: EBS volumes never shrink`;
  return {
    changes: [
      change(situation, 'change', ['spec_home_volume'], {
        details: [`home ${home.id} ${home.sizeGib} -> ${wanted} GiB refused`],
        withheldBy: 'HomeShrinkRefused',
      }),
    ],
    holds: [
      hold(
        situation,
        'HomeShrinkRefused',
        message,
        `set homeVolume.sizeGiB to at least ${home.sizeGib}`,
      ),
    ],
  };
}
