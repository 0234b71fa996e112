import { allProblems, findWorldProblems } from '../core/faults/world-problems.ts';
import { isFailure } from '../core/rollout/channel-action.ts';
import { isHalted } from '../core/rollout/rollout.ts';
import type { PassPorts, PassReport } from '../pass.ts';
import { renderProblemsText } from '../render/problems.ts';
import { visible } from '../render/visible.ts';
import { logImageAges } from '../service/image-age.ts';
import type { Lease } from '../service/lease.ts';
import { passUnderLease, settle, unfinished } from '../service/settle.ts';
import { openUnlessEmptied } from './emptied-source.ts';
import type { Globals } from './globals.ts';
import { exitCodes, type Io, UsageError } from './io.ts';
import { watchProgress } from './progress.ts';
import { parseDuration } from './targets.ts';
import { openForActing, withLease } from './wiring.ts';

export interface ControllerOptions {
  readonly once?: boolean;
  readonly untilSettled?: boolean;
  readonly timeout: string;
  readonly observe?: boolean;
}

export type ActingPorts = Omit<PassPorts, 'lease'> & { readonly lease: Lease };

/** `devinstance controller`: one pass, or passes until settled. Answers the exit code. */
export async function runController(
  options: ControllerOptions,
  globals: Globals,
  io: Io,
): Promise<number> {
  if ((options.once ?? false) === (options.untilSettled ?? false)) {
    throw new UsageError(
      'say how long to run',
      'add --once for one pass, or --until-settled for passes until nothing is left to do',
    );
  }
  const timeoutMs = parseDuration(options.timeout, '--timeout');
  const observeOnly = options.observe ?? false;
  const opened = await openUnlessEmptied(openForActing, globals);
  if ('emptied' in opened) {
    io.err(renderProblemsText([opened.emptied]));
    return exitCodes.interlock;
  }
  const { ports: parts } = opened;
  try {
    return await withLease(parts, io, async (ports) => {
      if (!options.once) return settleAndReport(ports, { observeOnly, timeoutMs }, io);
      const { onOutcome, onChannelOutcome } = watchProgress(io, ports.clock);
      const told = { ...ports, onOutcome, onChannelOutcome };
      return reportOnce(await passUnderLease(told, observeOnly), io);
    });
  } finally {
    await parts.close();
  }
}

function reportOnce(report: PassReport, io: Io): number {
  printTroubles(report, io);
  logAges(report, io);
  const left = report.plan.waiting.length;
  const outcomes = [...report.outcomes, ...report.channelOutcomes].map(({ outcome }) => outcome);
  const done = outcomes.filter(({ result }) => result === 'done').length;
  const failed = outcomes.filter(isFailure).length;
  io.out(`pass: ${done} done, ${failed} failed, ${left} waiting for AWS\n`);
  printWithheld(report, io);
  return exitCodeOf(report);
}

/** Passes until settled, with progress, and how it ended. Answers the exit code. */
export async function settleAndReport(
  ports: ActingPorts,
  options: { readonly observeOnly: boolean; readonly timeoutMs: number },
  io: Io,
): Promise<number> {
  const progress = watchProgress(io, ports.clock);
  const { onOutcome, onChannelOutcome, onPass } = progress;
  const told = { ...ports, onOutcome, onChannelOutcome };
  const { end, last, passes } = await settle(told, { ...options, onPass });
  progress.end();
  printTroubles(last, io);
  logAges(last, io);
  const after = `after ${passes} ${passes === 1 ? 'pass' : 'passes'}`;
  const failed = unfinished(last);
  if (end === 'timed-out') {
    const names = [
      ...last.plan.waiting.map(({ name, what }) => `${name} (${what})`),
      ...failed.map(({ name, retries }) => `${name} (${retries?.[0]?.code ?? 'an open step'})`),
    ];
    io.err(
      `devinstance: not settled ${after}; still waiting for ${names.join(', ') || 'what AWS throttles'}\n  run it again, or give it more time with --timeout\n`,
    );
    return exitCodes.failed;
  }
  if (end === 'settled' && failed.length === 0) io.out(`settled ${after}\n`);
  else if (end === 'settled') {
    const names = failed.map(({ name }) => name).join(', ');
    io.err(
      `devinstance: not settled ${after}: the last action failed for ${names}\n  mend what is said above, then run it again\n`,
    );
  }
  printWithheld(last, io);
  return exitCodeOf(last);
}

/** For whoever reads logs; people on a terminal have `rollout status`. */
function logAges({ plan, world }: PassReport, io: Io): void {
  if (!io.isTerminal) logImageAges(plan.rollouts, world.desired, io.err);
}

function printTroubles({ parsed, world, plan, failures }: PassReport, io: Io): void {
  const found = findWorldProblems(world);
  const problems = allProblems(parsed, found);
  const said = new Set(found.flatMap(({ hold, names }) => names.map((name) => `${name}/${hold}`)));
  if (problems.length > 0) io.err(renderProblemsText(problems));
  for (const { what, message, remedy } of failures) {
    io.err(`devinstance: could not read ${what}: ${message}\n  ${remedy}\n`);
  }
  for (const { name, reason, message, remedy } of plan.holds) {
    // Their cause is among the lines above.
    if (reason === 'InvalidSpec' || reason === 'ReadFailed') continue;
    if (said.has(`${name}/${reason}`)) continue;
    io.err(`${io.paint.yellow(`! ${name}  ${reason}: ${message}`)}\n  -> ${remedy}\n`);
  }
  for (const { channel, record } of plan.rollouts) {
    const { rollout } = record;
    if (rollout === undefined || !isHalted(rollout)) continue;
    const what = `r${rollout.number} of ${channel} is ${rollout.state}: ${rollout.reason}`;
    const remedy = `devinstance rollout status ${channel} shows what can be done`;
    io.err(`${io.paint.red(`! ${visible(what)}`)}\n  -> ${remedy}\n`);
  }
  for (const { reason, message, remedy } of plan.interlocks) {
    if (found.some(({ hold }) => hold === reason)) continue;
    io.err(`${io.paint.red(`! ${reason}: ${message}`)}\n  -> ${remedy}\n`);
  }
}

/** What is due and merely looked at must not pass for a fleet in order. */
function printWithheld({ plan }: PassReport, io: Io): void {
  const names = plan.changes
    .filter(({ withheldBy }) => withheldBy === 'ObserveMode')
    .map(({ name }) => name);
  const count = new Set(names).size;
  if (count === 0) return;
  const who = count === 1 ? '1 DevInstance' : `${count} DevInstances`;
  io.out(`observed only: changes of ${who} are withheld, devinstance plan shows them\n`);
}

function exitCodeOf(report: PassReport): number {
  if (report.plan.interlocks.length > 0 && report.failures.length === 0) return exitCodes.interlock;
  const isInvalid = report.parsed.problems.some((problem) => problem.severity === 'error');
  const isFailed =
    isInvalid ||
    report.failures.length > 0 ||
    unfinished(report).length > 0 ||
    report.channelOutcomes.some(({ outcome }) => isFailure(outcome));
  return isFailed ? exitCodes.failed : exitCodes.done;
}
