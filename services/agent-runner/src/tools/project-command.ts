import { ok, type Result } from '@ymera/kernel';
import { z } from 'zod';

interface Committed {
  readonly committedFile: (path: string) => Promise<Result<string | undefined>>;
}

const packageFile = z.object({ scripts: z.record(z.string(), z.unknown()).optional() });
const scriptCall =
  /^(?:npm|pnpm|yarn)(?:\s+(?:-s|--silent))?(?:\s+run(?:-script)?)?(?:\s+(?:-s|--silent))?\s+([\w:.-]+)$/;
const managerVerbs = new Set(['install', 'ci', 'exec', 'add', 'dlx', 'init', 'publish', 'pack', 'run']);

/**
 * The command of a package script, run without the package manager: that would add its own variables to the
 * environment, need half a second for each of many runs, and may not be installed. Scripts with steps before or after
 * them run by the manager.
 */
export function withoutPackageManager(command: string, packageJson: string | undefined): string {
  const name = scriptCall.exec(command.trim())?.[1];
  if (name === undefined || managerVerbs.has(name) || packageJson === undefined) return command;
  const parsed = packageFile.safeParse(parse(packageJson));
  const scripts = parsed.success ? (parsed.data.scripts ?? {}) : {};
  const body = scripts[name];
  const hasCompany = `pre${name}` in scripts || `post${name}` in scripts;
  if (typeof body !== 'string' || body.trim() === '' || hasCompany) return command;
  return `PATH="$PWD/node_modules/.bin:$PATH"; export PATH; ${body}`;
}

/**
 * The same for a working copy, by its commit. `build` must have run before; when it fails, so does the
 * command.
 */
export async function projectCommand(
  command: string,
  workspace: Committed,
  build?: string,
): Promise<Result<string>> {
  const packageJson = await workspace.committedFile('package.json');
  if (!packageJson.ok) return packageJson;
  const [first, then] = [build, command].map((line) =>
    line === undefined ? '' : withoutPackageManager(line, packageJson.value),
  );
  return ok(build === undefined ? (then ?? command) : `( ${first} ) && ( ${then} )`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
