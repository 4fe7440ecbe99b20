import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { refuseMissingProgram } from './missing-program.mjs';

const folder = mkdtempSync(join(tmpdir(), 'ymera-missing-program-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const bin = join(folder, 'bin');
const plain = join(folder, 'plain');
const python = join(folder, 'python');
for (const path of [bin, join(plain, '.git'), join(python, '.git')]) mkdirSync(path, { recursive: true });
writeFileSync(join(bin, 'my-agent'), '', { mode: 0o755 });
writeFileSync(join(folder, 'agent.sh'), '');
writeFileSync(join(python, 'requirements.txt'), '');

/**
 * @param {string | undefined} command
 * @param {string} [repo]
 */
const check = (command, repo) => () =>
  refuseMissingProgram({ command, commandFolder: folder, hostPath: bin }, repo);

describe('the program of --exec', () => {
  for (const [command = '', repo] of [
    ['my-agnet --fast'],
    ['my-agnet', plain],
    ['/nowhere/agent'],
    ['~/no/such/agent'],
    ['./nowhere.sh'],
    ['my-agnet; true'],
  ])
    test(`is refused: ${command}`, () =>
      assert.throws(check(command, repo), { code: 'command_missing', exitCode: 1 }));

  for (const [command, repo] of [
    [undefined],
    ['my-agent --fast'],
    [join(bin, 'my-agent')],
    ['agent.sh'],
    ['./agent.sh'],
    ['sh agent.sh'],
    ['cd x && ./y'],
    ['KEY=value my-agnet'],
    ['"$AGENT" --fast'],
    ['(my-agnet)'],
    ['python3.12 agent.py'],
    ['./own-script.sh', plain],
    ['black .', python],
    ['anything', join(folder, 'nowhere')],
  ])
    test(`passes, because it exists or only a shell can resolve it: ${command}`, () =>
      assert.doesNotThrow(check(command, repo)));
});
