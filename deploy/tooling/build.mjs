// Transpiles each project's src/ to dist/ with swc. A file is rebuilt only when it, or the way to build, is newer than its
// output.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const { transformSync } = require('@swc/core');
const { swc } = require('./jest-preset.cjs');

/** Changed at, in ms: of this file and the settings it builds with. */
const toolMs = Math.max(
  ...[fileURLToPath(import.meta.url), require.resolve('./jest-preset.cjs')].map(
    (path) => statSync(path).mtimeMs,
  ),
);

const isShipped = (file) => /\.ts$/.test(file) && !/\.spec\.ts$|\.d\.ts$/.test(file);

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
      // Names the exports in a way that ES modules find, so that theirs may import them by name.
      module: { ...swc.module, exportInteropAnnotation: true },
      filename: from,
      sourceMaps: true,
      sourceFileName: relative(dirname(to), from),
    });
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(
      to,
      `${code}\n//# sourceMappingURL=${file.split('/').at(-1).replace(/\.ts$/, '.js.map')}\n`,
    );
    writeFileSync(`${to}.map`, map);
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
