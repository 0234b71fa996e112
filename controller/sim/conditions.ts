import { ec2Error } from './errors.ts';
import { heldAddresses } from './quotas.ts';
import type { Quirks, Scene } from './scene.ts';
import type { Act } from './stage.ts';
import type { SimInstance, SimVolume } from './state.ts';
import {
  stickInstance,
  stickVolume,
  unstickInstance,
  unstickSnapshot,
  unstickVolume,
} from './sticks.ts';
import type {
  Fate,
  InstanceStick,
  LaunchFate,
  QuotaName,
  VolumeStick,
} from './stored-conditions.ts';

/** What AWS's side of the world does, whoever calls. What a promise answers is stored. */
export interface Conditions {
  /**
   * How many more machines of a type fit into a zone, or volumes of a volume type; undefined for
   * plenty.
   */
  setCapacity(az: string, type: string, left: number | undefined): Promise<void>;
  /** Whether a zone has a type at all. */
  setSupported(az: string, type: string, isSupported: boolean): Promise<void>;
  /** How many more instances the subnet has addresses for. */
  setFreeAddresses(subnetId: string, left: number): Promise<void>;
  /** The most that the account may have; undefined for no limit. */
  setQuota(name: QuotaName, most: number | undefined): Promise<void>;
  /** Whether a KMS key works: volumes with one that does not end in `error`, launches die. */
  setKeyUsable(kmsKeyId: string, isUsable: boolean): Promise<void>;
  /** A zone in trouble: Describe calls without ids, or with ids in it, fail as a whole. */
  setZoneOutage(az: string, isOut: boolean): Promise<void>;
  /** Makes an instance's status check fail, or pass again. */
  setImpaired(instanceId: string, isImpaired: boolean): Promise<void>;
  /** The machine's host tells nothing more of its use. */
  silenceHost(instanceId: string): Promise<void>;
  /** Turns a volume's state to `error`. */
  breakVolume(volumeId: string): Promise<void>;
  /**
   * Keeps a resource in a passing state: now, or whenever it next comes into it. A volume that is
   * stuck `busy` or `detaching` gets there by a detachment.
   */
  stick(id: string, state: InstanceStick | VolumeStick): Promise<void>;
  /** Lets an instance, volume or snapshot go on: what it was stuck in is over now. */
  unstick(id: string): Promise<void>;
  /**
   * The next launches are answered and then die with that StateReason, stay `pending`, or run with a
   * flaw: `unbootable`, status checks never become ok and no host comes up; `home-fails`, the host
   * reports `failed` once it has its home.
   */
  nextLaunches(fate: LaunchFate, times?: number): Promise<void>;
  /** The next volumes of CreateVolume end in `error`, or stay `creating`. */
  nextVolumes(fate: Fate, times?: number): Promise<void>;
  /** The next snapshots end in `error`, or stay `pending`. */
  nextSnapshots(fate: Fate, times?: number): Promise<void>;
  /** EC2 remembers no client token of before: how long it does is UNCONFIRMED. */
  forgetTokens(): Promise<void>;
  /** Makes this account object's listings leave out these ids; reads by id still find them. */
  omitFromListings(ids: readonly string[]): void;
  /** Makes listings complete again. */
  completeListings(): void;
  /** Shuffles this account object's listings into short, uneven, at times empty pages. */
  roughenPages(seed: string | undefined): void;
  /** Whether this account object refuses calls beyond EC2's documented rates. */
  throttle(isOn: boolean): void;
  /**
   * Whether this account object answers a token that is used with other parameters with the old
   * result: AWS documents that or a refusal.
   */
  answerChangedTokens(isAnswered: boolean): void;
}

/** The conditions of an account. */
export function conditionsOf(act: Act, quirks: Quirks): Conditions {
  return { ...supplyOf(act), ...troubleOf(act), ...quirksOf(quirks) };
}

type Supply =
  | 'setCapacity'
  | 'setSupported'
  | 'setFreeAddresses'
  | 'setQuota'
  | 'setKeyUsable'
  | 'forgetTokens';

