import type { Command } from 'commander';
import { lines, output, type RunCommand } from './command.ts';
import type { DescribeOptions } from './describe.ts';
import type { EventsOptions } from './events.ts';
import type { GetOptions } from './get.ts';
import type { WhyOptions } from './why.ts';

/** Adds the commands that look at DevInstances: what is, in all its detail, and what was. */
export function addViews(program: Command, run: RunCommand): void {
  program
    .command('get')
    .description('list the DevInstances: what is, and what comes next')
    .argument('[name]', 'only this one')
    .addOption(output(['table', 'wide', 'json', 'yaml'], 'table'))
    .addHelpText(
      'after',
      lines(
        'Examples:',
        '  $ devinstance get',
        '  $ devinstance get -o wide',
        '  $ devinstance get ada-01 -o yaml          the spec in force, and its status',
      ),
    )
    .action((name: string | undefined, options: GetOptions) =>
      run(async (io, globals) => (await import('./get.ts')).runGet(name, options, globals, io)),
    );
  program
    .command('describe')
    .description('show everything about one DevInstance: spec, machine, home, what is pending')
    .argument('<name>', 'a DevInstance')
    .addOption(output(['text', 'yaml', 'json'], 'text'))
    .addHelpText(
      'after',
      lines(
        'Exit: 0 done, 1 unknown name or AWS could not be read.',
        '',
        'Examples:',
        '  $ devinstance describe ada-01',
        '  $ devinstance describe ada-01 -o json',
      ),
    )
    .action((name: string, options: DescribeOptions) =>
      run(async (io, globals) =>
        (await import('./describe.ts')).runDescribe(name, options, globals, io),
      ),
    );
  program
    .command('why')
    .description('say why a machine is on or off: the rule, where it is written, and what is next')
    .argument('<name>', 'a DevInstance')
    .addOption(output(['text', 'json'], 'text'))
    .addHelpText(
      'after',
      lines(
        'Exit: 0 done, 1 unknown name or AWS could not be read.',
        '',
        'Examples:',
        '  $ devinstance why ada-01',
        '  $ devinstance why ada-01 -o json',
      ),
    )
    .action((name: string, options: WhyOptions) =>
      run(async (io, globals) => (await import('./why.ts')).runWhy(name, options, globals, io)),
    );
  program
    .command('events')
    .description('list what happened in the last 30 days, oldest first')
    .argument('[name]', 'only this DevInstance, or image/CHANNEL')
    .addOption(output(['table', 'json'], 'table'))
    .addHelpText(
      'after',
      lines(
        'Examples:',
        '  $ devinstance events',
        '  $ devinstance events ada-01 -o json',
        '  $ devinstance events image/ubuntu-24.04   what a rollout did, and who asked for what',
      ),
    )
    .action((name: string | undefined, options: EventsOptions) =>
      run(async (io, globals) =>
        (await import('./events.ts')).runEvents(name, options, globals, io),
      ),
    );
}
