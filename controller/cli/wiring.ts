import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { DesiredFleet } from '../core/desired.ts';
import type { Marker } from '../core/record.ts';
import type { Clock, Cloud, Ledger, Specs, Steady } from '../ports.ts';
import { isHolderDead, shortHolder, thisHolder } from '../service/holder.ts';
import { acquireLease, LEASE_TTL_MS, type Lease } from '../service/lease.ts';
import { systemSteady } from '../service/steady.ts';
import { systemClock } from '../service/system-clock.ts';
import type { SimAccount } from '../sim/account.ts';
import { folderSpecs } from '../sources/folder.ts';
import { checkIdentity, checkPlace, type ReadPorts, usableFleet } from '../world.ts';
import type { Globals } from './globals.ts';
import { exitCodes, Interrupted, type Io } from './io.ts';
import { type CloudTarget, type LedgerTarget, ledgerFor, parseCloud } from './targets.ts';

/** A call into the simulated account ends with this process, so none can land late. */
const simCallTimeoutMs = 500;

interface OpenCloud {
  readonly cloud: Cloud;
  readonly clock: Clock;
  readonly callTimeoutMs: number;
  close(): void;
}

/** Ports to act with, all but the lease. */
export interface ActingParts extends Omit<OpenCloud, 'close'> {
  readonly specs: Specs;
  readonly ledger: Ledger;
  readonly steady: Steady;
  close(): Promise<void>;
}

/** What reading commands use: the world's ports, and people's history beside it. */
export interface ReadingParts extends ReadPorts {
  readonly ledger: ReadPorts['ledger'] & Pick<Ledger, 'events'>;
  close(): Promise<void>;
}

/** Ports to read with. On a simulated account that does not exist yet, an empty one is looked at. */
export async function openForReading(globals: Globals): Promise<ReadingParts> {
  const targets = targetsOf(globals);
  const specs = folderSpecs(globals.specs);
  const desired = usableFleet(await specs.read());
  const { cloud, clock, close } = await openCloud(targets.cloud, desired, 'read');
  const isNew = isUnborn(targets) || targets.ledger.kind === 'memory';
  const ledger = await openLedger(isNew ? { kind: 'memory' } : targets.ledger, desired);
  if (isNew) await ledger.init(markerFor(desired, await cloud.identity()));
  return { specs, observer: cloud, ledger, clock, close: closing(close, ledger) };
}

/** Ports to ask the controller for something with: the account is only looked at, the ledger is its own. */
export async function openForAsking(
  globals: Globals,
): Promise<ReadPorts & { readonly ledger: Ledger; close(): Promise<void> }> {
  const targets = targetsOf(globals);
  const specs = folderSpecs(globals.specs);
  const desired = usableFleet(await specs.read());
  const { cloud, clock, close } = await openCloud(targets.cloud, desired, 'read');
  const ledger = await openLedger(targets.ledger, desired);
  return { specs, observer: cloud, ledger, clock, close: closing(close, ledger) };
}

function closing(closeCloud: () => void, ledger: Ledger): () => Promise<void> {
  return async () => {
    closeCloud();
    await ledger.close();
  };
}

/**
 * Ports to act with, once account and ledger are known to be the fleet's. A simulated account and
 * its ledger are made at first use.
 */
