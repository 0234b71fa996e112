import { inspect, knownNames } from '../core/plan/inspect.ts';
import { isActedOn } from '../core/plan/make-plan.ts';
import { isSuspended, type Situation } from '../core/plan/situation.ts';
import type { Plan, World } from '../core/plan/world.ts';
import { everyName } from '../core/request.ts';
import { OperatorError } from '../ports.ts';
import { localMoment } from '../render/local-time.ts';
import { visible } from '../render/visible.ts';
import { hintFor } from './views.ts';

/**
 * The situation of a DevInstance of which something may be asked: it is made, and git has not given
 * it up. Throws OperatorError where that is not so.
 */
export function askableSituation(world: World, plan: Plan, name: string): Situation {
  const known = knownNames(world);
  if (!known.includes(name)) {
    throw new OperatorError(`there is no DevInstance ${visible(name)}`, hintFor(name, known));
  }
  if (!world.records.has(name)) {
    const remedy = 'ask again once it is; devinstance plan shows what it waits for';
    throw new OperatorError(`${name} is not made yet`, remedy);
  }
  const situation = inspect(world, plan, [name])[0]?.situation;
  if (situation === undefined) {
    throw new OperatorError(`${name} cannot be planned`, 'devinstance plan shows why');
  }
  if (situation.standing.kind === 'orphaned') {
    const remedy = 'restore its file to have it follow commands again';
    throw new OperatorError(`the file of ${name} is gone from the specs`, remedy);
  }
  if (situation.spec.lifecycle === 'retired') {
    const remedy = 'set lifecycle: active in its file to take that back';
    throw new OperatorError(`${name} is retired by its file`, remedy);
  }
  return situation;
}

/** Throws OperatorError where the controller keeps its hands off: nothing would come of a wish. */
export function refuseSuspended(situation: Situation): void {
  if (!isSuspended(situation)) return;
  const { record, spec, neighbours, now } = situation;
  const asked = neighbours.suspensionOf(record.name);
  if (asked === undefined) {
    const remedy = 'set lifecycle: active in its file first';
    throw new OperatorError(`${record.name} is suspended by its file`, remedy);
  }
  const { actor, reason, expiresAt, name } = asked;
  const isAll = name === everyName;
  const until = localMoment(expiresAt, now, spec.schedule.timezone);
  throw new OperatorError(
    `${isAll ? 'every DevInstance' : name} is suspended until ${until} by ${visible(actor)}: ${visible(reason)}`,
    `devinstance resume ${isAll ? '--all' : name} ends that`,
  );
}

/** Why the controller leaves a DevInstance as it is, whatever is asked for. */
export function restrictionOn(
  world: World,
  name: string,
  labels: Readonly<Record<string, string>>,
): string | undefined {
  if (isActedOn(world, labels)) return undefined;
  return world.desired.fleet.mode === 'observe'
    ? 'the Fleet is in mode: observe, so the controller acts on nothing there'
    : `enforceFor in the Fleet leaves ${name} out, so the controller acts on nothing there`;
}
