import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Branch } from './effects';

const run = promisify(execFile);
const format = '%H%x09%P%x09%(trailers:key=Ymera-Request,valueonly,separator=%x2C)';

/** The branch according to git, without the service that wrote it. */
export async function readBranch(repository: string, projectId: string, branch: string): Promise<Branch> {
  const { stdout } = await run(
    'git',
    ['-C', repository, 'log', `--format=${format}`, `refs/heads/${branch}`],
    {
      env: {
        PATH: process.env['PATH'],
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'safe.directory',
        GIT_CONFIG_VALUE_0: '*',
      },
    },
  );
  const commits = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [id = '', parents = '', requestId = ''] = line.split('\t');
      return {
        id,
        parents: parents.split(' ').filter((parent) => parent !== ''),
        requestId: requestId || null,
      };
    });
  return { projectId, commits };
}
