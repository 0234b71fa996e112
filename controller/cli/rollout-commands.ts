import { type Command, Option } from 'commander';
import type { RolloutWork } from '../core/rollout/verbs.ts';
import { lines, output, type RunCommand } from './command.ts';
import type { RolloutHistoryOptions } from './rollout-history.ts';
import type { RolloutRequestOptions } from './rollout-request.ts';
import type { RolloutStatusOptions } from './rollout-status.ts';

/** Adds the commands that show how a new image goes through the fleet, and those that steer it. */
export function addRollouts(program: Command, run: RunCommand): void {
  const rollout = program
    .command('rollout')
    .description('show how a new image goes through the fleet, and steer it');
  addStatus(rollout, run);
  addHistory(rollout, run);
  for (const verb of verbs) addVerb(rollout, verb, run);
}

function addStatus(rollout: Command, run: RunCommand): void {
  rollout
    .command('status')
    .description('how far the rollout of each image channel is, and what holds it up')
    .argument('[channel]', 'only this image channel')
    .addOption(output(['text', 'json'], 'text'))
    .option('-w, --watch', 'again whenever it changes, until the rollout is over')
    .option('--timeout <duration>', 'for --watch: 90s, 30m or 2h; for ever without it')
    .addHelpText(
      'after',
      lines(
        'Exit: 0 complete, none, or under way, 1 degraded or aborted, or AWS could not be read,',
        '  124 time ran out (--timeout), 130 interrupted.',
        '',
        'Examples:',
        '  $ devinstance rollout status',
        '  $ devinstance rollout status ubuntu-24.04 --watch --timeout 2h',
        '  $ devinstance rollout status -o json      an object a channel, one a line',
      ),
    )
    .action((channel: string | undefined, options: RolloutStatusOptions) =>
      run(async (io, globals) =>
        (await import('./rollout-status.ts')).runRolloutStatus(channel, options, globals, io),
      ),
    );
}

function addHistory(rollout: Command, run: RunCommand): void {
  rollout
    .command('history')
    .description('list the rollouts there were, newest first')
    .argument('[channel]', 'only of this image channel')
    .addOption(output(['table', 'json'], 'table'))
    .addHelpText(
      'after',
      lines(
        'Examples:',
        '  $ devinstance rollout history',
        '  $ devinstance rollout history ubuntu-24.04 -o json',
      ),
    )
    .action((channel: string | undefined, options: RolloutHistoryOptions) =>
      run(async (io, globals) =>
        (await import('./rollout-history.ts')).runRolloutHistory(channel, options, globals, io),
      ),
    );
}

interface Verb {
  readonly verb: RolloutWork['verb'];
  readonly description: string;
  readonly option?: Option;
  /** What it does, for its help. */
  readonly text: readonly string[];
  readonly examples: readonly string[];
}

const verbs: readonly Verb[] = [
  {
    verb: 'pause',
    description: 'ask that no replacement begins until it is resumed',
    text: ['Replacements under way go through.'],
    examples: ['pause --reason "release week"', 'pause ubuntu-24.04'],
  },
  {
    verb: 'resume',
    description: 'ask to go on with one that is paused, degraded or aborted',
    text: ['Machines that failed until then do not count against it any more.'],
    examples: ['resume', 'resume ubuntu-24.04 --reason "it was the network"'],
  },
  {
    verb: 'promote',
    description: 'ask to begin the next wave without waiting for this one',
    option: new Option('--full', 'all waves that are left, and nothing bakes any more'),
    text: ['Each machine still waits for its own moment, as devinstance plan shows it.'],
    examples: ['promote', 'promote --full --reason "the fix of CVE-2026-1234"'],
  },
  {
    verb: 'abort',
    description: 'ask to give it up: nothing more is replaced, what has the image keeps it',
    text: ['Machines that failed go back to what they had. A newer image begins its own rollout.'],
    examples: ['abort --reason "docker does not start"', 'abort ubuntu-24.04'],
  },
  {
    verb: 'undo',
    description: 'ask to take every machine back to the image before',
    option: new Option('--to <ami>', 'an image that the channel completed before'),
    text: [
      'Machines that failed or are off go back at once, the others at their next stop. What is',
      'taken back is never rolled out again, unless git pins it.',
    ],
    examples: [
      'undo --reason "docker does not start"',
      'undo ubuntu-24.04 --to ami-0a1b2c3d4e5f60001',
    ],
  },
];

function addVerb(rollout: Command, { verb, option, ...words }: Verb, run: RunCommand): void {
  const command = rollout
    .command(verb)
    .description(words.description)
    .argument('[channel]', 'an image channel; not needed where there is only one');
  if (option !== undefined) command.addOption(option);
  command
    .option('--reason <text>', 'why, for those who look later')
    .addHelpText(
      'after',
      lines(
        ...words.text,
        'Exit: 0 asked for, or asked for already, 1 refused, 64 wrong usage.',
        '',
        'Examples:',
        ...words.examples.map((example) => `  $ devinstance rollout ${example}`),
      ),
    )
    .action((channel: string | undefined, options: RolloutRequestOptions) =>
      run(async (io, globals) =>
        (await import('./rollout-request.ts')).runRolloutRequest(
          verb,
          channel,
          options,
          globals,
          io,
        ),
      ),
    );
}
