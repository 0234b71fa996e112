import { type Instant, minuteMs, plusMillis } from '../instant.ts';
import type { Home, Machine } from '../observed.ts';
import { tagKeys } from '../tags.ts';
import { type Finding, hold } from './finding.ts';
import type { Situation } from './situation.ts';

/** Detaching from a stopped machine takes seconds; after this long a person should look. */
const detachDeadlineMs = 10 * minuteMs;

/**
 * The next step of taking a home off a stopped machine. Never with Force, and never off a
 * hibernated one, whose memory still has the file system mounted.
 */
export function detachHome(
  situation: Situation,
  from: { readonly machine: Machine; readonly home: Home; readonly since: Instant | undefined },
): Finding {
  const { machine, home, since } = from;
  const attachment = home.attachments.find(({ instanceId }) => instanceId === machine.id);
  if (attachment?.state === 'attaching') return { waiting: 'the home to be attached' };
  if (attachment?.state === 'detaching' || attachment?.state === 'busy') {
    const isLate = since !== undefined && situation.now >= plusMillis(since, detachDeadlineMs);
    return isLate ? stuckDetaching(situation, from) : { waiting: 'the home to be detached' };
  }
  if (machine.stateReason?.code === 'Client.UserInitiatedHibernate') {
    const message = `${machine.id} is hibernated: its memory still holds the file system of ${home.id}`;
    const remedy = `start ${machine.id}, then stop it without hibernating`;
    return { holds: [hold(situation, 'UnknownState', message, remedy)] };
  }
  return {
    action: {
      kind: 'detach-home',
      name: situation.record.name,
      machineId: machine.id,
      machineUid: machine.tags[tagKeys.uid] ?? '',
      homeId: home.id,
    },
  };
}

function stuckDetaching(
  situation: Situation,
  {
    machine,
    home,
    since,
  }: { readonly machine: Machine; readonly home: Home; readonly since: Instant | undefined },
): Finding {
  const message = `${home.id} has been detaching from ${machine.id} since ${since}`;
  const remedy = 'look at the volume in EC2; a detach by force can lose data';
  return { holds: [hold(situation, 'StuckDetaching', message, remedy)] };
}
