import type { Finding } from '@ymera/contracts';
import type { ChangedEntry, ProposedTree } from './change-policy';
import { collisions, hasInvisible, visiblePath, windowsObjection } from './path-names';

/** Threshold for a new or changed binary file: it stays in the history of every clone for little use. */
export const largeBinaryBytes = 5 * 1024 * 1024;

const maxOfOneKind = 20;
const nothing = '000000';

interface Notice {
  readonly path: string;
  readonly message: string;
}

/** Findings for the approver that do not refuse a change. Only about what the change itself adds. */
export function changeNotices(tree: ProposedTree): readonly Finding[] {
  const added = tree.entries.filter(({ oldMode }) => oldMode === nothing).map(({ path }) => path);
  return [
    ...findings('case_collision', 'Give one of them another name.', caseCollisions(added, tree)),
    ...findings('windows_name', 'Give it a name that Windows can have.', windowsNames(added)),
    ...findings(
      'invisible_characters',
      'Give it a name that can be read as it is.',
      added.filter(hasInvisible).map((path) => ({
        path,
        message: 'The name has control characters or characters that are invisible.',
      })),
    ),
    ...findings(
      'large_binary',
      'Keep large binary files outside of the repository, or by Git LFS.',
      tree.entries.filter(isLargeBinary).map(({ path, size }) => ({
        path,
        message: `A binary file of ${size} bytes; an approver is informed above ${largeBinaryBytes} bytes.`,
      })),
    ),
    ...findings('lfs_pointer_unknown', pushFirst, unknownPointers(tree)),
    ...findings('lfs_removed', 'Check that the attributes are meant to change.', takenOutOfLfs(tree)),
    ...findings('lfs_content', 'Put it into LFS: git lfs migrate import --no-rewrite.', wrongAlready(tree)),
  ];
}

const pushFirst = 'Push the object to the LFS server before this lands, or leave the file as it was.';

const caseCollisions = (added: readonly string[], { paths }: ProposedTree): readonly Notice[] =>
  collisions(added, paths).map(({ path, other }) => ({
    path,
    message: `On Windows and macOS this is the same name as ${visiblePath(other)}: a checkout there has only one of them.`,
  }));

const windowsNames = (added: readonly string[]): readonly Notice[] =>
  added.flatMap((path) => {
    const objection = windowsObjection(path);
    return objection === undefined
      ? []
      : [{ path, message: `Windows cannot check this out: ${visiblePath(objection)}.` }];
  });

const isLargeBinary = ({ isBinary, size }: ChangedEntry): boolean => isBinary && size >= largeBinaryBytes;

const unknownPointers = ({ lfs }: ProposedTree): readonly Notice[] =>
  lfs.changed
    .filter(({ after, isKnown }) => after === 'pointer' && !isKnown)
    .map(({ path }) => ({
      path,
      message: 'The change writes an LFS pointer; this service cannot check whether its object exists.',
    }));

const takenOutOfLfs = ({ lfs }: ProposedTree): readonly Notice[] =>
  lfs.noLonger.map((path) => ({
    path,
    message: 'The change removes this file from LFS: a checkout has the content of the repository.',
  }));

const wrongAlready = ({ lfs }: ProposedTree): readonly Notice[] =>
  lfs.changed
    .filter(({ before, after, isStillLfs }) => before === 'content' && after === 'content' && isStillLfs)
    .map(({ path }) => ({
      path,
      message: 'The attributes assign this file to LFS, but the repository contains its content, as before.',
    }));

function findings(code: string, suggestion: string, notices: readonly Notice[]): readonly Finding[] {
  const shown = notices.slice(0, maxOfOneKind);
  const more = notices.length - shown.length;
  return shown.map(({ path, message }, index) => {
    const isLast = more > 0 && index === shown.length - 1;
    return {
      code,
      severity: 'medium',
      message: `${message}${isLast ? ` And ${more} more files.` : ''}`.slice(0, 2000),
      file: visiblePath(path).slice(0, 1000),
      suggestion,
    };
  });
}
