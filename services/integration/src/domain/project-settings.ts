import { canonicalJson, err, failure, ok, type Result } from '@ymera/kernel';
import type { PerformancePolicy, ProjectSettings } from './project-commands/detect-project-commands';
import type { ProjectCommands } from './project-commands/repository-files';

type CommandName = keyof ProjectCommands;
const commandNames = ['test', 'bench', 'build'] as const satisfies readonly CommandName[];

/** What people have set, apart from what is detected, so that a moved base changes the one and not the other. */
export interface SettingOverrides {
  readonly commands: ProjectCommands;
  readonly performance?: PerformancePolicy;
}

/** What a person changes; null takes an override back. */
export interface SettingChanges {
  readonly commands?: Partial<Readonly<Record<CommandName, string | null | undefined>>> | undefined;
  readonly performance?: PerformancePolicy | null | undefined;
}

/** What people have set counts, command by command; a project without a command that tests it is none. */
export function effectiveSettings(
  detected: ProjectSettings,
  overrides: SettingOverrides,
): Result<ProjectSettings> {
  const { build, ...found } = detected.commands;
  // A build that was found belongs to the test command that was found.
  const keepsBuild = build !== undefined && overrides.commands.test === undefined;
  const commands = { ...found, ...(keepsBuild ? { build } : {}), ...overrides.commands };
  if (commands.test === undefined || commands.test.trim() === '')
    return err(
      failure('validation', 'no_tests', 'No command was found that tests this project.', {
        suggestion:
          'Add a test script to package.json, {"test": "..."} in ymera.json, or give the command: --test "<command>".',
      }),
    );
  return ok({ ...detected, commands, performance: overrides.performance ?? detected.performance });
}

/**
 * For a project that was recorded before overrides were kept apart: what differs from what is detected at the same commit,
 * somebody must have set.
 */
export function overridesIn(effective: ProjectSettings, detected: ProjectSettings): SettingOverrides {
  const commands: ProjectCommands = {};
  for (const name of commandNames) {
    const command = effective.commands[name];
    if (command !== undefined && command !== detected.commands[name]) commands[name] = command;
  }
  const isSet = canonicalJson(effective.performance) !== canonicalJson(detected.performance);
  return { commands, ...(isSet ? { performance: effective.performance } : {}) };
}

export function changeOverrides(overrides: SettingOverrides, changes: SettingChanges): SettingOverrides {
  const commands = { ...overrides.commands };
  for (const name of commandNames) {
    const command = changes.commands?.[name];
    if (command === null) delete commands[name];
    else if (command !== undefined) commands[name] = command;
  }
  const performance = changes.performance === undefined ? overrides.performance : changes.performance;
  return { commands, ...(performance ? { performance } : {}) };
}
