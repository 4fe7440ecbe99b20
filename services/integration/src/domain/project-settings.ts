import { canonicalJson, err, failure, ok, type Result } from '@ymera/kernel';
import type { PerformancePolicy, ProjectSettings } from './project-commands/detect-project-commands';
import type { ProjectCommands } from './project-commands/repository-files';

type CommandName = keyof ProjectCommands;
const commandNames = ['test', 'bench', 'build'] as const satisfies readonly CommandName[];

/** Overrides by people, separate from detected values, so that a moved base changes only the latter. */
export interface SettingOverrides {
  readonly commands: ProjectCommands;
  readonly performance?: PerformancePolicy;
}

/** A change of overrides by a person; null removes an override. */
export interface SettingChanges {
  readonly commands?: Partial<Readonly<Record<CommandName, string | null | undefined>>> | undefined;
  readonly performance?: PerformancePolicy | null | undefined;
}

/** Overrides win, command by command; a project without a test command is rejected. */
export function effectiveSettings(
  detected: ProjectSettings,
  overrides: SettingOverrides,
): Result<ProjectSettings> {
  const { build, ...found } = detected.commands;
  // A detected build belongs to the detected test command.
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
 * For a project that was recorded before overrides were stored separately: values that differ from those detected at the
 * same commit must be overrides.
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
