import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareGitEnvironment } from './git-environment';

describe('prepareGitEnvironment', () => {
  it('replaces the configuration atomically while a git is reading it', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'ymera-environment-'));
    const folder = join(dataDir, 'git');
    mkdirSync(folder);
    writeFileSync(join(folder, 'config'), 'of an earlier release');
    const reading = openSync(join(folder, 'config'), 'r');
    const { GIT_CONFIG_GLOBAL: file = '' } = prepareGitEnvironment(dataDir, '/usr/bin');
    expect(readFileSync(reading, 'utf8')).toBe('of an earlier release');
    expect(readFileSync(file, 'utf8')).toContain('hooksPath = /dev/null');
    expect(readdirSync(folder).sort()).toEqual(['config', 'home', 'import-config', 'push-config']);
    closeSync(reading);
    rmSync(dataDir, { recursive: true });
  });
});
