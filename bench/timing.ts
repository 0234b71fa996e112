import { Bench } from 'tinybench';

export interface Timing {
  readonly medianMs: number;
  readonly maxMs: number;
}

/**
 * Times some work in this process, `runs` times after a few to warm up. What `prepare` makes for
 * each run is not timed: work that remembers by object identity meets new objects every time.
 */
export async function timeRuns<T>(
  runs: number,
  prepare: () => T,
  work: (prepared: T) => void,
): Promise<Timing> {
  const bench = new Bench({ time: 0, iterations: runs, warmupTime: 0, warmupIterations: 2 });
  let prepared = prepare();
  bench.add('work', () => work(prepared), {
    beforeEach: () => {
      prepared = prepare();
    },
  });
  const [task] = await bench.run();
  if (task?.result.state !== 'completed') {
    const cause = task?.result.state === 'errored' ? task.result.error : undefined;
    throw new Error('a benchmark did not run to its end', { cause });
  }
  const { p50, max } = task.result.latency;
  return { medianMs: p50, maxMs: max };
}

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[middle - 1] ?? 0, sorted[middle] ?? 0];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}
