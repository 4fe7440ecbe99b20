import { failure } from '@ymera/kernel';

/** What a store throws when the row is not of the version that was read. */
export const versionConflict = failure(
  'conflict',
  'version_conflict',
  'Somebody else changed this at the same time.',
  {
    retryable: true,
  },
);
