import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { awsEnv } from './program.ts';

/** True where the AWS CLI is on PATH and can be run. */
export function isAwsCliThere(): boolean {
  return spawnSync('aws', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Runs `aws` against an endpoint as people do, and answers what it prints as JSON. */
export async function awsCli(endpoint: string, ...args: readonly string[]): Promise<unknown> {
  const usual = awsEnv(endpoint);
  const env = {
    ...usual,
    // Version 1 of the CLI reads the region from here alone.
    AWS_DEFAULT_REGION: usual['AWS_REGION'] ?? '',
    // Neither profiles nor pagers of whoever runs the tests.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_PAGER: '',
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
  };
  const { stdout } = await promisify(execFile)('aws', [...args, '--output', 'json'], { env });
  return JSON.parse(stdout);
}
