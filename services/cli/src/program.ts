import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { CliError, Ended, exitCodeWords } from './cli-error';
import { addApprovalCommands } from './commands/approvals';
import { addAuditCommands } from './commands/audit';
import { addChangeCommands } from './commands/changes';
import { addFleetCommands } from './commands/fleet';
import { addOperationsCommands } from './commands/operations';
import { addProjectCommands } from './commands/projects';
import { addRequestCommands } from './commands/requests';
import {
  deadlineSeconds,
  demoOptions,
  type RawDemoOptions,
  sampleNames,
  defaultSample,
} from './demo/demo-options';
import { demoPlace, runDemo } from './demo/demo';
import { preflight, preflightWords } from './demo/preflight';
import { interruption } from './interruption';

/** `ymera` and all its subcommands. */
export function program(): Command {
  const ymera = new Command('ymera')
    .description('The control plane for fleets of AI agents that work on software')
    .exitOverride((error: CommanderError) => {
      if (error.exitCode === 0) throw new Ended(0);
      // A group of commands has printed its help.
      if (error.code === 'commander.help') throw new Ended(2);
      throw new CliError('usage', error.message.replace(/^error: /, ''), 2);
    });
  ymera.configureOutput({ outputError: () => undefined });
  ymera.addHelpText('after', exitCodeWords);

  ymera
    .command('demo')
    .description('run the main job: a sentence becomes a landed commit')
    .option('--repo <path>', 'a git repository; without it a shipped sample project')
    .addOption(
      new Option('--sample <name>', `which sample project (default: ${defaultSample})`).choices(sampleNames),
    )
    .option('--request <text>', 'what should change, in your own words')
    .option('--exec <command>', 'a command line that makes the change')
    .option('--test <command>', 'the command that tests the project (default: found in the project)')
    .option('--bench <command>', 'the command that measures it')
    .option('--build <command>', 'a command that its tests need to have run before')
    .option('--land', 'fetch the result into the repository as branch ymera/<request_id>')
    .option('--network', 'let that command use the network')
    .option('--pass-env <name>', 'hand that command a variable of yours; may be given again')
    .option('--no-sandbox', 'go on where the sandbox cannot work')
    .option('--deadline <seconds>', 'how long one task may run (default: 120)', wholeSeconds)
    .option('--json', 'the last line of standard output is one JSON object')
    .option('--preflight', 'check the words and the repository, then stop')
    .addOption(
      // The launcher calls this before it starts a platform; the demo itself prints the rest.
      new Option('--refusals-only', 'a preflight that prints nothing unless it refuses').hideHelp(),
    )
    .action(async (raw: RawDemoOptions & { preflight?: boolean; refusalsOnly?: boolean }) => {
      const options = demoOptions(raw, process.env['INIT_CWD'] ?? process.cwd());
      if (raw.preflight || raw.refusalsOnly) {
        const source = await preflight(options);
        if (!raw.refusalsOnly) process.stdout.write(preflightWords(options, source));
        return;
      }
      process.exitCode = await runDemo(options, demoPlace(process.env), interruption());
    });

  addRequestCommands(ymera);
  addApprovalCommands(ymera);
  addFleetCommands(ymera);
  addProjectCommands(ymera);
  addChangeCommands(ymera);
  addOperationsCommands(ymera);
  addAuditCommands(ymera);
  return ymera;
}

function wholeSeconds(text: string): number {
  const seconds = deadlineSeconds(text);
  if (seconds === undefined) throw new InvalidArgumentError('Use whole seconds from 1 to 86400.');
  return seconds;
}