export async function openForActing(globals: Globals): Promise<ActingParts> {
  const targets = targetsOf(globals);
  const specs = folderSpecs(globals.specs);
  const desired = usableFleet(await specs.read());
  const isNew = isUnborn(targets) || targets.ledger.kind === 'memory';
  const { close: closeCloud, ...open } = await openCloud(targets.cloud, desired, 'act');
  const ledger = await openLedger(targets.ledger, desired);
  const close = closing(closeCloud, ledger);
  try {
    if (isNew) await ledger.init(markerFor(desired, await open.cloud.identity()));
    await checkPlace(desired, { observer: open.cloud, ledger });
    return { ...open, specs, ledger, steady: systemSteady(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Makes the ledger for the fleet in the specs, once the account is known to be the right one. */
export async function initLedger(globals: Globals): Promise<{
  readonly marker: Marker;
  readonly result: 'created' | 'already-there';
  readonly description: string;
}> {
  const targets = targetsOf(globals);
  const desired = usableFleet(await folderSpecs(globals.specs).read());
  const { cloud, close } = await openCloud(targets.cloud, desired, 'act');
  const identity = await cloud.identity();
  checkIdentity(desired, identity);
  const ledger = await openLedger(targets.ledger, desired);
  try {
    const marker = markerFor(desired, identity);
    return { marker, result: await ledger.init(marker), description: ledger.description };
  } finally {
    await closing(close, ledger)();
  }
}

/** Holds the lease while the work runs, renewing it, and lets go of it however the work ends. */
export async function withLease<T>(
  parts: ActingParts,
  io: Io,
  work: (
    ports: ActingParts & { readonly lease: Lease; readonly newUid: () => string },
  ) => Promise<T>,
): Promise<T> {
  const lease = await acquireLease({
    ledger: parts.ledger,
    holder: thisHolder(),
    steady: parts.steady,
    ttlMs: LEASE_TTL_MS,
    callTimeoutMs: parts.callTimeoutMs,
    isHolderDead,
    onWait: (holder) => io.err(`waiting for the lease, held by ${shortHolder(holder)}\n`),
  });
  // Renewed beside the work; a renewal that fails leaves the lease to run out, and mutations cease.
  const renewal = setInterval(() => lease.renew().catch(() => {}), LEASE_TTL_MS / 3);
  let isInterrupted = false;
  const onSignal = () => {
    if (isInterrupted) process.exit(exitCodes.interrupted);
    isInterrupted = true;
    io.err('stopping once the calls under way have ended; again to stop at once\n');
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  const held: Lease = {
    ...lease,
    mayMutate: () => !isInterrupted && lease.mayMutate(),
    // Every pass begins with a renewal, so none begins after the signal.
    renew: async () => {
      if (isInterrupted) throw new Interrupted();
      await lease.renew();
    },
  };
  try {
    return await work({ ...parts, lease: held, newUid: mintUid });
  } finally {
    clearInterval(renewal);
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    await lease.release();
  }
}

function mintUid(): string {
  return randomUUID();
}

function targetsOf(globals: Globals): {
  readonly cloud: CloudTarget;
  readonly ledger: LedgerTarget;
} {
  const cloud = parseCloud(globals.cloud);
  return { cloud, ledger: ledgerFor(cloud, globals.ledger) };
}

/** Neither the simulated account nor its ledger was made yet. */
function isUnborn(targets: {
  readonly cloud: CloudTarget;
  readonly ledger: LedgerTarget;
}): boolean {
  const { cloud, ledger } = targets;
  if (cloud.kind !== 'sim' || existsSync(cloud.file)) return false;
  return ledger.kind === 'memory' || (ledger.kind === 'file' && !existsSync(ledger.path));
}

function markerFor(
  desired: DesiredFleet,
  identity: { readonly account: string; readonly region: string },
): Marker {
  return { fleet: desired.fleet.name, account: identity.account, region: identity.region };
}

/** Readers of a simulated account get a copy, so that a dry run has no way to write. */
type Use = 'read' | 'act';

async function openCloud(target: CloudTarget, desired: DesiredFleet, use: Use): Promise<OpenCloud> {
  return target.kind === 'sim' ? openSim(desired, target.file, use) : openAws(desired);
}

async function openSim(desired: DesiredFleet, file: string, use: Use): Promise<OpenCloud> {
  const { ec2Cloud } = await import('../aws/ec2-cloud.ts');
  const account = await openAccount(desired, file, use);
  const { ec2, ssm, sts, clock } = account;
  const { region, name: fleet } = desired.fleet;
  const hosts = {
    reports: async () => account.reports(),
    activity: async () => account.activity(),
  };
  const cloud = ec2Cloud({
    ec2,
    ec2Mutations: ec2,
    ssm,
    ssmMutations: ssm,
    sts,
    region,
    fleet,
    clock,
    ...hosts,
  });
  return { cloud, clock, callTimeoutMs: simCallTimeoutMs, close: () => {} };
}

/** The simulated account in a file, made where there is none yet. */
export async function openAccount(
  desired: DesiredFleet,
  file: string,
  use: Use,
): Promise<SimAccount> {
  const { simAccount } = await import('../sim/account.ts');
  const { fileStore } = await import('../sim/file-store.ts');
  const { memoryStore } = await import('../sim/store.ts');
  const { seedAccount } = await import('../sim/seed.ts');
  const inFile = fileStore(file, () => seedAccount(desired, systemClock().now()));
  const store = use === 'act' ? inFile : memoryStore(structuredClone(inFile.read()));
  const account = simAccount({ store, wallClock: { millis: () => Date.now() } });
  await account.ensureSeeded(desired);
  return account;
}

async function openAws(desired: DesiredFleet): Promise<OpenCloud> {
  const { awsClients, callTimeoutMs } = await import('../aws/clients.ts');
  const { ec2Cloud } = await import('../aws/ec2-cloud.ts');
  const clock = systemClock();
  const region = regionOf(desired);
  const clients = await awsClients({ region });
  const cloud = ec2Cloud({ ...clients, region, fleet: desired.fleet.name, clock });
  return { cloud, clock, callTimeoutMs, close: () => clients.close() };
}

/** The environment's region, as in the SDK; without one, the Fleet's. */
function regionOf(desired: DesiredFleet | undefined): string {
  const { AWS_REGION: region, AWS_DEFAULT_REGION: fallback } = process.env;
  return region || fallback || (desired?.fleet.region ?? '');
}

/** The ledger without a Fleet to go by: to read it, never to act on what it says. */
export function openLedgerAlone(globals: Globals): Promise<Pick<Ledger, LedgerReading>> {
  return openLedger(targetsOf(globals).ledger, undefined);
}

type LedgerReading = 'description' | 'records' | 'close';

async function openLedger(
  target: LedgerTarget,
  desired: DesiredFleet | undefined,
): Promise<Ledger> {
  switch (target.kind) {
    case 'memory':
      return (await import('../ledgers/memory.ts')).memoryLedger();
    case 'file':
      return (await import('../ledgers/file.ts')).fileLedger(target.path);
    case 'dynamodb': {
      const { awsClients } = await import('../aws/clients.ts');
      const { dynamoLedger } = await import('../aws/dynamo-ledger.ts');
      const { dynamodb } = await awsClients({ region: regionOf(desired) });
      return dynamoLedger({ client: dynamodb, table: target.table });
    }
  }
}
