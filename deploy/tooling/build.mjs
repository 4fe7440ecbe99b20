// Transpiles each project's src/ to dist/ with swc. A file is rebuilt only when it, or the way to build, is newer than its
// output.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';
import jestPreset from './jest-preset.cjs';

const require = createRequire(import.meta.url);
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

const { swc } = jestPreset;

/** When this file and the settings of the build were last changed, in ms since the epoch. */
const toolMs = Math.max(
  ...[fileURLToPath(import.meta.url), require.resolve('./jest-preset.cjs')].map(
    (path) => statSync(path).mtimeMs,
  ),
);

/** @param {string} file */
const isShipped = (file) => /\.ts$/.test(file) && !/\.spec\.ts$|\.d\.ts$/.test(file);

/**
 * @param {string} project its folder
 * @returns {number} of files that were transpiled
 */
function build(project) {
  const source = join(root, project, 'src');
  const target = join(root, project, 'dist');
  if (!existsSync(source)) return 0;
  const files = readdirSync(source, { recursive: true }).map(String).filter(isShipped);
  const wanted = new Set(files.map((file) => file.replace(/\.ts$/, '.js')));
  let built = 0;
  for (const file of files) {
    const from = join(source, file);
    const to = join(target, file.replace(/\.ts$/, '.js'));
    if (existsSync(to) && statSync(to).mtimeMs > Math.max(statSync(from).mtimeMs, toolMs)) continue;
    const { code, map } = transformSync(readFileSync(from, 'utf8'), {
      ...swc,
      // Annotates the exports, so that ES modules may import them by name.
      module: { ...swc.module, exportInteropAnnotation: true },
      filename: from,
      sourceMaps: true,
      sourceFileName: relative(dirname(to), from),
    });
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, `${code}\n//# sourceMappingURL=${basename(file).replace(/\.ts$/, '.js.map')}\n`);
    writeFileSync(`${to}.map`, map ?? '');
    built += 1;
  }
  if (existsSync(target)) {
    for (const file of readdirSync(target, { recursive: true }).map(String)) {
      if (file.endsWith('.js') && !wanted.has(file)) rmSync(join(target, file));
    }
  }
  return built;
}

const projects =
  process.argv.length > 2
    ? process.argv.slice(2)
    : ['libs', 'services', 'test'].flatMap((folder) =>
        readdirSync(join(root, folder), { withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map((entry) => `${folder}/${entry.name}`),
      );
const started = performance.now();
const built = projects.reduce((sum, project) => sum + build(project), 0);
console.log(
  `built ${built} files of ${projects.length} projects in ${Math.round(performance.now() - started)} ms`,
);
