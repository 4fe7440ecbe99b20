// Lints each fixture as if it were the file of its first line. The last line of output maps fixtures to findings.
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

/** @type {Record<string, { rule: string | null, message: string }[]>} */
const findings = {};
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  const path = /^\/\/ as: (\S+)/.exec(text)?.[1] ?? '';
  const [result] = await eslint.lintText(text, { filePath: join(root, path) });
  const messages = result?.messages ?? [];
  findings[basename(file)] = messages.map(({ ruleId, message }) => ({ rule: ruleId, message }));
}
console.log(`\n${JSON.stringify(findings)}`);
process.exit(0);
