import { type FleetFolder, makeFleetFolder } from './fleet-folder.ts';
import { type FleetTruth, makeLedger, type Network, readFleetTruth } from './moto-account.ts';
import { awsEnv, type ProgramEnd, runProgram, startProgram } from './program.ts';
import {
  type ProxyRules,
  type RecordingProxy,
  startRecordingProxy,
  type WireCall,
} from './recording-proxy.ts';

/** An endpoint that stands in for AWS, and what is in its account. */
export interface Endpoint {
  readonly endpoint: string;
  readonly network: Network;
}

/** A fleet of a test's own: its specs, its ledger, and the program run against it over a proxy. */
export interface E2eFleet {
  readonly folder: FleetFolder;
  /** Options that name the cloud, the ledger and the specs. */
  readonly target: readonly string[];
  /** Every call that went to the endpoint. */
  readonly calls: readonly WireCall[];
  /** Runs a command with the target. */
  run(...command: readonly string[]): Promise<ProgramEnd>;
  /** The same, and answers at once. */
  start(...command: readonly string[]): ReturnType<typeof startProgram>;
  /** Lets the program's clock run ahead from its next run on; moto's own stays the wall clock. */
  moveOn(minutes: number): void;
  truth(): Promise<FleetTruth>;
  remove(): Promise<void>;
}

type Environment = Readonly<Record<string, string>>;

export interface E2eFleetOptions {
  readonly fleet: string;
  readonly only?: readonly string[];
  readonly rules?: ProxyRules;
  /** False where the test makes the ledger, or none. */
  readonly hasLedger?: boolean;
  /** The environment of the program, made from what it would be. */
  readonly env?: (usual: Environment) => Environment;
}

/** Copies the sample specs and makes the ledger. */
export async function makeE2eFleet(
  { endpoint, network }: Endpoint,
  { fleet, only, rules = {}, hasLedger = true, env = (given) => given }: E2eFleetOptions,
): Promise<E2eFleet> {
  const folder = await makeFleetFolder({ fleet, network, ...(only === undefined ? {} : { only }) });
  const proxy: RecordingProxy = await startRecordingProxy(endpoint, rules);
  const table = `ledger-${fleet}`;
  if (hasLedger) await makeLedger(endpoint, { fleet, table });
  const target = ['--cloud', 'aws', '--ledger', `dynamodb:${table}`, '--specs', 'specs'];
  const usual = env(awsEnv(proxy.endpoint));
  let aheadMinutes = 0;
  const options = () => ({ cwd: folder.path, env: { ...usual, ...clockEnv(aheadMinutes) } });
  return {
    folder,
    target,
    calls: proxy.calls,
    run: (...command) => runProgram([...command, ...target], options()),
    start: (...command) => startProgram([...command, ...target], options()),
    moveOn: (minutes) => {
      aheadMinutes += minutes;
    },
    truth: () => readFleetTruth(endpoint, fleet),
    remove: async () => {
      await proxy.stop();
      await folder.remove();
    },
  };
}

/** A program of this environment takes it for so much later than it is. */
function clockEnv(minutes: number): Environment {
  if (minutes === 0) return {};
  const shift = `const wall = Date.now; Date.now = () => wall() + ${minutes * 60_000};`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(shift)}` };
}
