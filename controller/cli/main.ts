import { Command, CommanderError } from 'commander';
import { lines, output, type RunCommand } from './command.ts';
import type { DemoOptions } from './demo.ts';
import type { Globals } from './globals.ts';
import { addHomes } from './home-commands.ts';
import { addImages } from './image-commands.ts';
import { exitCodes, Interrupted, processIo, UsageError } from './io.ts';
import { addOverrides } from './override-commands.ts';
import type { PlanOptions } from './plan.ts';
import { addRollback } from './rollback-command.ts';
import { addRollouts } from './rollout-commands.ts';
import { addSchedules } from './schedule-commands.ts';
import { addSuspensions } from './suspension-commands.ts';
import { addViews } from './view-commands.ts';

/** The whole command line. Each command's code is loaded only when it runs. */
function buildProgram(run: RunCommand): Command {
  const program = new Command('devinstance')
    .description('Gives every developer a machine in the cloud, from YAML in git.')
    .option(
      '--specs <dir>',
      'folder with the specs (env DEVINSTANCE_SPECS)',
      process.env['DEVINSTANCE_SPECS'] || 'specs',
    )
    .option(
      '--cloud <cloud>',
      'aws, sim or sim:FILE (env DEVINSTANCE_CLOUD)',
      process.env['DEVINSTANCE_CLOUD'] || 'sim',
    )
    .option(
      '--ledger <ledger>',
      'dynamodb:TABLE, file:PATH or memory (env DEVINSTANCE_LEDGER)',
      process.env['DEVINSTANCE_LEDGER'] || undefined,
    )
    .option('--no-color', 'no colours (also NO_COLOR)')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, 'devinstance: ')),
    })
    .showHelpAfterError('  see devinstance --help, or devinstance COMMAND --help for its options')
    .addHelpText(
      'after',
      lines(
        'Without --cloud everything happens on a simulated account in .devinstance/.',
        '',
        'Examples:',
        '  $ devinstance demo                        create the sample fleet, simulated',
        '  $ devinstance validate specs              check every file',
        '  $ devinstance plan                        what the next pass would do',
        '  $ devinstance controller --once           run one pass',
      ),
    );
  addReading(program, run);
  addHomes(program, run);
  addRollback(program, run);
  addRollouts(program, run);
  addImages(program, run);
  addOverrides(program, run);
  addSuspensions(program, run);
  addActing(program, run);
  return program;
}

function addReading(program: Command, run: RunCommand): void {
  program
    .command('validate')
    .description('check specs: syntax, fields, and what refers to what')
    .argument('[path]', 'folder with the specs (else --specs)')
    .addOption(output(['text', 'json', 'github'], 'text'))
    .addHelpText(
      'after',
      lines(
        'Exit: 0 valid, 1 errors.',
        '',
        'Examples:',
        '  $ devinstance validate',
        '  $ devinstance validate specs -o github    annotations in a pull request',
      ),
    )
    .action((path: string | undefined, options: { output: 'text' | 'json' | 'github' }) =>
      run(async (io, globals) => {
        const { runValidate } = await import('./validate.ts');
        return runValidate(path ?? globals.specs, { output: options.output }, io);
      }),
    );
  program
    .command('plan')
    .description('show what the next passes would do, and change nothing')
    .addOption(output(['text', 'json', 'markdown'], 'text'))
    .option('--at <instant>', 'plan as of another moment, 2026-11-23T09:00:00+01:00')
    .option('--detailed-exitcode', 'exit 2 where an action or a withheld change exists')
    .addHelpText(
      'after',
      lines(
        'Signs: + create, ~ change, -/+ replace, - orphan, ^ start, _ stop, ! held.',
        'Exit: 0 done, 1 error or invalid spec, 2 changes (--detailed-exitcode),',
        '  3 an interlock, or an image that cannot be used (E_GUARD).',
        '',
        'Examples:',
        '  $ devinstance plan',
        '  $ devinstance plan -o json --detailed-exitcode',
        '  $ devinstance plan -o markdown            for a comment on a pull request',
        '  $ devinstance plan --at 2026-12-24T20:00:00+01:00',
      ),
    )
    .action((options: PlanOptions) =>
      run(async (io, globals) => (await import('./plan.ts')).runPlan(options, globals, io)),
    );
  addViews(program, run);
  addSchedules(program, run);
}

