import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Globals } from '../../controller/cli/globals.ts';
import type { Io } from '../../controller/cli/io.ts';
import { plain } from '../../controller/render/paint.ts';
import { type FleetFolder, makeFleetFolder } from './fleet-folder.ts';

/** Where a command writes, kept. */
export interface Heard extends Io {
  readonly heard: { out: string; err: string };
}

/** Listens to a command. */
export function listen(isTerminal = false): Heard {
  const heard = { out: '', err: '' };
  return {
    heard,
    out: (text) => {
      heard.out += text;
    },
    err: (text) => {
      heard.err += text;
    },
    paint: plain,
    isTerminal,
  };
}

export interface CliFleet extends FleetFolder {
  readonly globals: Globals;
  /** The simulated account's file. */
  readonly account: string;
}

/** A folder with DevInstances of the sample fleet, and the account and ledger in it, for one test. */
export async function makeCliFleet(
  only: readonly string[] = ['ada-01', 'dennis-01'],
): Promise<CliFleet> {
  const folder = await makeFleetFolder({ only });
  onTestFinished(() => folder.remove());
  const account = join(folder.path, 'account.json');
  const globals = {
    specs: folder.specs,
    cloud: `sim:${account}`,
    ledger: `file:${join(folder.path, 'ledger.json')}`,
    color: false,
  };
  return { ...folder, account, globals };
}
