import type { Command } from 'commander';
import { lines, type RunCommand } from './command.ts';
import type { RollbackOptions } from './rollback.ts';

/** Adds the command that takes a DevInstance back to the machine or image before. */
export function addRollback(program: Command, run: RunCommand): void {
  program
    .command('rollback')
    .description('ask for the machine before the last replacement, or else its image')
    .argument('<name>', 'a DevInstance')
    .option('--reason <text>', 'why, for those who look later')
    .addHelpText(
      'after',
      lines(
        'Home and duty return to the machine that was kept stopped. Where that is gone, a new one of',
        'its image takes the home over; a replacement that has not touched the home is given up.',
        'It is done at once, also in working hours. What it goes back from is not made again for this',
        'DevInstance until its channel names a newer image, or git says otherwise.',
        'Exit: 0 done or asked for already, 1 refused, 64 wrong usage.',
        '',
        'Examples:',
        '  $ devinstance rollback ada-01',
        '  $ devinstance rollback ada-01 --reason "docker does not start on the new image"',
      ),
    )
    .action((name: string, options: RollbackOptions) =>
      run(async (io, globals) =>
        (await import('./rollback.ts')).runRollback(name, options, globals, io),
      ),
    );
}
