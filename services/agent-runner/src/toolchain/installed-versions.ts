import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { InstalledInterpreter, Language } from './interpreter';

/** Folders in which version managers keep one folder for each version; `~` is a home folder. */
const folders: Readonly<Record<Language, readonly string[]>> = {
  node: [
    '~/.nvm/versions/node',
    '~/.volta/tools/image/node',
    '~/.asdf/installs/nodejs',
    '~/.local/share/mise/installs/node',
    '~/.local/share/fnm/node-versions',
    '~/.fnm/node-versions',
    '~/.nodenv/versions',
    '~/n/n/versions/node',
    '/usr/local/n/versions/node',
  ],
  python: [
    '~/.pyenv/versions',
    '~/.asdf/installs/python',
    '~/.local/share/mise/installs/python',
    '~/.local/share/uv/python',
  ],
  go: [
    '~/sdk',
    '~/.asdf/installs/golang',
    '~/.local/share/mise/installs/go',
    '~/.goenv/versions',
    '/usr/lib/go',
    '/usr/lib',
  ],
  rust: ['~/.rustup/toolchains'],
  java: [
    '/usr/lib/jvm',
    '~/.sdkman/candidates/java',
    '~/.asdf/installs/java',
    '~/.local/share/mise/installs/java',
    '~/.jenv/versions',
  ],
  ruby: [
    '~/.rbenv/versions',
    '~/.rubies',
    '~/.asdf/installs/ruby',
    '~/.local/share/mise/installs/ruby',
    '~/.rvm/rubies',
    '/opt/rubies',
  ],
};

const programs: Readonly<Record<Language, readonly string[]>> = {
  node: ['bin/node', 'installation/bin/node'],
  python: ['bin/python3', 'bin/python'],
  go: ['bin/go', 'go/bin/go'],
  rust: ['bin/rustc'],
  java: ['bin/java'],
  ruby: ['bin/ruby'],
};

/** The versions that version managers have installed, by the names of their folders. Starts no program. */
export function installedVersions(
  language: Language,
  homes: readonly string[],
): readonly InstalledInterpreter[] {
  const places = folders[language].flatMap((folder) =>
    folder.startsWith('~/') ? homes.map((home) => join(home, folder.slice(2))) : [folder],
  );
  const found = [...new Set(places)].flatMap((place) =>
    namesIn(place).flatMap((name): readonly InstalledInterpreter[] => {
      const version = /\d+(?:[._]\d+){0,2}/.exec(name)?.[0].replaceAll('_', '.');
      const executable = programs[language].map((program) => join(place, name, program)).find(existsSync);
      return version === undefined || executable === undefined ? [] : [{ version, executable }];
    }),
  );
  return language === 'python' ? [...found, ...systemPythons()] : found;
}

/** `/usr/bin/python3.11` and others beside it. */
const systemPythons = (): readonly InstalledInterpreter[] =>
  ['/usr/local/bin', '/usr/bin'].flatMap((folder) =>
    namesIn(folder).flatMap((name) => {
      const version = /^python(3\.\d+)$/.exec(name)?.[1];
      return version === undefined ? [] : [{ version, executable: join(folder, name) }];
    }),
  );

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
