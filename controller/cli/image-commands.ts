import type { Command } from 'commander';
import { lines, output, type RunCommand } from './command.ts';
import type { ImageListOptions } from './image-list.ts';

/** Adds the commands that look at golden AMIs. */
export function addImages(program: Command, run: RunCommand): void {
  program
    .command('image')
    .description('look at the golden AMIs of image channels')
    .command('list')
    .description('list every AMI of the image channels, newest first, and what keeps it')
    .argument('[channel]', 'only of this image channel')
    .addOption(output(['table', 'json'], 'table'))
    .addHelpText(
      'after',
      lines(
        'What nothing keeps is deregistered by the controller. Machines that Image Builder left',
        'running come with the command that ends them.',
        'Exit: 0 done, 1 unknown channel or AWS could not be read.',
        '',
        'Examples:',
        '  $ devinstance image list',
        '  $ devinstance image list ubuntu-24.04 -o json',
      ),
    )
    .action((channel: string | undefined, options: ImageListOptions) =>
      run(async (io, globals) =>
        (await import('./image-list.ts')).runImageList(channel, options, globals, io),
      ),
    );
}
