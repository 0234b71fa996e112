import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Who holds the lease, as one line: `laptop pid 4711`, on Linux with ` boot ID ns N start N`. These name a
 * process for good: pids are used again, in other containers and after the next boot.
 */
export function thisHolder(): string {
  const who = `${hostname()} pid ${process.pid}`;
  const place = placeOf();
  const start = place === undefined ? undefined : statOf(process.pid)?.start;
  if (place === undefined || start === undefined) return who;
  return `${who} boot ${place.boot} ns ${place.namespace} start ${start}`;
}

/** A holder as people are told: `laptop pid 4711`. */
export function shortHolder(holder: string): string {
  return holder.replace(/ boot \S+ ns \d+ start \d+$/, '');
}

/**
 * True where the holder's process is known to be gone, false where it lives, undefined where that
 * cannot be known: another machine or container, or a system without /proc.
 */
export function isHolderDead(holder: string): boolean | undefined {
  const match = / pid (\d+) boot (\S+) ns (\d+) start (\d+)$/.exec(holder);
  const place = placeOf();
  if (match === null || place === undefined) return undefined;
  const [, pid, boot, namespace, start] = match;
  if (boot !== place.boot || namespace !== place.namespace) return undefined;
  // Asked first, because /proc may hide the processes of other users (hidepid).
  if (!isPidInUse(Number(pid))) return true;
  const stat = statOf(Number(pid));
  if (stat === undefined) return undefined;
  return stat.start !== start || stat.state === 'Z' || stat.state === 'X';
}

interface Place {
  readonly boot: string;
  /** The number of the pid namespace: a container has its own pids. */
  readonly namespace: string;
}

function placeOf(): Place | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
    return boot === '' || namespace === undefined ? undefined : { boot, namespace };
  } catch {
    return undefined;
  }
}

function isPidInUse(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

interface ProcessStat {
  readonly state: string;
  /** Clock ticks since boot. */
  readonly start: string;
}

/** Fields 3 and 22 of /proc/PID/stat (proc_pid_stat(5)); field 2 may hold blanks and brackets. */
function statOf(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, start] = [fields[0], fields[19]];
    return state === undefined || start === undefined ? undefined : { state, start };
  } catch {
    return undefined;
  }
}
