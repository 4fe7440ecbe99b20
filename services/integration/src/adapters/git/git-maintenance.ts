import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepositoryMaintenance } from '../../application/ports';
import type { Git } from './git';
import type { RepositoryLayout } from './repository-layout';

/** Both together end before the transaction does that holds the project's lock. */
const repackTimeoutMs = 15_000;
const pruneTimeoutMs = 8_000;
const maxPacks = 20;

/**
 * Objects that no ref reaches are deleted after this time. A commit that is being made has no ref yet; git renews the time of
 * an object that is written again.
 */
const pruneAfter = '2.weeks.ago';

/** `git gc` in steps that are each bounded: what a killed one has left the next pass goes on with. */
export class GitMaintenance implements RepositoryMaintenance {
  constructor(
    private readonly git: Git,
    private readonly layout: RepositoryLayout,
  ) {}

  async collectGarbage(projectId: string): Promise<void> {
    const repository = this.layout.repository(projectId);
    await this.git.run(await this.repack(repository), { repository, timeoutMs: repackTimeoutMs });
    await this.git.run(['prune', `--expire=${pruneAfter}`], { repository, timeoutMs: pruneTimeoutMs });
  }

  /** Mostly only what is loose and reachable becomes a pack, which is quick; many packs become one. */
  private async repack(repository: string): Promise<string[]> {
    const files = await readdir(join(repository, 'objects', 'pack'));
    const packs = files.filter((name) => name.endsWith('.pack')).length;
    const quick = ['repack', '-d', '-l', '-q'];
    return packs < maxPacks ? quick : [...quick, '-A', `--unpack-unreachable=${pruneAfter}`];
  }
}
