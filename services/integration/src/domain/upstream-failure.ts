import { failure, type Failure } from '@ymera/kernel';

const maxEvidence = 300;

/** The line in which git or the remote tells the error, without a credential from a URL in it. */
export function evidenceOf(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const telling = lines.find((line) => /^(fatal|error|remote): ./.test(line)) ?? lines.find(Boolean) ?? '';
  return telling.replace(/\/\/[^/@\s]+@/g, '//').slice(0, maxEvidence);
}

const denied =
  /authentication failed|could not read (username|password)|permission denied|host key verification failed|returned error: 40[13]/i;
const branchGone = /couldn't find remote ref/i;

/** The failure of an upstream that could not be read or written, from git's messages. */
export function upstreamFailure(stderr: string, source: string): Failure {
  const evidence = evidenceOf(stderr);
  if (denied.test(stderr))
    return failure('forbidden', 'upstream_denied', `The upstream ${source} refused access: ${evidence}`, {
      suggestion:
        'Put a credential for its host into YMERA_UPSTREAM_CREDENTIALS_FILE, or name a key in YMERA_UPSTREAM_SSH_KEY_FILE and its host in YMERA_UPSTREAM_KNOWN_HOSTS_FILE.',
    });
  if (branchGone.test(stderr))
    return failure(
      'not_found',
      'upstream_branch_gone',
      `The upstream ${source} does not have the branch any more: ${evidence}`,
      {
        suggestion:
          'Restore the branch there, or register the repository under another project id, with another branch.',
      },
    );
  return failure(
    'unavailable',
    'upstream_unreachable',
    `The upstream ${source} could not be reached: ${evidence}`,
    {
      suggestion: 'Check that the path or host exists, then run `ymera projects sync`.',
      retryable: true,
    },
  );
}

export const upstreamTookTooLong = (source: string, seconds: number): Failure =>
  failure(
    'unavailable',
    'upstream_unreachable',
    `The upstream ${source} did not answer within ${seconds} s.`,
    {
      suggestion: 'Raise YMERA_UPSTREAM_TIMEOUT_SECONDS of the integration service if it is only slow.',
      retryable: true,
    },
  );

export type PushOutcome =
  | { readonly kind: 'pushed' }
  /** The branch is not at the expected commit any more. */
  | { readonly kind: 'moved' }
  /** The upstream refuses such a push. */
  | { readonly kind: 'refused'; readonly failure: Failure }
  /** It is unknown whether the push arrived. */
  | { readonly kind: 'unknown'; readonly failure: Failure };

const moved =
  /stale info|fetch first|non-fast-forward|cannot lock ref|failed to update ref|incorrect old value/i;

/** The output of a hook of the remote, which may be several lines. */
const wordsOfHook = (stderr: string): string =>
  stderr
    .split('\n')
    .filter((line) => line.startsWith('remote: '))
    .map((line) => line.trim())
    .join(' ')
    .slice(0, maxEvidence);

/** The outcome of `git push --porcelain` of one ref; `output` is empty when the connection failed. */
export function pushOutcome(
  { code, output, stderr }: { readonly code: number; readonly output: string; readonly stderr: string },
  source: string,
): PushOutcome {
  if (code === 0) return { kind: 'pushed' };
  const rejected = output.split('\n').find((line) => line.startsWith('!'));
  if (rejected === undefined) {
    const why = upstreamFailure(stderr, source);
    return why.kind === 'unavailable' ? { kind: 'unknown', failure: why } : { kind: 'refused', failure: why };
  }
  if (moved.test(rejected)) return { kind: 'moved' };
  const reason = rejected.split('\t')[2] ?? '';
  const words = [reason, wordsOfHook(stderr)].filter(Boolean).join(' ');
  return {
    kind: 'refused',
    failure: failure('conflict', 'push_refused', `The upstream ${source} refused the push: ${words}`, {
      suggestion: /checked out/.test(reason)
        ? 'Push into a bare repository, or set receive.denyCurrentBranch to updateInstead there.'
        : 'Allow the push there, or set `ymera projects update --push off`.',
    }),
  };
}
