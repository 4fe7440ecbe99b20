import { execFile } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { hostEnvironment } from '../config';
import type { Interpreter, Language } from './interpreter';

const run = promisify(execFile);
const answerTimeoutMs = 10_000;
const maxAnswerBytes = 65_536;

type Ask = (program: string, args: readonly string[]) => Promise<string>;
type Answer = Omit<Interpreter, 'language'>;

/**
 * An interpreter's own description: version managers put a script on the PATH that starts another program, and only that
 * program knows its location. Undefined where it does not run.
 */
export async function askInterpreter(
  language: Language,
  program: string,
  path: readonly string[],
): Promise<Interpreter | undefined> {
  const ask: Ask = async (file, args) => {
    const env = { ...hostEnvironment(), PATH: path.join(':'), GOTOOLCHAIN: 'local', NODE_OPTIONS: '' };
    const asked = await run(file, [...args], {
      cwd: '/',
      env,
      timeout: answerTimeoutMs,
      maxBuffer: maxAnswerBytes,
    });
    // Java prints its version on standard error.
    return `${asked.stdout}${asked.stderr}`;
  };
  try {
    const answer = await questions[language](ask, program);
    return answer && { ...answer, language };
  } catch {
    return undefined;
  }
}

/** Whether a Python can import a module. */
export async function canImport(python: string, name: string): Promise<boolean> {
  try {
    await run(python, ['-c', `import ${name}`], { cwd: '/', timeout: answerTimeoutMs });
    return true;
  } catch {
    return false;
  }
}

const questions: Readonly<Record<Language, (ask: Ask, program: string) => Promise<Answer | undefined>>> = {
  node: askNode,
  python: askPython,
  go: askGo,
  rust: askRust,
  java: askJava,
  ruby: askRuby,
};

async function askNode(ask: Ask, program: string): Promise<Answer | undefined> {
  const [version = '', executable = ''] = (
    await ask(program, ['-p', 'process.versions.node + "\\n" + process.execPath'])
  ).split('\n');
  if (!isAbsolute(executable)) return undefined;
  const binaries = dirname(realpathSync(executable));
  // On some systems the path has a link whose target has another name or no npm beside it.
  const shown = existsSync(join(binaries, 'npm')) || !isAbsolute(program) ? binaries : dirname(program);
  return { version, executable, toolPath: [shown], readable: installationOf(binaries), environment: {} };
}

const pythonAnswer = z.object({
  version: z.string(),
  executable: z.string(),
  prefixes: z.array(z.string()),
  userBase: z.string(),
  userSite: z.string(),
});
const pythonQuestion = `
import json, site, sys
print(json.dumps({
  "version": ".".join(map(str, sys.version_info[:3])),
  "executable": sys.executable,
  "prefixes": [sys.prefix, getattr(sys, "base_prefix", sys.prefix)],
  "userBase": site.getuserbase() or "",
  "userSite": site.getusersitepackages() or "",
}))`;

/** A virtual environment needs itself and the installation that it was created from. */
async function askPython(ask: Ask, program: string): Promise<Answer | undefined> {
  const said = await ask(program, ['-c', pythonQuestion]);
  const parsed = pythonAnswer.safeParse(JSON.parse(said.slice(said.indexOf('{'))));
  if (!parsed.success || !isAbsolute(parsed.data.executable)) return undefined;
  const { version, executable, prefixes, userBase, userSite } = parsed.data;
  const hasUserSite = existsSync(userSite);
  return {
    version,
    executable,
    toolPath: [dirname(executable)],
    readable: [...new Set([...prefixes, ...(hasUserSite ? [userSite] : [])])],
    environment: hasUserSite ? { PYTHONUSERBASE: userBase } : {},
  };
}

async function askGo(ask: Ask, program: string): Promise<Answer | undefined> {
  const [root = '', version = ''] = (await ask(program, ['env', 'GOROOT', 'GOVERSION'])).split('\n');
  if (!isAbsolute(root)) return undefined;
  return {
    version: version.replace(/^go/, ''),
    executable: join(root, 'bin', 'go'),
    toolPath: [join(root, 'bin')],
    readable: [root],
    environment: { GOTOOLCHAIN: 'local', GOFLAGS: '-buildvcs=false' },
  };
}

async function askRust(ask: Ask, program: string): Promise<Answer | undefined> {
  const said = await ask(program, ['--version', '--verbose']);
  const root = (await ask(program, ['--print', 'sysroot'])).trim();
  const version = /^release: (\S+)/m.exec(said)?.[1];
  if (version === undefined || !isAbsolute(root)) return undefined;
  return {
    version,
    executable: join(root, 'bin', 'rustc'),
    toolPath: [join(root, 'bin')],
    readable: [root],
    environment: {},
  };
}

/** Debian keeps a JDK's settings, to which the JDK links, in `/etc`. */
async function askJava(ask: Ask, program: string): Promise<Answer | undefined> {
  const said = await ask(program, ['-XshowSettings:properties', '-version']);
  const [, home = ''] = /^\s*java\.home = (.+)$/m.exec(said) ?? [];
  const [, version = ''] = /^\s*java\.version = (.+)$/m.exec(said) ?? [];
  if (!isAbsolute(home)) return undefined;
  const settings = readdirSync('/etc').filter((name) => /^(java|\.java|maven|gradle)/.test(name));
  return {
    version,
    executable: join(home, 'bin', 'java'),
    toolPath: [join(home, 'bin')],
    readable: [home, ...settings.map((name) => join('/etc', name))],
    environment: { JAVA_HOME: home },
  };
}

async function askRuby(ask: Ask, program: string): Promise<Answer | undefined> {
  const [version = '', prefix = '', executable = ''] = (
    await ask(program, ['-e', 'puts RUBY_VERSION, RbConfig::CONFIG["prefix"], RbConfig.ruby'])
  ).split('\n');
  if (!isAbsolute(prefix)) return undefined;
  return { version, executable, toolPath: [dirname(executable)], readable: [prefix], environment: {} };
}

const installationOf = (binaries: string): readonly string[] => [
  binaries.endsWith('/bin') ? dirname(binaries) : binaries,
];
