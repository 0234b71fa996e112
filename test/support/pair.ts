import type { Machine } from '../../controller/core/observed.ts';
import type { Replacement } from '../../controller/core/record.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { attachmentOf, isGoing, powerOf, snapshotStateOf } from '../../controller/sim/lifecycle.ts';
import type { SimInstance, SimVolume } from '../../controller/sim/state.ts';
import type { Rig } from './rig.ts';

/** What there is of ada-01 by the account's own truth, its machines named by the order of their launch. */
export interface Pair {
  /** Those that are there, as `1 stopped`, `2 running with the home`. */
  readonly machines: readonly string[];
  /** How many were launched, ever. */
  readonly launched: number;
  /** The image of the machine that has the home, by the order of publication. */
  readonly image: number;
  /** Purpose and state of the snapshots of its home, oldest first. */
  readonly snapshots: readonly string[];
}

/** Publishes a newer image to the channel of all; its id. */
export async function publish(rig: Rig): Promise<string> {
  const channel = rig.desired.channels.get('ubuntu-24.04');
  if (channel === undefined) throw new Error('the specs have no such channel');
  return rig.account.people.publishImage(channel);
}

/** The pair as it is now. */
export function pairOf(rig: Rig): Pair {
  const { images, snapshots } = rig.truth();
  const now = nowOf(rig);
  const all = launchedBy(rig);
  const home = homeOf(rig);
  const holder = attachmentOf(home, now)?.instanceId;
  const has = ({ id }: SimInstance) => (id === holder ? ' with the home' : '');
  const holding = all.find(({ id }) => id === holder);
  return {
    machines: all.flatMap((machine, n) =>
      isGoing(machine) ? [] : [`${n + 1} ${powerOf(machine, now)}${has(machine)}`],
    ),
    launched: all.length,
    image: holding === undefined ? 0 : Object.keys(images).indexOf(holding.imageId) + 1,
    snapshots: Object.values(snapshots)
      .filter(({ volumeId, deletingAt }) => volumeId === home.id && deletingAt === undefined)
      .map((one) => `${one.tags[tagKeys.purpose]} ${snapshotStateOf(one, now)}`),
  };
}

/** All machines of ada-01 that were ever launched, in that order. */
export function launchedBy(rig: Rig): readonly SimInstance[] {
  return Object.values(rig.truth().instances).filter(
    ({ tags }) => tags[tagKeys.devInstance] === 'ada-01',
  );
}

/** Which machine has the home, by the order of its launch; 0 where none has. */
export function holderOf(rig: Rig): number {
  const holder = attachmentOf(homeOf(rig), nowOf(rig))?.instanceId;
  return launchedBy(rig).findIndex(({ id }) => id === holder) + 1;
}

/** The id of a machine by the order of its launch, from 1. */
export function idOf(rig: Rig, nth: number): string {
  return launchedBy(rig)[nth - 1]?.id ?? '';
}

/** The one home of ada-01. */
export function homeOf(rig: Rig): SimVolume {
  const homes = Object.values(rig.truth().volumes).filter(
    ({ tags }) => tags[tagKeys.devInstance] === 'ada-01' && tags[tagKeys.role] === 'home',
  );
  const [home] = homes;
  if (home === undefined || homes.length > 1) throw new Error(`${homes.length} homes`);
  return home;
}

/** The sizes in GiB of the roots of the machines that are there, by the order of their launch. */
export function rootsOf(rig: Rig): readonly number[] {
  const { volumes } = rig.truth();
  return launchedBy(rig)
    .filter((machine) => !isGoing(machine))
    .flatMap(({ volumeIds }) =>
      volumeIds.flatMap((id) => {
        const volume = volumes[id];
        return volume?.tags[tagKeys.role] === 'root' ? [volume.shape.sizeGib] : [];
      }),
    );
}

/** Whose data the home holds: the same for ever. */
export function dataOf(rig: Rig): string | undefined {
  return rig.account.disk(homeOf(rig).id)?.marker;
}

function nowOf(rig: Rig): number {
  return Date.parse(rig.account.clock.now());
}

/** The mutations that the last controller sent, in order. */
export function mutationsOf(rig: Rig): readonly string[] {
  return rig.events.filter(isMutation);
}

/** Whether an event of a rig is a call that changes the account. */
export function isMutation(event: string): boolean {
  return !/^(Describe|Get|put|end)/.test(event);
}

/**
 * Where the last controller can be killed, right after each change of the account or the ledger:
 * killed around a read it leaves what it leaves when killed after the change before.
 */
export function changePoints({ events }: Rig): readonly number[] {
  return events.flatMap((event, n) => (isChange(event) ? [n + 0.5] : []));
}

/** Whether an event of a rig changes the account, or what the ledger goes by. */
export function isChange(event: string): boolean {
  return isMutation(event) || /^(putRecord|putChannel|endRequest)$/.test(event);
}

/** Has machines of an image never come up: their status checks stay as they were, their hosts silent. */
export function neverBoots(rig: Rig, imageId: string): void {
  distort(rig, imageId, (machine) => ({ ...machine, checks: 'initializing' }));
}

/** Has the hosts on an image stay silent, whatever their status checks say. */
export function neverReady(rig: Rig, imageId: string): void {
  distort(rig, imageId, (machine) => machine);
}

/** Takes the hosts' reports away from running machines of an image, and shows these otherwise. */
function distort(rig: Rig, imageId: string, show: (machine: Machine) => Machine): void {
  rig.lens = (observed) => {
    const reports = new Map(observed.reports);
    const machines = observed.machines.map((machine) => {
      if (machine.imageId !== imageId || machine.state !== 'running') return machine;
      reports.delete(machine.id);
      return show(machine);
    });
    return { ...observed, machines, reports };
  };
}

/** The replacement under way, as the ledger has it. */
export async function replacementIn(rig: Rig): Promise<Replacement | undefined> {
  return (await rig.ledger.records())[0]?.record.replacement;
}

/** How far a replacement has come: the next step of it, or that it waits for the new machine to be ready. */
export type Stage = 'snapshot-home' | 'launch' | 'start' | 'detach-home' | 'attach-home' | 'ready';

/** Runs pass after pass until a replacement has come so far. */
export async function runTo(rig: Rig, stage: Stage): Promise<void> {
  for (let n = 0; n < 200; n += 1) {
    const { actions, waiting } = await rig.plan();
    const next =
      actions[0]?.kind ?? (/ready with the home/.test(waiting[0]?.what ?? '') && 'ready');
    if (next === stage && (await replacementIn(rig)) !== undefined) return;
    await rig.pass();
    await rig.wait(250);
  }
  throw new Error(`it never comes to ${stage}`);
}

/** Runs pass after pass until that replacement is over, whether or not another begins. */
export async function runOut(rig: Rig): Promise<void> {
  const since = (await replacementIn(rig))?.since;
  for (let n = 0; n < 2_000; n += 1) {
    if ((await replacementIn(rig))?.since !== since) return;
    await rig.pass();
    await rig.wait(1_000);
  }
  throw new Error('it never ends');
}

/** Whether a machine was ever given the home. */
export function wasGivenHome(rig: Rig, nth: number): boolean {
  return rig.account.calls.some(
    ({ action, parameters }) =>
      action === 'AttachVolume' &&
      (parameters as { readonly InstanceId?: string }).InstanceId === idOf(rig, nth),
  );
}
