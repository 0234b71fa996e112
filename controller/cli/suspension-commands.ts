import type { Command } from 'commander';
import { lines, type RunCommand } from './command.ts';
import type { ResumeOptions, SuspendOptions } from './suspension.ts';

/** Adds the commands that keep the controller's hands off for a while. */
export function addSuspensions(program: Command, run: RunCommand): void {
  program
    .command('suspend')
    .description('keep the controller’s hands off a DevInstance, or off all')
    .argument('[name]', 'a DevInstance')
    .option('--all', 'every DevInstance')
    .option(
      '--until <instant>',
      'until when, at most 31d ahead: 2026-10-23T09:00:00+02:00 (needed)',
    )
    .option('--reason <text>', 'why, for those who look later (needed)')
    .addHelpText(
      'after',
      lines(
        'Nothing is started, stopped, made or changed meanwhile. Asked for again, it is replaced.',
        'Exit: 0 done, 1 refused, 64 wrong usage.',
        '',
        'Examples:',
        '  $ devinstance suspend ada-01 --until 2026-10-23T18:00:00+02:00 --reason "repairing by hand"',
        '  $ devinstance suspend --all --until 2026-10-23T18:00:00+02:00 --reason "AWS has trouble"',
      ),
    )
    .action((name: string | undefined, options: SuspendOptions) =>
      run(async (io, globals) =>
        (await import('./suspension.ts')).runSuspend(name, options, globals, io),
      ),
    );
  program
    .command('resume')
    .description('end a suspension: the controller goes on')
    .argument('[name]', 'a DevInstance')
    .option('--all', 'the suspension of every DevInstance; single ones stay')
    .addHelpText(
      'after',
      lines(
        'Exit: 0 done, 1 nothing to end, 64 wrong usage.',
        '',
        'Examples:',
        '  $ devinstance resume ada-01',
        '  $ devinstance resume --all',
      ),
    )
    .action((name: string | undefined, options: ResumeOptions) =>
      run(async (io, globals) =>
        (await import('./suspension.ts')).runResume(name, options, globals, io),
      ),
    );
}
