import { type ChildProcess, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { motoRegion } from './moto-account.ts';

const root = resolve(import.meta.dirname, '../..');

/** How a run of the program ended. */
export interface ProgramEnd {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface ProgramOptions {
  /** Where it runs; what it writes by default comes to lie there. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the built program as people do, with nothing of this process's environment but PATH. */
export function startProgram(
  args: readonly string[],
  { cwd, env = {} }: ProgramOptions,
): { readonly child: ChildProcess; readonly end: Promise<ProgramEnd> } {
  const child = spawn(process.execPath, [join(root, 'bin/devinstance.js'), ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child, end: endOf(child) };
}

export function runProgram(args: readonly string[], options: ProgramOptions): Promise<ProgramEnd> {
  return startProgram(args, options).end;
}

async function endOf(child: ChildProcess): Promise<ProgramEnd> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the output of the program is not piped');
  const code = new Promise<number | null>((ended, failed) => {
    child.once('error', failed).once('exit', ended);
  });
  const [out, err] = await Promise.all([text(stdout), text(stderr)]);
  return { code: await code, out, err };
}

/** An environment with credentials for an endpoint that stands in for AWS. */
export function awsEnv(endpoint: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: motoRegion,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
}
