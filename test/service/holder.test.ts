import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isHolderDead, shortHolder, thisHolder } from '../../controller/service/holder.ts';

test('a holder names host and process', () => {
  expect(thisHolder()).toMatch(new RegExp(`^${hostname()} pid ${process.pid}\\b`));
  expect(thisHolder()).toBe(thisHolder());
});

test('people are told host and process alone', () => {
  expect(shortHolder(thisHolder())).toBe(`${hostname()} pid ${process.pid}`);
  expect(shortHolder('laptop pid 1')).toBe('laptop pid 1');
});

test.each(['', 'a person', 'laptop pid 1', 'pid boot ns start'])(
  'of %o nothing can be known',
  (holder) => {
    expect(isHolderDead(holder)).toBeUndefined();
  },
);

describe.runIf(process.platform === 'linux')('on Linux', () => {
  const statOf = (pid: number) =>
    readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  /** This process's text, as the given process would have written it. */
  const holderOf = (pid: number) =>
    thisHolder()
      .replace(/ pid \d+/, ` pid ${pid}`)
      .replace(/ start \d+/, ` start ${statOf(pid)[19]}`);

  async function until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await new Promise((done) => setImmediate(done));
  }

  function start(command: string): ChildProcess {
    const child = spawn('sh', ['-c', command], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  }

  test('this process lives', () => {
    expect(isHolderDead(thisHolder())).toBe(false);
  });

  test('another process lives until it is killed', async () => {
    const child = start('read line');
    const holder = holderOf(child.pid ?? 0);
    expect(isHolderDead(holder)).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isHolderDead(holder)).toBe(true);
  });

  test('a process that ended and that nobody has waited for is dead', async () => {
    // The shell becomes tail, which does not know of the child that it has; only then may that end.
    const child = start('exec 3<&0; head -c 1 <&3 >&2 & echo $!; exec tail -f /dev/null 3<&-');
    const [line] = await once(child.stdout ?? child, 'data');
    const pid = Number(line);
    const parent = `/proc/${child.pid}/comm`;
    await until(() => readFileSync(parent, 'utf8').trim() === 'tail');
    child.stdin?.end();
    await until(() => statOf(pid)[0] === 'Z');
    expect(isHolderDead(holderOf(pid))).toBe(true);
  });

  test('a process that got the pid of a dead one is not that one', () => {
    const earlier = thisHolder().replace(/ start \d+/, ' start 1');
    expect(isHolderDead(earlier)).toBe(true);
  });

  test.each([
    ['after another boot or on another machine', / boot \S+/, ' boot 0-0'],
    ['in another container', / ns \d+/, ' ns 1'],
  ])('of a process %s nothing can be known', (_where, part, other) => {
    expect(isHolderDead(thisHolder().replace(part, other))).toBeUndefined();
  });
});
