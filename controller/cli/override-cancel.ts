import { dutyWithout } from '../core/plan/asked-duty.ts';
import { inspect, knownNames } from '../core/plan/inspect.ts';
import { makePlan } from '../core/plan/make-plan.ts';
import { isPutAway } from '../core/plan/status.ts';
import type { Plan, World } from '../core/plan/world.ts';
import { everyName, type LedgerRequest } from '../core/request.ts';
import { OperatorError } from '../ports.ts';
import { dutyText, workText } from '../render/override-text.ts';
import { visible } from '../render/visible.ts';
import { readWorld } from '../world.ts';
import { restrictionOn } from './asked-of.ts';
import { type AskingParts, actorOf, commandEvent, withAskingParts } from './asking.ts';
import type { Globals } from './globals.ts';
import { exitCodes, type Io } from './io.ts';
import { hintFor } from './views.ts';

/** `devinstance override cancel NAME|ID`: ends an override early. Answers the exit code. */
export function runOverrideCancel(nameOrId: string, globals: Globals, io: Io): Promise<number> {
  return withAskingParts(globals, (parts) => cancelWith(parts, nameOrId, io));
}

/** Ends the override that is meant, and says what is wanted then. Answers the exit code. */
export async function cancelWith(parts: AskingParts, nameOrId: string, io: Io): Promise<number> {
  const { world } = await readWorld(parts, false);
  const plan = makePlan(world);
  const request = overrideNamed(nameOrId, world, plan);
  await cancel(parts, world, request);
  io.out(`cancelled ${workText(request)} on ${visible(request.name)}\n`);
  sayWhatIsWanted(world, plan, request.name, io);
  return exitCodes.done;
}

/** The override in force that somebody means by a DevInstance's name, an id or the first part of one. */
function overrideNamed(nameOrId: string, world: World, { inForce }: Plan): LedgerRequest {
  const isOverride = ({ work }: LedgerRequest) => work.kind === 'override';
  const ofName = inForce.find((one) => one.name === nameOrId && isOverride(one));
  if (ofName !== undefined) return ofName;
  const known = knownNames(world);
  const shown = visible(nameOrId);
  const remedy = 'devinstance override list shows those in force';
  if (known.includes(nameOrId)) throw new OperatorError(`no override of ${shown} stands`, remedy);
  if (!/^[0-9a-z-]{6,36}$/.test(nameOrId)) {
    throw new OperatorError(`there is no DevInstance ${shown}`, hintFor(nameOrId, known));
  }
  const [found, ...others] = inForce.filter(({ id }) => id.startsWith(nameOrId));
  if (found === undefined) {
    const hint = hintFor(nameOrId, known);
    throw new OperatorError(`no DevInstance is called ${shown}, and no override has that id`, hint);
  }
  if (others.length > 0) {
    const ids = [found, ...others].map(({ id }) => id).join(', ');
    throw new OperatorError(`${shown} is the beginning of several ids: ${ids}`, 'write one whole');
  }
  if (isOverride(found)) return found;
  const whom = found.name === everyName ? '--all' : found.name;
  throw new OperatorError(`${shown} is a suspension`, `devinstance resume ${whom} ends it`);
}

/** With those it replaced: none of them must count again. */
async function cancel(
  { ledger }: AskingParts,
  { requests, now: at }: World,
  request: LedgerRequest,
): Promise<void> {
  const { name } = request;
  const actor = actorOf();
  const isOfName = (one: LedgerRequest) => one.name === name && one.work.kind === 'override';
  // The one in force last: whoever is killed in between can cancel it again.
  for (const { id } of requests.filter((one) => isOfName(one) && one.id !== request.id)) {
    await ledger.endRequest(id, { at, result: 'done', message: 'it was replaced by a newer one' });
  }
  const message = `cancelled by ${actor}`;
  const isEnded = await ledger.endRequest(request.id, { at, result: 'cancelled', message });
  if (!isEnded) {
    const remedy = 'devinstance override list shows those in force';
    throw new OperatorError(`the override of ${name} has just ended`, remedy);
  }
  const told = `${actor} cancelled ${workText(request)}, which lasted until ${request.expiresAt}`;
  await ledger.putEvents([commandEvent(name, at, 'OverrideCancelled', told)]);
}

/** What its schedule wants of it now; nothing of one over which it has no say. */
function sayWhatIsWanted(world: World, plan: Plan, name: string, io: Io): void {
  const situation = inspect(world, plan, [name])[0]?.situation;
  if (situation === undefined || situation.standing.kind === 'orphaned') return;
  if (isPutAway(situation)) return;
  const { spec, machine, now } = situation;
  const { timezone } = spec.schedule;
  const restriction = restrictionOn(world, name, spec.labels);
  const duty = dutyWithout(situation);
  io.out(dutyText({ name, now, timezone, duty, machine: machine?.state, restriction }));
}
