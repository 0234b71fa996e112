import type { Command } from 'commander';
import { lines, output, type RunCommand } from './command.ts';
import type { OverrideListOptions } from './override-list.ts';
import type { ExtendOptions, StartOptions, StopOptions } from './power-request.ts';

const exits = 'Exit: 0 done or so already, 1 refused, 64 wrong usage.';
const ends = 'It ends by itself; devinstance override cancel NAME ends it sooner.';

/** Adds the commands that have machines on or off for a while, whatever their schedules say. */
export function addOverrides(program: Command, run: RunCommand): void {
  addExtend(program, run);
  addStart(program, run);
  addStop(program, run);
  const override = program
    .command('override')
    .description('look at what people asked for beside schedules, and cancel it');
  override
    .command('list')
    .description('list the overrides and suspensions in force')
    .addOption(output(['table', 'json'], 'table'))
    .addHelpText(
      'after',
      lines(
        'Exit: 0 done, 1 specs, account or ledger could not be read.',
        '',
        'Examples:',
        '  $ devinstance override list',
        '  $ devinstance override list -o json',
      ),
    )
    .action((options: OverrideListOptions) =>
      run(async (io, globals) =>
        (await import('./override-list.ts')).runOverrideList(options, globals, io),
      ),
    );
  override
    .command('cancel')
    .description('end an override now: the schedule applies again')
    .argument('<name>', 'a DevInstance, or the id of an override (6 characters of it or more)')
    .addHelpText(
      'after',
      lines(
        'Exit: 0 done, 1 there is none, 64 wrong usage.',
        '',
        'Examples:',
        '  $ devinstance override cancel ada-01',
        '  $ devinstance override cancel 3f9c0a1b',
      ),
    )
    .action((name: string) =>
      run(async (io, globals) =>
        (await import('./override-cancel.ts')).runOverrideCancel(name, globals, io),
      ),
    );
}

function addExtend(program: Command, run: RunCommand): void {
  program
    .command('extend')
    .description('keep a machine on for longer than it would be')
    .argument('<name>', 'a DevInstance')
    .argument('<duration>', 'how much longer: 90m, 4h or 2d')
    .option('--reason <text>', 'why, for those who look later (needed)')
    .addHelpText(
      'after',
      lines(
        'It counts from the next stop of a machine that is to run, else from now.',
        ends,
        exits,
        '',
        'Examples:',
        '  $ devinstance extend ada-01 4h --reason "release"',
      ),
    )
    .action((name: string, duration: string, options: ExtendOptions) =>
      run(async (io, globals) =>
        (await import('./power-request.ts')).runExtend(name, duration, options, globals, io),
      ),
    );
}

function addStart(program: Command, run: RunCommand): void {
  program
    .command('start')
    .description('have a machine on from now')
    .argument('<name>', 'a DevInstance')
    .option('--for <duration>', 'how long: 90m, 4h or 2d')
    .option('--until <instant>', 'until when, 2026-10-23T22:00:00+02:00')
    .option('--reason <text>', 'why, for those who look later')
    .addHelpText(
      'after',
      lines(
        'Without --for and --until it runs as if started by hand: for manualStart.hold (4h) of its',
        'schedule, and through a window that it meets.',
        ends,
        exits,
        '',
        'Examples:',
        '  $ devinstance start ada-01',
        '  $ devinstance start ada-01 --for 2h --reason "a nightly import"',
      ),
    )
    .action((name: string, options: StartOptions) =>
      run(async (io, globals) =>
        (await import('./power-request.ts')).runStart(name, options, globals, io),
      ),
    );
}

function addStop(program: Command, run: RunCommand): void {
  program
    .command('stop')
    .description('have a machine off from now until its next window starts')
    .argument('<name>', 'a DevInstance')
    .option('--keep-off', 'through its windows; needs --until and --reason')
    .option('--until <instant>', 'with --keep-off: until when, 2026-10-23T09:00:00+02:00')
    .option('--reason <text>', 'why, for those who look later')
    .addHelpText(
      'after',
      lines(
        ends,
        exits,
        '',
        'Examples:',
        '  $ devinstance stop ada-01',
        '  $ devinstance stop ada-01 --keep-off --until 2026-12-07T08:00:00+01:00 --reason "on leave"',
      ),
    )
    .action((name: string, options: StopOptions) =>
      run(async (io, globals) =>
        (await import('./power-request.ts')).runStop(name, options, globals, io),
      ),
    );
}
