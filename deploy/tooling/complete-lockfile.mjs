/**
 * Writes entries for optional packages that package-lock.json lacks. npm leaves out those that the registry at hand does not
 * serve (builds for other platforms), and then refuses its own file in `npm ci`. The entries carry version and platform, so
 * `npm ci` skips them here; without an integrity, which nobody could compute. Run it after `npm install`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const PLATFORM = /(?:^|[-/])(android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)/;

/** @returns entries to add, by their path in the lockfile; empty for a complete one */
export function missingOptionalPackages(lock) {
  const missing = {};
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const places = [`node_modules/${name}`, `${path}/node_modules/${name}`];
      if (places.some((place) => lock.packages[place])) continue;
      const [, os, cpu] = PLATFORM.exec(name) ?? [];
      missing[places[0]] = {
        version,
        ...(entry.dev ? { dev: true } : {}),
        optional: true,
        ...(os ? { os: [os], cpu: [cpu] } : {}),
      };
    }
  }
  return missing;
}

function complete(file) {
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingOptionalPackages(lock);
  // npm sorts by path; in its order the next `npm install` shows no difference that is none.
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
