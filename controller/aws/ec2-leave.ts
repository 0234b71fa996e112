import {
  CreateTagsCommand,
  DetachVolumeCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { Action, Outcome } from '../core/action.ts';
import type { Home, Machine } from '../core/observed.ts';
import { tagKeys } from '../core/tags.ts';
import type { ByIdReading } from './ec2-access.ts';
import { tagList } from './ec2-fields.ts';
import { readHomes } from './ec2-homes.ts';
import { readMachines } from './ec2-machines.ts';
import { attempt, changed, notSent, unread, type WriteAccess } from './ec2-mutation.ts';
import { outcomeOf } from './errors.ts';

type Of<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>;

/** What is read by id right before an action that cannot be taken back: the thing itself, or why not to act. */
type Reread<Item> = { readonly item: Item } | { readonly outcome: Outcome };

/**
 * Takes a volume for a home by its tags, if it still carries those it was chosen by and nothing
 * holds it. All tags are written in one call, so it is never half taken.
 */
export async function adoptHome(access: WriteAccess, action: Of<'adopt-home'>): Promise<Outcome> {
  const { homeId, chosenBy, tags } = action;
  const reread = one(await readHomes(access, [homeId]));
  if ('outcome' in reread) return reread.outcome;
  const { item: home } = reread;
  const key = Object.keys(chosenBy).find((each) => home.tags[each] !== chosenBy[each]);
  if (key !== undefined) {
    const isTaken = Object.keys(tags).every((each) => home.tags[each] === tags[each]);
    return isTaken ? { result: 'done', homeId } : changed(`${homeId} has another ${key} by now`);
  }
  if (home.state !== 'available') return changed(`${homeId} is ${home.state}, no longer available`);
  const tagged = await attempt(access, 'CreateTags', () =>
    access.ec2Mutations.send(new CreateTagsCommand({ Resources: [homeId], Tags: tagList(tags) })),
  );
  if (tagged.end === 'not-sent') return notSent;
  return tagged.end === 'failed' ? outcomeOf(tagged.error) : { result: 'done', homeId };
}

/** Detaches a home from a machine that reads as stopped right before. Never with Force. */
export async function detachHome(access: WriteAccess, action: Of<'detach-home'>): Promise<Outcome> {
  const { machineId, machineUid, homeId } = action;
  const reread = one(await readMachines(access, [machineId]));
  if ('outcome' in reread) return reread.outcome;
  const { item: machine } = reread;
  const stranger = notOurs(machine, access.fleet, machineUid);
  if (stranger !== undefined) return changed(stranger);
  if (machine.state !== 'stopped') {
    return changed(`${machineId} is ${machine.state}: a home leaves only a stopped machine`);
  }
  const detached = await attempt(access, 'DetachVolume', () =>
    access.ec2Mutations.send(new DetachVolumeCommand({ VolumeId: homeId, InstanceId: machineId })),
  );
  const done: Outcome = { result: 'done', machineId, homeId };
  if (detached.end === 'not-sent') return notSent;
  if (detached.end === 'answered') return done;
  // EC2 refuses a detach that is done or under way: IncorrectState, InvalidAttachment.NotFound.
  const { items } = await readHomes(access, [homeId]);
  const isLeft = items.some(({ attachments }) =>
    attachments.every(({ instanceId, state }) => instanceId !== machineId || state === 'detaching'),
  );
  return isLeft ? done : outcomeOf(detached.error);
}

/**
 * Terminates one machine (one id a call), after reading by id that it is ours, off unless it never
 * held the home, that the home is where the plan says, and that no volume would go with it but its
 * root.
 */
export async function terminate(access: WriteAccess, action: Of<'terminate'>): Promise<Outcome> {
  const { machineId, uid } = action;
  const reread = one(await readMachines(access, [machineId]));
  if ('outcome' in reread) return reread.outcome;
  const { item: machine } = reread;
  const stranger = notOurs(machine, access.fleet, uid);
  if (stranger !== undefined) return changed(stranger);
  const { state } = machine;
  if (state === 'shutting-down' || state === 'terminated') return { result: 'done' };
  const allowed = action.neverHeldHome === true ? neverHeldStates : (['stopped'] as const);
  if (!allowed.some((each) => each === state)) {
    return changed(`${machineId} is ${state}, not ${allowed.join(' or ')}`);
  }
  const obstacle = await volumeInTheWay(access, action, machine);
  if (obstacle !== undefined) return obstacle;
  const terminated = await attempt(access, 'TerminateInstances', () =>
    access.ec2Mutations.send(new TerminateInstancesCommand({ InstanceIds: [machineId] })),
  );
  if (terminated.end === 'not-sent') return notSent;
  return terminated.end === 'failed' ? outcomeOf(terminated.error) : { result: 'done', machineId };
}

/** A machine that never had the home mounted has nothing to write to it before it goes. */
const neverHeldStates = ['pending', 'running', 'stopping', 'stopped'] as const;

/** What the home or another volume says against the end of the machine, from one read of them all. */
async function volumeInTheWay(
  access: WriteAccess,
  action: Of<'terminate'>,
  { devices, rootDeviceName }: Machine,
): Promise<Outcome | undefined> {
  const { machineId, homeId } = action;
  const others = devices.filter(({ deviceName }) => deviceName !== rootDeviceName);
  const otherIds = others.map(({ volumeId }) => volumeId);
  const ids = homeId === undefined ? otherIds : [homeId, ...otherIds];
  const { items, error } = await readHomes(access, ids);
  if (error !== undefined) return unread(error);
  const astray = homeId === undefined ? undefined : homeAstray(action, homeId, items);
  if (astray !== undefined) return changed(astray);
  const doomed = others.filter(({ deleteOnTermination }) => deleteOnTermination);
  const homes = items.filter(
    ({ id, tags, attachments }) =>
      otherIds.includes(id) &&
      attachments.length > 0 &&
      (tags[tagKeys.role] === 'home' || id === homeId),
  );
  const risked = [...doomed.map(({ volumeId }) => volumeId), ...homes.map(({ id }) => id)];
  return risked.length > 0 ? atRisk(machineId, [...new Set(risked)]) : undefined;
}

/** Where the home is, if not where the plan says: at its holder and nowhere else, or nowhere. */
function homeAstray(
  { machineId, holder }: Of<'terminate'>,
  homeId: string,
  read: readonly Home[],
): string | undefined {
  const home = read.find(({ id }) => id === homeId);
  if (home === undefined) return `${homeId} is not there`;
  if (holder === undefined) {
    return home.state === 'available'
      ? undefined
      : `home ${homeId} is ${home.state}, not available`;
  }
  if (home.state !== 'in-use') return `home ${homeId} is ${home.state}, not at ${holder}`;
  const [held, ...more] = home.attachments.filter(({ state }) => state !== 'detached');
  const isHeld = held?.state === 'attached' || held?.state === 'attaching';
  const isThere = isHeld && more.length === 0 && held.instanceId === holder && holder !== machineId;
  if (isThere) return undefined;
  const places = home.attachments.map(({ instanceId, state }) => `${state} at ${instanceId}`);
  return `home ${homeId} is ${places.join(' and ')}, not just attached to ${holder}`;
}

function atRisk(machineId: string, ids: readonly string[]): Outcome {
  return {
    result: 'refused',
    code: 'VolumesAtRisk',
    message: `${machineId} still has ${ids.join(', ')}, which its end would delete or leave in use`,
    capacity: false,
    remedy: 'Detach them, or set their DeleteOnTermination to false.',
  };
}

function notOurs({ id, tags }: Machine, fleet: string, uid: string): string | undefined {
  const isOurs =
    tags[tagKeys.fleet] === fleet && tags[tagKeys.uid] === uid && tags[tagKeys.role] === 'machine';
  return isOurs ? undefined : `${id} no longer carries the tags of uid ${uid}`;
}

/** The one that was asked for. What cannot be read is not acted on. */
function one<Item extends Machine | Home>(reading: ByIdReading<Item>): Reread<Item> {
  const [item] = reading.items;
  if (item !== undefined) return { item };
  if (reading.error !== undefined) return { outcome: unread(reading.error) };
  return { outcome: changed(`${reading.absent.join(', ')} is not there`) };
}
