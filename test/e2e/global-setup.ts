import { execFileSync } from 'node:child_process';
import type { TestProject } from 'vitest/node';
import { channelParameter, type Network, prepareAccount } from '../support/moto-account.ts';
import { isMotoThere, startMotoServer } from '../support/moto-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where moto listens and what is in its account; null where there is no moto. */
    moto: { readonly endpoint: string; readonly network: Network } | null;
  }
}

/** Builds the program, and starts moto where it is installed. Answers how to end what it began. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  execFileSync('npm', ['run', 'build', '--silent'], { stdio: 'inherit' });
  if (!isMotoThere()) {
    process.stdout.write(
      "SKIPPED: the tests against AWS's API need moto_server on PATH; get it with\n  pip install 'moto[server]'\n",
    );
    project.provide('moto', null);
    return undefined;
  }
  const moto = await startMotoServer();
  const network = await prepareAccount(moto.endpoint, {
    parameter: channelParameter,
    instanceProfile: 'dev-instance',
  });
  project.provide('moto', { endpoint: moto.endpoint, network });
  return () => moto.stop();
}
