import type { ChangeContent, ChangeReader } from '../../application/ports';
import type { Change } from '../../domain/change';
import type { Git } from './git';
import type { RepositoryLayout } from './repository-layout';

const maxDiffBytes = 1_048_576;

export class GitChangeReader implements ChangeReader {
  constructor(
    private readonly git: Git,
    private readonly layout: RepositoryLayout,
  ) {}

  async read({
    projectId,
    base,
    commit,
  }: Pick<Change, 'projectId' | 'base' | 'commit'>): Promise<ChangeContent> {
    const repository = this.layout.repository(projectId);
    const counted = await this.git.text(
      ['diff-tree', '-r', '-z', '--numstat', '--no-renames', base, commit],
      { repository },
    );
    const shown = await this.git.run(
      ['diff-tree', '-r', '-p', '-M', '--full-index', '--no-ext-diff', '--no-textconv', base, commit],
      { repository, maxOutputBytes: maxDiffBytes, truncate: true },
    );
    const diff = shown.stdout.toString('utf8');
    return {
      files: counted.split('\0').filter(Boolean).map(parseCount),
      diff: shown.isTruncated ? `${diff}\n[cut off after ${maxDiffBytes} bytes]\n` : diff,
    };
  }
}

/** `added \t removed \t path`; git counts no lines of binary files. */
function parseCount(entry: string): ChangeContent['files'][number] {
  const [added, removed, ...path] = entry.split('\t');
  return { path: path.join('\t'), added: Number(added) || 0, removed: Number(removed) || 0 };
}
