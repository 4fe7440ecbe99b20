import {
  getProjectRoute,
  listProjectsRoute,
  type ProjectCommands,
  type ProjectResource,
  pushPolicy,
  type PushPolicy,
  syncProjectRoute,
  updateProjectRoute,
} from '@ymera/contracts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { resolve } from 'node:path';
import { registerProject } from '../api/register-project';
import { givenCommands } from '../demo/demo-options';
import { duration } from '../terminal/duration';
import { commandWords } from '../words/commands';
import { connect, type ConnectionOptions, withConnection } from './connection';
import { type ListOptions, printList, withList } from './list';
import { print, table } from './print';

interface Settings {
  readonly name?: string;
  readonly test?: string;
  readonly bench?: string;
  readonly build?: string;
  readonly minSpeedup?: number;
  readonly push?: PushPolicy;
  readonly requireFresh?: 'on' | 'off';
}

/** Removes a setting: the command is detected again. */
const detected = 'detect';

/** Git projects, their settings, and the repositories that they were copied from. */
export function addProjectCommands(ymera: Command): void {
  const projects = ymera.command('projects').description('git projects');

  withConnection(projects.command('register').argument('<project_id>').argument('<source>'))
    .description('register a repository by path or address')
    .option('--test <command>', 'the command that tests it (default: found in the project)')
    .option('--bench <command>', 'the command that measures it')
    .option('--build <command>', 'a command that its tests need to have run before')
    .action(async (projectId: string, source: string, options: ConnectionOptions & ProjectCommands) => {
      const where = isAddress(source) ? source : resolve(process.env['INIT_CWD'] ?? process.cwd(), source);
      const project = await registerProject(
        connect(options),
        { project_id: projectId, source: where, commands: givenCommands(options) },
        (elapsedMs) => process.stderr.write(`copying the repository: ${duration(elapsedMs)} so far\n`),
      );
      print(
        options,
        project,
        `${project.project_id}  ${project.default_branch}  ${commandWords(project.commands)}`,
      );
    });

  withList(projects.command('list'))
    .description('registered projects')
    .action(async (options: ListOptions) => {
      const api = connect(options);
      await printList(
        options,
        'no projects',
        (query) => api.call(listProjectsRoute, { query }),
        ({ project_id, default_branch, upstream, commands }) => [
          project_id,
          default_branch,
          upstream?.state ?? '',
          commands.test ?? '',
        ],
      );
    });

  withConnection(projects.command('show').argument('<project_id>'))
    .description('one project: its commands, and its state relative to its upstream')
    .action(async (projectId: string, options: ConnectionOptions) => {
      const project = await connect(options).call(getProjectRoute, { params: { project_id: projectId } });
      print(options, project, projectWords(project));
    });

  withConnection(
    projects
      .command('update')
      .argument('<project_id>')
      .option('--name <text>', 'what people call it')
      .option('--test <command>', `test command; "${detected}" detects it again`)
      .option('--bench <command>', `benchmark command; "${detected}" detects it again`)
      .option('--build <command>', `command to run before the tests; "${detected}" detects it again`)
      .addOption(
        new Option('--min-speedup <factor>', 'that an enhancement must reach').argParser((text) => {
          const factor = Number(text);
          if (!(factor >= 0 && factor <= 1000))
            throw new InvalidArgumentError('Use a number from 0 to 1000.');
          return factor;
        }),
      )
      .addOption(
        new Option('--push <policy>', 'whether what lands is pushed to the upstream’s branch').choices(
          pushPolicy.options,
        ),
      )
      .addOption(
        new Option('--require-fresh <on|off>', 'refuse requests while the upstream is unavailable').choices([
          'on',
          'off',
        ]),
      ),
  )
    .description('change the given settings of a project')
    .action(async (projectId: string, options: ConnectionOptions & Settings) => {
      const project = await connect(options).call(updateProjectRoute, {
        params: { project_id: projectId },
        body: changesOf(options),
      });
      print(options, project, projectWords(project));
    });

  withConnection(projects.command('sync').argument('<project_id>'))
    .description('sync a project with its upstream now')
    .addHelpText('after', syncCodes)
    .action(async (projectId: string, options: ConnectionOptions) => {
      const project = await connect(options).call(syncProjectRoute, { params: { project_id: projectId } });
      print(options, project, projectWords(project));
      if (notInStep.has(project.upstream?.state ?? '')) process.exitCode = 1;
    });
}

const syncCodes = `
Exit codes:
  0  the project has what its upstream has
  1  the upstream is away, both have diverged, or landing is paused; the last lines say which`;

const notInStep: ReadonlySet<string> = new Set(['behind', 'diverged', 'unreachable']);

/** A URL, or ssh's `user@host:path`; everything else is a path. */
const isAddress = (source: string): boolean =>
  /^[a-z][a-z0-9+.-]*:\/\//i.test(source) || /^[\w.-]+@[\w.-]+:[^/]?/.test(source);

function changesOf({ name, test, bench, build, minSpeedup, push, requireFresh }: Settings) {
  const commands = Object.fromEntries(
    Object.entries({ test, bench, build }).flatMap(([key, command]) =>
      command === undefined ? [] : [[key, command === detected ? null : command]],
    ),
  );
  return {
    ...(name === undefined ? {} : { name }),
    ...(Object.keys(commands).length === 0 ? {} : { commands }),
    ...(minSpeedup === undefined ? {} : { performance: { min_speedup: minSpeedup } }),
    ...(push === undefined ? {} : { push }),
    ...(requireFresh === undefined ? {} : { require_fresh: requireFresh === 'on' }),
  };
}

/** One project for people. */
function projectWords(project: ProjectResource): string {
  const { project_id, name, default_branch, head, repository, commands, performance, upstream } = project;
  const rows = [
    ['project', name === project_id ? project_id : `${project_id} (${name})`],
    ['branch', `${default_branch} at ${head}`],
    ['repository', repository],
    ...(['test', 'bench', 'build'] as const).map((command) => [command, commands[command] ?? 'none']),
    ...(performance.min_speedup === undefined ? [] : [['speed-up', `at least ${performance.min_speedup}`]]),
  ];
  if (upstream) {
    const { source, state, ahead = 0, behind = 0, checked_at, push, require_fresh, error } = upstream;
    rows.push(
      ['upstream', source],
      ['state', `${state.replaceAll('_', ' ')}${counts(ahead, behind)}, asked ${checked_at ?? 'never'}`],
      ['push', push],
      ...(require_fresh ? [['fresh', 'required']] : []),
      ...(error === undefined ? [] : [['error', `${error.code}: ${error.message}`]]),
      ...(error?.suggestion === undefined ? [] : [['', error.suggestion]]),
    );
  }
  return table(rows);
}

const counts = (ahead: number, behind: number): string =>
  ahead === 0 && behind === 0 ? '' : ` (${ahead} ahead, ${behind} behind)`;
