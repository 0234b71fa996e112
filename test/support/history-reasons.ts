import type { HoldReason, Plan } from '../../controller/core/plan/world.ts';
import type { Life } from './history-life.ts';

const claims = ['claim', 'rename', 'swap'];
const untags = ['untagHome', 'untagMachine'];

/** What must have happened for a hold to stand once all troubles are over; none other may. */
const causes: Partial<Record<HoldReason, readonly string[]>> = {
  AdoptionRefused: [...claims, 'claimSnapshot', 'operatorVolume'],
  HomeAwaited: claims,
  HomeElsewhere: [...claims, 'detach', 'attachElsewhere', 'attachToOther'],
  HomeError: ['volumeFails'],
  HomeMissing: [...claims, 'deleteHome', 'untagHome', 'untagMachine'],
  HomeModifying: ['grow'],
  HomeShrinkRefused: ['grow'],
  ImageUnusable: ['publishFlawed', 'pin', 'ownImage', 'unpin'],
  IdentityConflict: [...claims, ...untags, 'copyMachine', 'changeOwner', 'renameBare'],
  InterlockEmptySource: ['remove', 'rename', 'renameBare'],
  InvalidSpec: ['breakSpec'],
  NotReady: [
    'launchFlawed',
    'detach',
    'operatorVolume',
    'loseLedger',
    'untagHome',
    'untagMachine',
    'copyMachine',
  ],
  OwnerChanged: ['changeOwner'],
  Retired: ['retire'],
  RolledBack: ['askRollback'],
  // What was kept, or on its way, only the ledger knows.
  SecondMachine: ['copyMachine', 'loseLedger'],
  NeverOff: ['mode', 'actions', 'windows', 'askExtend', 'askStart'],
  ReplacementFailed: [
    'launchFlawed',
    'launchDies',
    'noCapacity',
    'noCapacityAtAll',
    'stickHome',
    'stickMachine',
  ],
  Suspended: ['suspend', 'askSuspend'],
  UpgradeNever: ['upgrade'],
};

/** What days of peace put an end to. */
const passing: readonly HoldReason[] = ['HomeModifying', 'ReplacementFailed'];

/** Holds that nothing in the history explains, or that contradict what git says. */
export function unexplained(
  { git, rig }: Life,
  plan: Plan,
  happened: readonly string[],
  after: 'hours' | 'days' = 'hours',
): readonly string[] {
  // A file that is not followed as written leaves its last effective spec in force.
  const isAskedFor = (name: string) =>
    git.invalid.has(name) ||
    (git.files.has(name) && git.files.get(name)?.lifecycle !== 'retired') ||
    plan.holds.some((hold) => hold.name === name && hold.reason === 'OwnerChanged');
  const specOf = (name: string) => rig.desired.devInstances.get(name);
  return plan.holds.flatMap(({ name, reason, message }) => {
    const line = `${name} ${reason}: ${message}`;
    // Whatever AWS refused for a quarter of an hour waits for the next day.
    const isRefused = reason === 'ReplacementFailed' && /\(\w+: .*\)$/.test(message);
    if (isRefused && after === 'hours') return [];
    if (!causes[reason]?.some((cause) => happened.includes(cause))) return [line];
    if (after === 'days' && passing.includes(reason)) return [line];
    if (reason === 'UpgradeNever' && specOf(name)?.upgrade.when !== 'never') return [line];
    const holder = /is the home of (\S+), which the specs still ask for/.exec(message)?.[1];
    if (holder !== undefined && !isAskedFor(holder)) return [line];
    const [, former, stopsAt] = / of (\S+), which stops (\S+)$/.exec(message) ?? [];
    const isLate = stopsAt !== undefined && stopsAt <= rig.account.clock.now();
    // What keeps its machine from being stopped is said of that one, and has causes of its own.
    return isLate && !plan.holds.some((hold) => hold.name === former) ? [line] : [];
  });
}