function supplyOf(act: Act): Pick<Conditions, Supply> {
  return {
    setCapacity: (az, type, left) =>
      act(({ state: { capacity } }) => {
        if (left === undefined) delete capacity[`${az}/${type}`];
        else capacity[`${az}/${type}`] = left;
      }),
    setSupported: (az, type, isSupported) =>
      act(({ state }) => setMember(state.unsupported, `${az}/${type}`, !isSupported)),
    setFreeAddresses: (subnetId, left) =>
      act((scene) => {
        const subnet = scene.state.subnets[subnetId];
        if (subnet === undefined) throw ec2Error('InvalidSubnetID.NotFound', `no ${subnetId}`);
        subnet.size = heldAddresses(scene, subnet) + left;
      }),
    setQuota: (name, most) =>
      act(({ state: { conditions } }) => {
        if (most === undefined) delete conditions.quotas[name];
        else conditions.quotas[name] = most;
      }),
    setKeyUsable: (kmsKeyId, isUsable) =>
      act(({ state }) => setMember(state.conditions.unusableKeys, kmsKeyId, !isUsable)),
    forgetTokens: () =>
      act(({ state: { tokens } }) => {
        for (const key of Object.keys(tokens)) delete tokens[key];
      }),
  };
}

type Trouble =
  | 'setZoneOutage'
  | 'setImpaired'
  | 'silenceHost'
  | 'breakVolume'
  | 'stick'
  | 'unstick'
  | 'nextLaunches'
  | 'nextVolumes'
  | 'nextSnapshots';

function troubleOf(act: Act): Pick<Conditions, Trouble> {
  const addFates = <F>(list: (scene: Scene) => F[], fate: F, times = 1) =>
    act((scene) => {
      list(scene).push(...Array.from({ length: times }, () => fate));
    });
  return {
    setZoneOutage: (az, isOut) =>
      act(({ state }) => setMember(state.conditions.sickZones, az, isOut)),
    silenceHost: (instanceId) =>
      act((scene) => {
        instanceOf(scene, instanceId).silentSince = scene.now;
      }),
    setImpaired: (instanceId, isImpaired) =>
      act((scene) => {
        instanceOf(scene, instanceId).impaired = isImpaired;
      }),
    breakVolume: (volumeId) =>
      act((scene) => {
        volumeOf(scene, volumeId).brokenAt = scene.now;
      }),
    stick: (id, state) =>
      act((scene) => {
        if (isOfInstances(state)) stickInstance(scene, instanceOf(scene, id), state);
        else stickVolume(scene, volumeOf(scene, id), state);
      }),
    unstick: (id) =>
      act((scene) => {
        const snapshot = scene.state.snapshots[id];
        if (snapshot !== undefined) unstickSnapshot(scene, snapshot);
        else if (id.startsWith('i-')) unstickInstance(scene, instanceOf(scene, id));
        else unstickVolume(scene, volumeOf(scene, id));
      }),
    nextLaunches: (fate, times) =>
      addFates(({ state }) => state.conditions.fates.launch, fate, times),
    nextVolumes: (fate, times) =>
      addFates(({ state }) => state.conditions.fates.volume, fate, times),
    nextSnapshots: (fate, times) =>
      addFates(({ state }) => state.conditions.fates.snapshot, fate, times),
  };
}

type OfOneObject =
  | 'omitFromListings'
  | 'completeListings'
  | 'roughenPages'
  | 'throttle'
  | 'answerChangedTokens';

function quirksOf(quirks: Quirks): Pick<Conditions, OfOneObject> {
  return {
    omitFromListings: (ids) => {
      for (const id of ids) quirks.hidden.add(id);
    },
    completeListings: () => quirks.hidden.clear(),
    roughenPages: (seed) => {
      quirks.roughPages = seed;
    },
    throttle: (isOn) => {
      quirks.throttles = isOn;
    },
    answerChangedTokens: (isAnswered) => {
      quirks.answersChangedTokens = isAnswered;
    },
  };
}

function setMember(list: string[], member: string, isIn: boolean): void {
  const index = list.indexOf(member);
  if (isIn && index < 0) list.push(member);
  if (!isIn && index >= 0) list.splice(index, 1);
}

function isOfInstances(state: InstanceStick | VolumeStick): state is InstanceStick {
  return state === 'pending' || state === 'stopping' || state === 'shutting-down';
}

/** AWS's own side knows everything at once: visibility lag is for callers. */
function instanceOf(scene: Scene, id: string): SimInstance {
  const instance = scene.state.instances[id];
  if (instance === undefined) throw ec2Error('InvalidInstanceID.NotFound', `no instance ${id}`);
  return instance;
}

function volumeOf(scene: Scene, id: string): SimVolume {
  const volume = scene.state.volumes[id];
  if (volume === undefined) throw ec2Error('InvalidVolume.NotFound', `no volume ${id}`);
  return volume;
}
