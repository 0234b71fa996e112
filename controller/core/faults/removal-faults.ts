import { firstFew } from '../first-few.ts';
import {
  disruptedInterlock,
  emptySourceInterlock,
  removedOfLate,
  replacedOfLate,
  retiredOfLate,
} from '../guard.ts';
import type { Interlock, World } from '../plan/world.ts';
import { compareText, type Fault, makeProblem } from '../spec/problem.ts';
import { locateFault } from '../spec/reading.ts';
import { findManifest, type SpecSources } from '../spec/sources.ts';
import type { WorldProblem } from './complaint.ts';

/** More removed than may be: all of them is the folder's fault, many the fault of the Fleet's limit. */
export function removalProblem(world: World, sources: SpecSources): WorldProblem | undefined {
  const names = [...removedOfLate(world), ...retiredOfLate(world), ...replacedOfLate(world)].sort(
    compareText,
  );
  const empty = emptySourceInterlock(world);
  if (empty !== undefined) {
    const place = { line: 1, column: 1 };
    const problem = makeProblem(sources.folder, place, interlockFault(empty));
    return { problem, hold: empty.reason, names };
  }
  const disrupted = disruptedInterlock(world);
  const fleet = findManifest(sources, 'Fleet', world.desired.fleet.name);
  if (disrupted === undefined || fleet === undefined) return undefined;
  const field = ['spec', 'limits', 'maxDisruptedPercent'];
  const message = `${interlockFault(disrupted).message}: ${firstFew(names)}`;
  const problem = locateFault(fleet, { ...interlockFault(disrupted), message, field });
  return { problem, hold: disrupted.reason, names };
}

/** The interlock in the words of a problem, under its name: it is what stands in the way. */
export function interlockFault({ reason, message, remedy }: Interlock): Fault {
  return {
    code: 'E_GUARD',
    message: `${reason}: ${message}`,
    fix: `${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}.`,
  };
}
