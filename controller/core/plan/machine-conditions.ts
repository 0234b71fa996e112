import { plusMillis } from '../instant.ts';
import type { Home, Machine } from '../observed.ts';
import { tagKeys } from '../tags.ts';
import { isMaybeThere } from './absence.ts';
import { type Finding, isFalse, isTrue, isUnknown } from './condition.ts';
import { visibilityMs } from './memory.ts';
import { isUnread, type Situation } from './situation.ts';

/** Whether the home exists and can be used. */
export function homeReady({ home, homeFate, record, observed, now }: Situation): Finding {
  if (home !== undefined) return homeStateFinding(home, record.homeSince);
  if (homeFate === 'unread' || (homeFate === 'none' && isUnread(observed, 'homes'))) {
    return isUnknown('ReadFailed', 'homes could not be read');
  }
  if (homeFate === 'none') return isFalse('HomeNotMade', 'it has no home yet');
  const { homeId, homeSince } = record;
  return homeSince !== undefined && now < plusMillis(homeSince, visibilityMs)
    ? isUnknown('NotVisibleYet', `home ${homeId} may not be visible yet`)
    : isFalse('HomeMissing', `home ${homeId} was asked for by id and not found`);
}

function homeStateFinding(home: Home, since: string | undefined): Finding {
  const what = `home ${home.id} is ${home.state}`;
  switch (home.state) {
    case 'available':
    case 'in-use':
      return isTrue('HomeExists', what, since);
    case 'creating':
      return isFalse('HomeCreating', what, since);
    case 'unknown':
      return isUnknown('UnknownState', `home ${home.id} is in a state this version does not know`);
    default:
      return isFalse('HomeError', what);
  }
}

/** Whether there is a machine, whatever it does. */
export function launched(situation: Situation): Finding {
  const { machine, record, former, observed } = situation;
  if (machine !== undefined) {
    return isTrue('MachineExists', `${machine.id}, ${machine.type} in ${machine.az}`);
  }
  if (former === 'unread' || isUnread(observed, 'machines')) {
    return isUnknown('ReadFailed', 'machines could not be read');
  }
  if (isMaybeThere(situation)) {
    return isUnknown('NotVisibleYet', `${record.machineId} may not be visible yet`);
  }
  if (situation.record.retirement?.isComplete) {
    return isFalse('Retired', 'its machine is gone for good');
  }
  if (former === 'none') return isFalse('NotLaunched', 'it has no machine yet');
  return isFalse('MachineTerminated', `${record.machineId} is terminated or gone`);
}

/** Whether the home is attached to the machine. */
export function homeAttached(situation: Situation): Finding {
  const { machine, home } = situation;
  if (machine === undefined) return without(launched(situation));
  if (home === undefined) return without(homeReady(situation));
  const own = home.attachments.find(({ instanceId }) => instanceId === machine.id);
  const elsewhere = home.attachments.find(
    ({ instanceId, state }) => instanceId !== machine.id && state !== 'detached',
  );
  switch (own?.state) {
    case 'attached':
      return isTrue('Attached', `${home.id} is attached to ${machine.id} as ${own.deviceName}`);
    case 'unknown':
      return isUnknown('UnknownState', `the attachment of ${home.id} is in an unknown state`);
    case undefined:
    case 'detached':
      return elsewhere === undefined
        ? isFalse('NotAttached', `${home.id} is attached to no machine`)
        : isFalse('HomeElsewhere', `${home.id} is attached to ${elsewhere.instanceId}`);
    default:
      return isFalse('AttachmentChanging', `${home.id} is ${own?.state} on ${machine.id}`);
  }
}

/** What there is not has no further property; of what is not known nothing further is known. */
function without(absent: Finding): Finding {
  const { status, reason, message } = absent;
  return status === 'Unknown' ? isUnknown(reason, message) : isFalse(reason, message);
}

/** Whether the machine answers: EC2's status checks and, where hosts report, its own word. */
export function reachable(situation: Situation): Finding {
  const { machine, record } = situation;
  if (machine === undefined) return without(launched(situation));
  const since = record.becomingReadySince;
  if (machine.state === 'unknown') {
    return isUnknown('UnknownState', `${machine.id} is in a state this version does not know`);
  }
  if (machine.state !== 'running')
    return isFalse('NotRunning', `${machine.id} is ${machine.state}`);
  switch (machine.checks) {
    case 'none':
      return isUnknown('ChecksNotRead', `the status checks of ${machine.id} could not be read`);
    case 'ok':
      return hostFinding(situation, machine);
    case 'initializing':
      return isFalse('ChecksInitializing', `the status checks of ${machine.id} are running`, since);
    case 'impaired':
      return isFalse('ChecksImpaired', `the status checks of ${machine.id} fail`, since);
  }
}

function hostFinding({ observed, record }: Situation, machine: Machine): Finding {
  const since = record.becomingReadySince;
  if (observed.failures.some(({ what }) => what === 'reports')) {
    return isUnknown('ReadFailed', 'the reports of hosts could not be read');
  }
  if (observed.reports === undefined) {
    return isTrue('ChecksPassed', `the status checks of ${machine.id} pass`);
  }
  const report = observed.reports.get(machine.id);
  if (report === undefined) return isUnknown('NoReport', `the host of ${machine.id} says nothing`);
  const reason = report.reason === undefined ? '' : `: ${report.reason}`;
  if (report.phase === 'failed') {
    return isFalse('HostFailed', `the host reports a failure${reason}`, since);
  }
  if (report.phase !== 'ready') {
    return isFalse('HostStarting', `the host reports phase ${report.phase}${reason}`, since);
  }
  return report.specHash === machine.tags[tagKeys.specHash]
    ? isTrue('HostReady', 'its host reports that it is ready')
    : isFalse(
        'HostOfAnotherSpec',
        'its host reports another spec than it was launched with',
        since,
      );
}

/** Whether the machine is off, and who turned it off. */
export function stopped(situation: Situation): Finding {
  const { machine, record, duty } = situation;
  if (machine === undefined) return without(launched(situation));
  const since = (state: 'running' | 'stopped') =>
    record.power?.state === state ? record.power.at : undefined;
  switch (machine.state) {
    case 'stopped': {
      const by = record.power?.state === 'stopped' ? record.power.by : undefined;
      if (by === 'person')
        return isTrue('StoppedByPerson', 'a person stopped it', since('stopped'));
      if (by === 'aws') return isTrue('StoppedByAws', 'AWS stopped it', since('stopped'));
      const why = duty.state === 'stopped' ? duty.reason : 'it is about to be started';
      return isTrue('StoppedByController', why, since('stopped'));
    }
    case 'unknown':
      return isUnknown('UnknownState', `${machine.id} is in a state this version does not know`);
    case 'running':
      return isFalse('Running', `${machine.id} is running`, since('running'));
    default:
      return isFalse('PowerChanging', `${machine.id} is ${machine.state}`);
  }
}
