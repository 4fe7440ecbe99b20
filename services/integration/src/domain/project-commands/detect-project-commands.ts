import { performancePolicy } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';
import { z } from 'zod';
import { fromCargo, fromGo, fromJvm, fromOtherCompilers } from './compiled';
import { fromDeno, fromJavaScriptTests, fromPackageScripts } from './javascript';
import { fromJustfile, fromMakefile, fromMakefileWithTools } from './make';
import { fromPython } from './python';
import {
  parseJson,
  withoutByteOrderMarks,
  type Detector,
  type ProjectCommands,
  type RepositoryFiles,
} from './repository-files';
import { fromBats, fromPhp, fromRuby } from './ruby-and-php';

export type PerformancePolicy = z.output<typeof performancePolicy>;

/** How a project is tested and measured. */
export interface ProjectSettings {
  readonly commands: ProjectCommands;
  readonly performance: PerformancePolicy;
}

const command = z.string().trim().min(1).max(2000);
const settingsFile = z
  .object({ test: command, bench: command, build: command })
  .partial()
  .extend({ performance: performancePolicy.optional() });

/** The first that finds a command wins, command by command. */
const detectors: readonly Detector[] = [
  fromDeno,
  fromPackageScripts,
  fromMakefile,
  fromJustfile,
  fromJavaScriptTests,
  fromPython,
  fromGo,
  fromCargo,
  fromJvm,
  fromRuby,
  fromPhp,
  fromOtherCompilers,
  fromMakefileWithTools,
  fromBats,
];

/**
 * The commands that a project has. `ymera.json` wins, command by command; a malformed one is an error, because its author
 * meant something. What a person gives at registration wins over both.
 */
export function detectProjectCommands(given: RepositoryFiles): Result<ProjectSettings> {
  const files = withoutByteOrderMarks(given);
  const declared = readSettings(files.contents.get('ymera.json'));
  if (!declared.ok) return declared;
  const { performance = {}, ...commands } = declared.value;
  const detected = detectors.map((detect) => detect(files));
  // A build belongs to the tests that need it.
  const tested = detected.find(({ test }) => test !== undefined);
  const bench = detected.find((found) => found.bench !== undefined)?.bench;
  return ok({
    commands: {
      ...(tested?.test === undefined ? {} : { test: tested.test }),
      ...(bench === undefined ? {} : { bench }),
      ...(tested?.build === undefined || commands.test !== undefined ? {} : { build: tested.build }),
      ...commands,
    },
    performance,
  });
}

function readSettings(text: string | undefined): Result<z.output<typeof settingsFile>> {
  if (text === undefined) return ok({});
  const parsed = settingsFile.safeParse(parseJson(text));
  if (parsed.success) return ok(parsed.data);
  const [problem] = parsed.error.issues;
  return err(
    failure('validation', 'settings_invalid', `ymera.json is invalid: ${problem?.message ?? 'no JSON'}.`, {
      suggestion:
        'It is {"test": "...", "bench": "...", "build": "...", "performance": {"min_speedup": 1.5}}, all optional.',
    }),
  );
}
