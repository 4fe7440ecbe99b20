import type { ChangedFile } from '../tools/integrity/changed-file';
import { blockingCodes, examined, type ExaminedChange } from './examined-change';

export const product = (
  after: string,
  path = 'src/sum.mjs',
  before: string | null = null,
): readonly ChangedFile[] => [{ path, before, after }];
export const codes = (files: readonly ChangedFile[], change: ExaminedChange = {}) =>
  blockingCodes(examined(files, { intent: 'FEATURE', request: 'Add sum(a, b)', ...change }));
