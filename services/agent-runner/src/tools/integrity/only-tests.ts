import type { Intent } from '@ymera/contracts';
import type { ChangedFile } from './changed-file';
import { isExample, isJudging, isLockFile } from './file-roles';
import { finding, type IntegrityFinding } from './findings';
import type { RequestWords } from './request-words';

/** The defect to fix is in the product: a change of its tests only fixes nothing. */
export function onlyTestsFindings(
  files: readonly ChangedFile[],
  intent: Intent,
  { text }: RequestWords,
): readonly IntegrityFinding[] {
  if (intent !== 'DEBUG') return [];
  const judging = files.filter(({ path }) => isJudging(path));
  const rest = files.filter(({ path }) => !isJudging(path) && !isExample(path) && !isLockFile(path));
  const edited = judging.find(({ before }) => before !== null);
  if (rest.length > 0 || !edited) return [];
  const isAboutTests = /\b(?:tests?|specs?|flak\w+|suite|fixture|snapshot|benchmark|assertion|ci)\b/i.test(
    text,
  );
  return [
    finding(
      'only_tests_changed',
      isAboutTests ? 'medium' : 'high',
      'A fault was to be removed, and only what shows it was changed.',
      { file: edited.path },
      'Fix the defect in the product.',
    ),
  ];
}
