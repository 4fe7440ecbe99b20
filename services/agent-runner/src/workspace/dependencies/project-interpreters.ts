import { ok, type Result } from '@ymera/kernel';
import type { HostToolchain, Language, ProjectInterpreter } from '../../toolchain/host-toolchain';
import { pinFiles, readPins } from '../../toolchain/pins';
import type { PreparedProject } from './installation';
import { mergePrepared } from './merge-prepared';
import type { ProjectFiles } from './project-files';

export interface ChosenInterpreters {
  readonly interpreters: ReadonlyMap<Language, ProjectInterpreter>;
  readonly prepared: PreparedProject;
}

/** Files that show that a project uses a language. */
const usedBy: Readonly<Record<Language, RegExp>> = {
  node: /(^|\/)package\.json$|\.[cm]?[jt]sx?$/,
  python: /\.py$|^(pyproject\.toml|setup\.cfg|Pipfile)$|^requirements.*\.txt$/,
  go: /(^|\/)go\.(mod|work)$/,
  rust: /(^|\/)Cargo\.toml$/,
  java: /(^|\/)(pom\.xml|build\.gradle(\.kts)?)$/,
  ruby: /(^|\/)(Gemfile|Rakefile)$|\.rb$/,
};

/** The interpreters of a project's languages, as pinned; otherwise those of the person's shell. */
export async function projectInterpreters(
  files: ProjectFiles,
  toolchain: HostToolchain,
): Promise<Result<ChosenInterpreters>> {
  const pins = readPins(await files.readAll(pinFiles));
  const interpreters = new Map<Language, ProjectInterpreter>();
  const parts: PreparedProject[] = [];
  for (const language of Object.keys(usedBy) as Language[]) {
    const pin = pins.find((one) => one.language === language);
    const isUsed = files.paths.some((path) => usedBy[language].test(path));
    if (!isUsed) continue;
    const found = await toolchain.interpreter(language, pin);
    if (!found.ok) return found;
    if (!found.value) continue;
    interpreters.set(language, found.value);
    const { toolPath, readable, environment, note } = found.value;
    // The sandbox has the node of the person's shell already.
    if (language === 'node' && note === undefined) continue;
    const isUsual = toolPath.every((folder) => systemFolders.has(folder));
    parts.push({
      ...(isUsual && note === undefined ? {} : { toolPath }),
      readable: readable.filter((path) => path !== '/usr'),
      environment,
      ...(note === undefined ? {} : { notes: [note] }),
    });
  }
  return ok({ interpreters, prepared: mergePrepared(parts) });
}

const systemFolders: ReadonlySet<string> = new Set(['/usr/local/bin', '/usr/bin', '/bin']);
