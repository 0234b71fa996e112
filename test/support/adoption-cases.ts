import { minuteMs, plusMillis } from '../../controller/core/instant.ts';
import { tagKeys } from '../../controller/core/tags.ts';
import {
  type AdoptionCase,
  asking,
  former,
  formerTags,
  fromSnapshot,
  given,
  heldBy,
  orphan,
  released,
  snapshot,
  spec,
  takeOver,
  volume,
} from './adoption-world.ts';
import { stopped } from './plan-case.ts';
import { makeSnapshot } from './plan-said.ts';
import { lastWeek, makeMachine, mondayMorning } from './world.ts';

const refusal = (reason: RegExp) => [['AdoptionRefused', reason]] as const;

/** Every way in which a source of a home is taken, waited for or refused. */
export const adoptionCases: readonly AdoptionCase[] = [
  { what: 'a volume given by an operator is adopted', kinds: ['adopt-home'] },
  {
    what: 'one not given is refused',
    home: { ...volume, tags: {} },
    holds: refusal(/lacks devinstance:fleet=dev and devinstance:adopt=ada-01/),
  },
  {
    what: 'one of another fleet is refused',
    home: { ...volume, tags: { ...given, [tagKeys.fleet]: 'prod' } },
    holds: refusal(/lacks devinstance:fleet=dev/),
  },
  {
    what: "another fleet's released home is refused, without telling whose it is",
    home: {
      ...released,
      tags: { ...released.tags, [tagKeys.fleet]: 'prod', [tagKeys.owner]: 'eve' },
    },
    holds: refusal(/lacks devinstance:fleet=dev/),
  },
  {
    what: 'one given to another name is refused',
    home: { ...volume, tags: { ...given, [tagKeys.adopt]: 'ada-02' } },
    holds: refusal(/lacks devinstance:adopt=ada-01/),
  },
  {
    what: 'one given, but of another owner, is refused',
    home: { ...volume, tags: { ...given, [tagKeys.owner]: 'eve' } },
    holds: refusal(/belongs to eve/),
  },
  { what: 'a released home of the same owner is adopted', home: released, kinds: ['adopt-home'] },
  {
    what: 'an orphaned home of the same owner is adopted',
    home: { ...volume, tags: { ...formerTags, [tagKeys.phase]: 'orphaned' } },
    kinds: ['adopt-home'],
  },
  {
    what: 'a released home without an owner is refused',
    home: {
      ...volume,
      tags: { ...given, [tagKeys.adopt]: '', [tagKeys.role]: 'home', [tagKeys.phase]: 'released' },
    },
    holds: refusal(/is not given/),
  },
  {
    what: 'a released volume that is no home is refused',
    home: { ...released, tags: { ...released.tags, [tagKeys.role]: 'root' } },
    holds: refusal(/is not given/),
  },
  {
    what: 'a home in use by nobody the ledger knows is refused',
    home: { ...volume, tags: formerTags },
    holds: refusal(/is not given/),
  },
  {
    what: 'the home of a removed name is adopted, whatever its phase says',
    others: [former],
    home: { ...volume, tags: formerTags },
    kinds: ['adopt-home'],
  },
  {
    what: 'the home of a living name is refused, even given',
    home: { ...volume, id: 'vol-bob' },
    spec: asking({ volumeId: 'vol-bob' }),
    holds: refusal(/is the home of bob-01/),
  },
  {
    what: 'one that nothing shows is said to be unread',
    observed: { homes: [] },
    holds: [['ReadFailed', /could not be read/]],
  },
  {
    what: 'one that does not exist is refused',
    observed: { homes: [], absent: new Set(['vol-00000009']) },
    holds: refusal(/does not exist/),
  },
  {
    what: 'one in error is refused',
    home: { ...volume, state: 'error' },
    holds: refusal(/in state error/),
  },
  {
    what: 'one in a state from the future is refused',
    home: { ...volume, state: 'unknown' },
    holds: refusal(/in state unknown/),
  },
  {
    what: 'one that is being made is waited for',
    home: { ...volume, state: 'creating' },
    waiting: 'the volume to become available',
  },
  {
    what: 'one not encrypted is refused',
    home: { ...volume, encrypted: false },
    holds: refusal(/not encrypted/),
  },
  {
    what: 'one for many machines is refused',
    home: { ...volume, multiAttach: true },
    holds: refusal(/several machines/),
  },
  {
    what: 'one in a zone without a subnet of its class is held',
    home: { ...volume, az: 'eu-west-1c' },
    holds: [['NoSubnet', /is in eu-west-1c/]],
  },
  {
    what: 'where subnets could not be read its zone is no reason',
    observed: { subnets: new Map() },
    kinds: ['adopt-home'],
  },
  {
    what: 'one in another zone than its machine is refused',
    record: { ordinal: 1, machineId: 'i-00000001', ...stopped },
    machines: [
      makeMachine(spec, { az: 'eu-west-1b', state: 'stopped', checks: 'none', devices: [] }),
    ],
    holds: refusal(/is in eu-west-1a, machine i-00000001 in eu-west-1b/),
  },
  {
    what: 'attached somewhere, it is refused',
    home: { ...volume, state: 'in-use', attachments: heldBy('i-99', 'attached').attachments },
    holds: refusal(/is attached to i-99/),
  },
  {
    what: 'being attached somewhere, it is refused',
    home: { ...volume, state: 'in-use', attachments: heldBy('i-99', 'attaching').attachments },
    holds: refusal(/is attached to i-99/),
  },
  {
    what: 'released by a complete retirement, but attached by a person since, it is refused',
    others: [{ ...former, retirement: { since: lastWeek, isComplete: true } }],
    machines: [orphan()],
    home: heldBy('i-old', 'attached'),
    holds: refusal(/is attached to i-old/),
  },
  {
    what: 'a removed name stopped: its home is taken off that machine',
    ...takeOver,
    home: heldBy('i-old', 'attached'),
    kinds: ['detach-home'],
  },
  {
    what: 'on a machine of yet another uid it is refused',
    others: [former],
    machines: [orphan({ tags: { [tagKeys.uid]: 'uid-eve' } })],
    home: heldBy('i-old', 'attached'),
    holds: refusal(/is attached to i-old/),
  },
  {
    what: 'a removed name stopping: waited for',
    others: [former],
    machines: [orphan({ state: 'stopping' })],
    home: heldBy('i-old', 'attached'),
    waiting: 'i-old of old-01 to stop',
  },
  {
    what: 'a removed name terminated: waited for',
    others: [former],
    machines: [orphan({ state: 'terminated' })],
    home: heldBy('i-old', 'attached'),
    waiting: 'the home to be released by its former machine',
  },
  {
    what: 'a removed name in a state from the future: nothing is taken',
    others: [former],
    machines: [orphan({ state: 'unknown' })],
    home: heldBy('i-old', 'attached'),
    holds: [['HomeAwaited', /still attached to i-old/]],
  },
  {
    what: 'coming off for ten minutes: stuck',
    ...takeOver,
    record: { detachingSince: plusMillis(mondayMorning, -10 * minuteMs) },
    home: heldBy('i-old', 'detaching'),
    holds: [['StuckDetaching', /vol-00000009/]],
  },
  {
    what: 'a snapshot given: a machine is launched for its home',
    spec: fromSnapshot,
    kinds: ['launch'],
  },
  {
    what: 'a snapshot not given is refused',
    spec: fromSnapshot,
    snapshot: { ...snapshot, tags: {} },
    holds: refusal(/is not given to ada-01/),
  },
  {
    what: "a snapshot of the same owner's home is not given by that alone",
    spec: fromSnapshot,
    snapshot: makeSnapshot(),
    holds: refusal(/is not given to ada-01/),
  },
  {
    what: 'a snapshot that is pending is waited for',
    spec: fromSnapshot,
    snapshot: { ...snapshot, state: 'pending' },
    waiting: 'the snapshot to complete',
  },
  {
    what: 'a snapshot that failed is refused',
    spec: fromSnapshot,
    snapshot: { ...snapshot, state: 'error' },
    holds: refusal(/in state error/),
  },
  {
    what: 'a snapshot larger than the home is refused',
    spec: fromSnapshot,
    snapshot: { ...snapshot, sizeGib: 101 },
    holds: refusal(/holds 101 GiB/),
  },
  {
    what: 'a create that was begun is brought to its end first',
    record: {
      step: { action: { kind: 'launch', name: 'ada-01', request: {} as never }, at: mondayMorning },
    },
    home: { ...volume, tags: {} },
    kinds: ['launch'],
  },
];
