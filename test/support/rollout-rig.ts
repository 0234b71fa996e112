import type { EffectiveSpec, ResolvedChannel } from '../../controller/core/desired.ts';
import { hourMs, type Instant, plusMillis } from '../../controller/core/instant.ts';
import type { ChannelRecord } from '../../controller/core/record.ts';
import type { Rollout } from '../../controller/core/rollout/rollout.ts';
import type { RolloutWork } from '../../controller/core/rollout/verbs.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import { attachmentOf, isGoing, powerOf } from '../../controller/sim/lifecycle.ts';
import type { ImageFlaws } from '../../controller/sim/seed.ts';
import type { SimInstance, SimVolume } from '../../controller/sim/state.ts';
import { ask } from './living-rig.ts';
import { hasty, makeRig, type Rig, type RigOptions } from './rig.ts';
import { fleetSettings, makeDesired, makeSpec } from './world.ts';

export const channelName = 'ubuntu-24.04';
/** What requests and events of the channel are filed under. */
export const subject = `image/${channelName}`;
export const stableParameter = '/config/dev-instances/eu-west-1/golden-ami/latest-id';
export const previousParameter = '/config/dev-instances/eu-west-1/golden-ami/previous-id';

/** Where the owners of a fleet live, in turn: two of these are half an hour off. */
export const zones = ['Europe/Madrid', 'America/St_Johns', 'Asia/Kolkata', 'Australia/Adelaide'];

export interface RolloutFleet {
  readonly count: number;
  readonly channel?: Partial<ResolvedChannel>;
  /** What differs in one of its specs, by its index. */
  readonly spec?: (index: number) => Partial<EffectiveSpec>;
}

/** Specs `dev-01`, `dev-02`, … that follow one channel, which publishes what it completes. */
export function rolloutFleet({ count, channel = {}, spec = () => ({}) }: RolloutFleet) {
  const base = makeDesired([]).channels.get(channelName);
  if (base === undefined) throw new Error('the specs have no such channel');
  const publish = { stable: stableParameter, previous: previousParameter };
  const resolved: ResolvedChannel = { ...base, publish, ...channel };
  const { schedule } = makeSpec();
  const specs = Array.from({ length: count }, (_, index) => {
    const timezone = zones[index % zones.length] ?? '';
    const name = nameOf(index);
    return makeSpec({ name, schedule: { ...schedule, timezone }, ...spec(index) });
  });
  return makeDesired(specs, {
    fleet: { ...fleetSettings, maxDisruptedPercent: 100 },
    channels: new Map([[channelName, resolved]]),
  });
}

export function nameOf(index: number): string {
  return `dev-${`${index + 1}`.padStart(2, '0')}`;
}

/** A rig whose fleet is made and ready, on its first image. */
export async function rolloutRig(fleet: RolloutFleet, options: RigOptions = {}): Promise<Rig> {
  const rig = await makeRig(rolloutFleet(fleet), { delays: hasty, ...options });
  await rig.settle();
  return rig;
}

export function channelOf({ desired }: Pick<Rig, 'desired'>): ResolvedChannel {
  const channel = desired.channels.get(channelName);
  if (channel === undefined) throw new Error('the specs have no such channel');
  return channel;
}

/** Changes what git says of the channel; undefined takes a field away. */
export function editChannel(
  rig: Rig,
  over: { readonly [Key in keyof ResolvedChannel]?: ResolvedChannel[Key] | undefined },
): void {
  const all = Object.entries({ ...channelOf(rig), ...over });
  const edited = Object.fromEntries(all.filter(([, value]) => value !== undefined));
  const channels = new Map([[channelName, edited as unknown as ResolvedChannel]]);
  rig.desired = { ...rig.desired, channels };
}

/** Changes what git says of one DevInstance. */
export function editSpec(rig: Rig, name: string, over: Partial<EffectiveSpec>): void {
  const spec = rig.desired.devInstances.get(name);
  if (spec === undefined) throw new Error(`the specs have no ${name}`);
  const devInstances = new Map(rig.desired.devInstances).set(name, { ...spec, ...over });
  rig.desired = { ...rig.desired, devInstances };
}

/** Publishes a newer image to the channel; its id. */
export function publishImage(rig: Rig, flaws: ImageFlaws = {}): Promise<string> {
  return rig.account.people.publishImage(channelOf(rig), flaws);
}

/** Asks for something of the channel's rollout, as a command does. */
export function askRollout(
  rig: Rig,
  verb: RolloutWork['verb'],
  more: Pick<RolloutWork, 'full' | 'to'> = {},
): Promise<string> {
  return ask(rig, { kind: 'rollout', verb, ...more }, 24, subject);
}

/**
 * Lets controllers work, each as soon as the one before said that there would be something to do and
 * at least every hour, until a moment.
 */
