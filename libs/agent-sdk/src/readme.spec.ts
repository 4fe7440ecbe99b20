import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const project = join(__dirname, '..');
const path = join(project, 'examples/typescript/licence-reviewer.mts');

describe('the example of the README', () => {
  it('equals the one in examples/, which is typechecked', () => {
    const example = readFileSync(path, 'utf8');
    expect(readFileSync(join(project, 'README.md'), 'utf8')).toContain(`\`\`\`ts\n${example}\`\`\`\n`);
  });

  it('runs unchanged on the built SDK', async () => {
    const env = { ...process.env, YMERA_GATEWAY_URL: 'http://127.0.0.1:1' };
    await expect(promisify(execFile)(process.execPath, [path], { env })).rejects.toMatchObject({
      stderr: expect.stringContaining('The gateway at http://127.0.0.1:1 cannot be reached'),
    });
  });
});
