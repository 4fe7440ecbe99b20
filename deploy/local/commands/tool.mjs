import { LauncherFailure } from '../failure.mjs';
import { prepareMachine } from '../machine/prepare.mjs';
import { inRepository, repositoryRoot } from '../paths.mjs';
import { withSession } from '../session.mjs';

/**
 * @param {string} name
 * @param {string[]} args
 */
const script = (name, ...args) => [inRepository('deploy', 'tooling', `${name}.mjs`), ...args];
/**
 * @param {string} path
 * @param {string[]} args
 */
const program = (path, ...args) => [inRepository('node_modules', ...path.split('/')), ...args];

/**
 * Each tool is a list of programs, executed one after the other under Node 24 until one fails.
 * @type {Readonly<Record<string, readonly string[][]>>}
 */
const TOOLS = {
  build: [script('build')],
  lint: [script('lint')],
  format: [program('prettier/bin/prettier.cjs', '--write', '--log-level=warn', '.')],
  'format:check': [program('prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.')],
  typecheck: [script('typecheck')],
  deadcode: [program('knip/bin/knip.js', '--config', 'deploy/tooling/knip.jsonc')],
  'docs:generate': [script('build'), script('generate-documents')],
  'docs:check': [script('build'), script('generate-documents', '--check')],
  'audit:deps': [script('audit-deps')],
};

/** @param {string[]} args the tool, and arguments of its last program */
export async function run([name = '', ...args]) {
  const steps = Object.hasOwn(TOOLS, name) ? TOOLS[name] : undefined;
  if (!steps) {
    throw new LauncherFailure('unknown_tool', `unknown tool: ${name || '(none)'}`, {
      suggestion: `use one of: ${Object.keys(TOOLS).join(', ')}`,
    });
  }
  return withSession({ title: `YMERA · ${name}` }, async (session) => {
    const node = await prepareMachine(session);
    const last = steps.length - 1;
    for (const [index, step] of steps.entries()) {
      const code = await session.runAttached(node.path, index === last ? [...step, ...args] : step, {
        cwd: repositoryRoot,
        env: { ...process.env, NX_DAEMON: 'false' },
      });
      if (code !== 0) return code;
    }
    return 0;
  });
}