export async function liveUntil(
  rig: Rig,
  until: Instant,
  afterEach: () => unknown = () => {},
): Promise<void> {
  for (;;) {
    const { last } = await rig.settle();
    await afterEach();
    const now = rig.account.clock.now();
    if (now >= until) return;
    const wakes = [last.plan.wakeAt, plusMillis(now, hourMs), until];
    const next = wakes.filter((at) => at !== undefined && at > now).sort()[0] ?? until;
    await rig.wait(Date.parse(next) - Date.parse(now));
  }
}

/** The same for so many hours. */
export function liveFor(rig: Rig, hours: number, afterEach?: () => unknown): Promise<void> {
  return liveUntil(rig, plusMillis(rig.account.clock.now(), hours * hourMs), afterEach);
}

/** What the ledger knows of the channel. */
export async function recordOf(rig: Rig): Promise<ChannelRecord> {
  const records = await rig.ledger.channels();
  return records.find(({ name }) => name === channelName) ?? { name: channelName };
}

export async function rolloutIn(rig: Rig): Promise<Rollout> {
  const { rollout } = await recordOf(rig);
  if (rollout === undefined) throw new Error('there was no rollout');
  return rollout;
}

/** What people were told of the channel, `reason: message`, in order. */
export async function toldOf(rig: Rig, name = subject): Promise<readonly string[]> {
  const events = await rig.ledger.events(name);
  return events.map(({ reason, message }) => `${reason}: ${message}`);
}

/** What there is of one DevInstance, by the account's own truth. */
export interface Stand {
  /** Of the machines that are there, `running with the home` or `stopped`, oldest first. */
  readonly machines: readonly string[];
  readonly launched: number;
  /** Of the machine that has the home. */
  readonly imageId: string | undefined;
  /** What its home holds. */
  readonly data: string | undefined;
}

export function standOf(rig: Rig, name: string): Stand {
  const all = launchedOf(rig, name);
  const home = homeOf(rig, name);
  const holder = holderOf(rig, name);
  const has = ({ id }: SimInstance) => (id === holder?.id ? ' with the home' : '');
  const there = all.filter((machine) => !isGoing(machine));
  return {
    machines: there.map((machine) => `${powerOf(machine, nowOf(rig))}${has(machine)}`),
    launched: all.length,
    imageId: holder?.imageId,
    data: home && rig.account.disk(home.id)?.marker,
  };
}

/** The names of all DevInstances in git. */
export function namesOf({ desired }: Pick<Rig, 'desired'>): readonly string[] {
  return [...desired.devInstances.keys()].sort();
}

/** The images that the fleet has, each with how many of its homes are on it. */
export function imagesOf(rig: Rig): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of namesOf(rig)) {
    const imageId = standOf(rig, name).imageId ?? 'none';
    counts[imageId] = (counts[imageId] ?? 0) + 1;
  }
  return counts;
}

/** The data of all homes, by name: the same for ever. */
export function dataOf(rig: Rig): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(namesOf(rig).map((name) => [name, standOf(rig, name).data]));
}

/** The DevInstances whose homes are on an image. */
export function namesOn(rig: Rig, imageId: string): readonly string[] {
  return namesOf(rig).filter((name) => standOf(rig, name).imageId === imageId);
}

/** All machines of a name that were ever launched, in that order. */
export function launchedOf(rig: Rig, name: string): readonly SimInstance[] {
  return Object.values(rig.truth().instances).filter(
    ({ tags }) => tags[tagKeys.devInstance] === name,
  );
}

/** The machine that has the home of a name. */
export function holderOf(rig: Rig, name: string): SimInstance | undefined {
  const home = homeOf(rig, name);
  const holder = home && attachmentOf(home, nowOf(rig))?.instanceId;
  return holder === undefined ? undefined : rig.truth().instances[holder];
}

function homeOf(rig: Rig, name: string): SimVolume | undefined {
  const homes = Object.values(rig.truth().volumes).filter(
    ({ tags }) => tags[tagKeys.devInstance] === name && tags[tagKeys.role] === 'home',
  );
  if (homes.length > 1) throw new Error(`${name} has ${homes.length} homes`);
  return homes[0];
}

function nowOf(rig: Rig): number {
  return Date.parse(rig.account.clock.now());
}

/** The last value of a parameter; undefined where there is none. */
export function parameterOf(rig: Rig, name: string): string | undefined {
  return rig.truth().parameters[name]?.at(-1)?.value;
}

/** The images of the account that are registered, oldest first. */
export function registeredImages(rig: Rig): readonly string[] {
  return Object.values(rig.truth().images).flatMap(({ id, deregisteredAt }) =>
    deregisteredAt === undefined ? [id] : [],
  );
}
