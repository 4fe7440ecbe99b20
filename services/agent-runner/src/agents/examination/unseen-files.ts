import type { Finding } from '@ymera/contracts';
import { isWritten } from '../../tools/analysable';
import type { ChangedFile } from '../../tools/integrity/changed-file';
import { isTestFile } from '../../tools/integrity/file-roles';

/** Findings for files that are too large, so that they are not mistaken for examined. */
export function unseenFiles(files: readonly ChangedFile[]): Finding[] {
  return files
    .filter(({ isTooLarge }) => isTooLarge === true)
    .flatMap(({ path, before, after }): Finding[] => {
      if (after === null)
        return isTestFile(path)
          ? [
              {
                code: 'test_deleted',
                severity: 'high',
                message: 'A file of tests was deleted.',
                file: path,
                suggestion: 'Leave the tests unchanged.',
              },
            ]
          : [];
      // Like everything that weakens tests: a person must see it before it lands.
      if (isTestFile(path) && before !== null)
        return [
          {
            code: 'test_not_examined',
            severity: 'high',
            message: 'A file of tests was changed that is too large to say what became of its tests.',
            file: path,
            suggestion: 'Leave the tests unchanged, or split the file into ones of less than 4 MiB first.',
          },
        ];
      return isWritten(path)
        ? [
            {
              code: 'file_not_examined',
              severity: 'medium',
              message: 'The file is too large and was not examined.',
              file: path,
              suggestion: 'Split it into files of less than 4 MiB, or keep it out of the repository.',
            },
          ]
        : [];
    });
}
