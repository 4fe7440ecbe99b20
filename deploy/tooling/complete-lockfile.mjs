/**
 * Writes entries for optional packages that package-lock.json lacks. npm omits packages that its registry does not
 * serve (builds for other platforms), and then refuses its own file in `npm ci`. The entries contain version and platform, so
 * `npm ci` skips them here; an integrity cannot be computed without the package. Run it after `npm install`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readJson } from '../local/json.mjs';

/** @import { LockedPackage, Lockfile } from '../local/machine/dependencies.mjs' */

const PLATFORM = /(?:^|[-/])(android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)/;

/**
 * @param {Lockfile} lock
 * @returns entries to add, by their path in the lockfile; empty for a complete one
 */
export function missingOptionalPackages(lock) {
  /** @type {Record<string, LockedPackage & { os?: string[], cpu?: string[] }>} */
  const missing = {};
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const atRoot = `node_modules/${name}`;
      if (lock.packages[atRoot] || lock.packages[`${path}/node_modules/${name}`]) continue;
      const [, os, cpu] = PLATFORM.exec(name) ?? [];
      missing[atRoot] = {
        version,
        ...(entry.dev ? { dev: true } : {}),
        optional: true,
        ...(os && cpu ? { os: [os], cpu: [cpu] } : {}),
      };
    }
  }
  return missing;
}

/** @param {string} file */
function complete(file) {
  const lock = /** @type {Lockfile} */ (readJson(file));
  const missing = missingOptionalPackages(lock);
  // npm sorts by path: in another order the next `npm install` would change the file.
  const sorted = Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) =>
    a.localeCompare(b, 'en'),
  );
  if (Object.keys(missing).length > 0) {
    writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
  }
  console.log(`added ${Object.keys(missing).length} entries to ${file}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  complete(join(import.meta.dirname, '..', '..', 'package-lock.json'));
}
