import { posix } from 'node:path';
import type { ChangedFile } from './changed-file';
import { isTestFile } from './file-roles';
import { finding, type IntegrityFinding } from './findings';

/** New Python packages among the tests with the name of a product package: tests would import them instead. */
export function shadowingPackages(
  files: readonly ChangedFile[],
  paths: ReadonlySet<string>,
): readonly IntegrityFinding[] {
  const products = new Set(
    [...paths].flatMap((path) => {
      const [, name] = /^(?:src\/)?([A-Za-z_]\w*)(?:\/.*)?\.py$/.exec(path) ?? [];
      return name !== undefined && !isTestFile(path) ? [name] : [];
    }),
  );
  return files.flatMap(({ path, before, after }): readonly IntegrityFinding[] => {
    if (before !== null || after === null || !path.endsWith('.py') || !isTestFile(path)) return [];
    const name = path.endsWith('/__init__.py')
      ? posix.basename(posix.dirname(path))
      : posix.basename(path, '.py');
    return products.has(name)
      ? [
          finding(
            'lookalike_import',
            'high',
            `${path} has the name of the product's "${name}", and tests beside it import it instead.`,
            { file: path },
            'Give it another name.',
          ),
        ]
      : [];
  });
}
