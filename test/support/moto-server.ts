import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A moto server in a process of its own: an AWS-compatible endpoint over HTTP. */
export interface MotoServer {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** True where `moto_server` is on PATH and can be run. */
export function isMotoThere(): boolean {
  return spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).status === 0;
}

/** Starts moto on a free port of this machine and answers when it listens. */
export async function startMotoServer(): Promise<MotoServer> {
  const child = spawn('moto_server', ['-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'exit');
  // Also where this process ends without stopping it, as after Ctrl-C.
  const kill = () => void child.kill();
  process.once('exit', kill);
  return {
    endpoint: await endpointOf(child),
    stop: async () => {
      process.off('exit', kill);
      kill();
      await ended;
    },
  };
}

/** The server says on which port it listens; what it logs after that is read and dropped. */
async function endpointOf(child: ChildProcess): Promise<string> {
  if (child.stderr === null) throw new Error('the output of moto_server is not piped');
  const lines = createInterface({ input: child.stderr });
  const said: string[] = [];
  return new Promise((found, failed) => {
    child.once('error', failed);
    lines.once('close', () => failed(new Error(`moto_server ended: ${said.join('\n')}`)));
    const read = (line: string) => {
      said.push(line);
      const endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
      if (endpoint === undefined) return;
      lines.off('line', read);
      found(endpoint);
    };
    lines.on('line', read);
  });
}