function addActing(program: Command, run: RunCommand): void {
  program
    .command('controller')
    .description('make the account match the specs')
    .option('--once', 'one pass')
    .option('--until-settled', 'passes until nothing is left to do now')
    .option('--timeout <duration>', 'for --until-settled: 90s, 30m or 2h', '30m')
    .option('--observe', 'plan, and act on nothing')
    .addHelpText(
      'after',
      lines(
        'Exit: 0 done, 1 an action failed, a spec is invalid or time ran out, 3 interlock.',
        '',
        'Examples:',
        '  $ devinstance controller --once',
        '  $ devinstance controller --until-settled --cloud aws --ledger dynamodb:devinstance-dev',
      ),
    )
    .action(
      (options: { once?: boolean; untilSettled?: boolean; timeout: string; observe?: boolean }) =>
        run(async (io, globals) =>
          (await import('./controller.ts')).runController(options, globals, io),
        ),
    );
  program
    .command('demo')
    .description('create the fleet on a simulated account, and watch')
    .option('--fresh', 'begin anew: forget the simulated account and its ledger')
    .option('--new-image', 'publish a newer image to every channel first')
    .option('--bad-image', 'publish one whose machines never come up')
    .option('--wait <duration>', 'let simulated time pass: 30m, 12h, 4d')
    .addHelpText(
      'after',
      lines(
        'Examples:',
        '  $ devinstance demo',
        '  $ devinstance demo --new-image --wait 24h    the first wave gets it that night',
        '  $ devinstance demo --bad-image --wait 24h    the rollout halts, and homes go back',
        '  $ devinstance demo --fresh',
      ),
    )
    .action((options: DemoOptions) =>
      run(async (io, globals) => (await import('./demo.ts')).runDemo(options, globals, io)),
    );
  const ledger = program.command('ledger').description('the controller’s durable memory');
  ledger
    .command('init')
    .description('make the ledger if it is missing, and tie it to the fleet, account and region')
    .addHelpText(
      'after',
      lines(
        'Can be repeated. A ledger that belongs to another fleet is refused.',
        '',
        'Examples:',
        '  $ devinstance ledger init --cloud aws --ledger dynamodb:devinstance-dev',
      ),
    )
    .action(() =>
      run(async (io, globals) => (await import('./ledger-init.ts')).runLedgerInit(globals, io)),
    );
}

/** Runs the command line and answers the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  let code: number = exitCodes.done;
  const program = buildProgram(async (command) => {
    const globals = program.opts<Globals>();
    code = await command(processIo(process.env, globals.color), globals);
  });
  try {
    if (argv.length === 0) {
      program.outputHelp();
      return exitCodes.done;
    }
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    return explain(error);
  }
}

/** One line for the cause, one for the remedy, no stack trace for what an operator can mend. */
function explain(error: unknown): number {
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (error instanceof Interrupted) return exitCodes.interrupted;
  if (error instanceof UsageError) {
    process.stderr.write(`devinstance: ${error.message}\n  ${error.hint}\n`);
    return exitCodes.usage;
  }
  if (error instanceof Error && 'remedy' in error) {
    process.stderr.write(`devinstance: ${error.message}\n  ${String(error.remedy)}\n`);
    return exitCodes.failed;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`devinstance: a defect: ${text}\n  please report it with this text\n`);
  return exitCodes.failed;
}

/** A reader that goes away (`| head`) is no error, and breaks no pass off in the middle. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

outliveReaders();
process.exitCode = await main(process.argv.slice(2));
