// Lints the fixtures as if they stood where they say; the last line printed maps each to what was said of it.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createProjectGraphAsync } from '@nx/devkit';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const root = join(import.meta.dirname, '..', '..', '..');
const files = process.argv.slice(2);

// The boundary rule reads nx's stored graph and is silent without one.
await createProjectGraphAsync({ exitOnError: true });

// The paths do not exist, so rules that need types cannot run; boundaries do not need them.
const typed = tseslint.configs.recommendedTypeChecked.flatMap(({ rules }) => Object.keys(rules ?? {}));
const eslint = new ESLint({
  cwd: root,
  overrideConfig: {
    languageOptions: { parserOptions: { projectService: false, project: null } },
    rules: Object.fromEntries(
      [...typed, '@typescript-eslint/switch-exhaustiveness-check'].map((rule) => [rule, 'off']),
    ),
  },
});

const said = {};
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  const [, path] = /^\/\/ as: (\S+)/.exec(text);
  const [result] = await eslint.lintText(text, { filePath: join(root, path) });
  said[basename(file)] = result.messages.map(({ ruleId, message }) => ({ rule: ruleId, message }));
}
console.log(`\n${JSON.stringify(said)}`);
process.exit(0);
