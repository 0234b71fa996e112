import { rm } from 'node:fs/promises';
import { earliest, millisBetween, plusMillis } from '../core/instant.ts';
import { makePlan } from '../core/plan/make-plan.ts';
import { statusTable } from '../render/status-table.ts';
import type { ImageFlaws } from '../sim/seed.ts';
import { readWorld, usableFleet } from '../world.ts';
import { type ActingPorts, settleAndReport } from './controller.ts';
import type { Globals } from './globals.ts';
import { exitCodes, type Io, UsageError } from './io.ts';
import { defaultAccountFile, ledgerFor, parseCloud, parseDuration } from './targets.ts';
import { type ActingParts, openAccount, openForActing, withLease } from './wiring.ts';

/** Simulated time, which passes at once: more than any machine takes to become ready. */
const timeoutMs = 60 * 60_000;

/** What the demo does beside running the controller. */
export interface DemoOptions {
  readonly fresh?: boolean;
  /** Publish a newer image to every channel first, as the image pipeline does. */
  readonly newImage?: boolean;
  /** The same with one whose machines never come up. */
  readonly badImage?: boolean;
  /** Let so much simulated time pass, with a controller that is awake at each moment that matters. */
  readonly wait?: string;
}

/** `devinstance demo`: the controller on the simulated account until all is settled. Answers the exit code. */
export async function runDemo(options: DemoOptions, globals: Globals, io: Io): Promise<number> {
  const cloud = parseCloud(globals.cloud);
  if (cloud.kind !== 'sim') {
    throw new UsageError('the demo runs on a simulated account only', 'leave --cloud away');
  }
  const ledger = ledgerFor(cloud, globals.ledger);
  const waitMs = options.wait === undefined ? 0 : parseDuration(options.wait, '--wait');
  if (options.fresh) {
    await rm(cloud.file, { force: true });
    if (ledger.kind === 'file') await rm(ledger.path, { force: true });
  }
  const parts = await openForActing(globals);
  try {
    io.out(`A simulated account in ${cloud.file}; waiting costs no time here.\n\n`);
    if (options.newImage) await publishImages(parts, cloud.file, {}, io);
    if (options.badImage) await publishImages(parts, cloud.file, { flaw: 'unbootable' }, io);
    const code = await withLease(parts, io, (ports) => settleThrough(ports, waitMs, io));
    await printFleet(parts, io);
    if (code === exitCodes.done) printNext(globals, cloud.file, io);
    return code;
  } finally {
    await parts.close();
  }
}

/** A newer image in every channel's parameter. */
async function publishImages(
  { specs }: ActingParts,
  file: string,
  flaws: ImageFlaws,
  io: Io,
): Promise<void> {
  const desired = usableFleet(await specs.read());
  const { people } = await openAccount(desired, file, 'act');
  for (const channel of desired.channels.values()) {
    const imageId = await people.publishImage(channel, flaws);
    io.out(`published ${imageId} to ${channel.follow}\n`);
  }
  io.out('\n');
}

/** Settles now and at each moment that the plan names, until the time is over. */
async function settleThrough(ports: ActingPorts, waitMs: number, io: Io): Promise<number> {
  const end = plusMillis(ports.clock.now(), waitMs);
  const options = { observeOnly: false, timeoutMs };
  for (;;) {
    const code = await settleAndReport(ports, options, io);
    const now = ports.clock.now();
    if (code !== exitCodes.done || now >= end) return code;
    const { world } = await readWorld({ ...ports, observer: ports.cloud }, true);
    const next = earliest([makePlan(world).wakeAt, end]) ?? end;
    await ports.clock.sleep(Math.max(0, millisBetween(now, next)));
    io.out(`\n${ports.clock.now()}\n`);
  }
}

async function printFleet(parts: ActingParts, io: Io): Promise<void> {
  const { world } = await readWorld({ ...parts, observer: parts.cloud }, true);
  io.out(`\n${statusTable(makePlan(world).statuses, world.now, 'table', io.paint)}`);
}

/** Commands that work on the same account, ledger and specs, also in another shell. */
function printNext(globals: Globals, file: string, io: Io): void {
  const rest = [
    file === defaultAccountFile ? '' : ` --cloud sim:${file}`,
    globals.ledger === undefined ? '' : ` --ledger ${globals.ledger}`,
    globals.specs === 'specs' ? '' : ` --specs ${globals.specs}`,
  ].join('');
  const commands = [
    ['plan', 'what the controller would do'],
    ['controller --once', 'one pass; again for the next step'],
    ['get -o wide', 'what is, and why'],
    ['events', 'what happened'],
    ['demo --new-image --wait 24h', 'a newer image, and the night of its first wave'],
    ['rollout status', 'how far that is'],
    ['demo --fresh', 'begin anew'],
  ] as const;
  const lines = commands.map(([command, what]) => [`npx devinstance ${command}${rest}`, what]);
  const width = Math.max(...lines.map(([line]) => line?.length ?? 0));
  io.out(`\nWhat to try next, in any shell:\n  edit a file in ${globals.specs}, then\n`);
  for (const [line = '', what] of lines) io.out(`  ${line.padEnd(width)}   ${what}\n`);
}
