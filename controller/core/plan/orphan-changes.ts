import type { Action } from '../action.ts';
import { isOn } from '../observed.ts';
import { orphanStopAt } from './duty.ts';
import { change } from './finding.ts';
import type { Situation } from './situation.ts';
import type { Change } from './world.ts';

/** What is left to do for a DevInstance that no file names any more; nothing once it is put away. */
export function orphanChanges(situation: Situation, action: Action | undefined): readonly Change[] {
  const { machine, record } = situation;
  const isRunning = isOn(machine?.state);
  if (!isRunning && action === undefined) return [];
  const home = record.homeId === undefined ? [] : [homeFate(situation, record.homeId)];
  const fate = isRunning
    ? 'marked orphaned, stopped once and never started again'
    : 'marked orphaned and not started again';
  const details =
    machine === undefined ? home : [`machine ${machine.id} is kept, ${fate}`, ...home];
  const at = isRunning ? orphanStopAt(situation) : undefined;
  const when = at === undefined || at <= situation.now ? ('now' as const) : at;
  const note = 'restore the file to keep it running';
  return [change(situation, 'orphan', ['file_removed'], { details, at: when, note })];
}

function homeFate({ neighbours, record }: Situation, homeId: string): string {
  const [taker, ...others] = neighbours.claimantsOf(homeId);
  return taker === undefined || others.length > 0
    ? `home ${homeId} is kept, whole and untouched`
    : `home ${homeId} is kept: ${taker} takes it over once ${record.name} has stopped`;
}
