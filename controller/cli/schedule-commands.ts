import type { Command } from 'commander';
import { lines, output, type RunCommand } from './command.ts';
import type { PreviewCommandOptions } from './schedule-preview.ts';

/** Adds the commands that look at schedules. */
export function addSchedules(program: Command, run: RunCommand): void {
  const schedule = program.command('schedule').description('look at schedules');
  schedule
    .command('preview')
    .description('show every start and stop to come: of a DevInstance, or of a Schedule')
    .argument('[name]', 'a DevInstance, with all that people did and asked for')
    .option('--schedule <name>', 'a Schedule in the specs')
    .option('--file <file>', 'a Schedule in YAML, wherever it is')
    .option('--from <instant>', 'first moment, 2026-10-23T00:00:00Z (default: now)')
    .option('--until <instant>', 'moment after the last')
    .option('--days <n>', 'as many local dates, 1 to 400, instead of --until (default: 7)')
    .addOption(output(['text', 'json'], 'text'))
    .addHelpText(
      'after',
      lines(
        'Exit: 0 done, 1 unknown name, invalid spec, or AWS could not be read.',
        '',
        'Examples:',
        '  $ devinstance schedule preview ada-01',
        '  $ devinstance schedule preview --schedule madrid-office --days 14',
        '  $ devinstance schedule preview --file specs/schedules/madrid-office.yaml \\',
        '      --from 2026-10-23T00:00:00Z --until 2026-10-30T00:00:00Z',
      ),
    )
    .action((name: string | undefined, options: PreviewCommandOptions) =>
      run(async (io, globals) =>
        (await import('./schedule-preview.ts')).runPreview(name, options, globals, io),
      ),
    );
}
