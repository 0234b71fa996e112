import type { Command } from 'commander';
import { lines, output, type RunCommand } from './command.ts';
import type { HomeListOptions } from './home-list.ts';
import type { HomeRequestOptions } from './home-request.ts';

/** Adds the commands about homes: looking at them, and asking the controller for what keeps them. */
export function addHomes(program: Command, run: RunCommand): void {
  const home = program.command('home').description('look at homes, snapshot and restore them');
  home
    .command('list')
    .description('list every home of the fleet, also lost, orphaned and released ones')
    .addOption(output(['table', 'json'], 'table'))
    .addHelpText(
      'after',
      lines('Examples:', '  $ devinstance home list', '  $ devinstance home list -o json'),
    )
    .action((options: HomeListOptions) =>
      run(async (io, globals) =>
        (await import('./home-list.ts')).runHomeList(options, globals, io),
      ),
    );
  home
    .command('snapshot')
    .description('ask the controller for a snapshot of a home; the machine may run')
    .argument('<name>', 'a DevInstance')
    .option('--reason <text>', 'why, for those who look later')
    .addHelpText(
      'after',
      lines('Examples:', '  $ devinstance home snapshot ada-01 --reason "before the upgrade"'),
    )
    .action((name: string, options: HomeRequestOptions) =>
      run(async (io, globals) =>
        (await import('./home-request.ts')).runHomeSnapshot(name, options, globals, io),
      ),
    );
  home
    .command('restore')
    .description(
      'ask for a new home from a snapshot, in the same zone; the old one is kept, released',
    )
    .argument('<name>', 'a DevInstance')
    .requiredOption('--from <snapshot>', 'snap-…, or latest')
    .option('--reason <text>', 'why, for those who look later')
    .addHelpText(
      'after',
      lines(
        'A running machine is stopped for it, and started again as its schedule says.',
        '',
        'Examples:',
        '  $ devinstance home restore ada-01 --from latest',
        '  $ devinstance home restore ada-01 --from snap-0a1b2c3d4e5f60001',
      ),
    )
    .action((name: string, options: HomeRequestOptions & { from: string }) =>
      run(async (io, globals) =>
        (await import('./home-request.ts')).runHomeRestore(name, options, globals, io),
      ),
    );
}
