import { type ErrorShape, withFault } from '@ymera/contracts';
import { shellWord } from '../terminal/shell-word';
import { landInto } from './land-into';
import { keepClone } from './repositories';

/** A commit that has landed in the platform, and its repository. */
export interface Landed {
  readonly repository: string;
  readonly branch: string;
  readonly requestId: string;
}

/** The person's copy of it. The commit has landed even where this fails, so a failure is reported beside the result. */
export interface HandedOver {
  readonly repo: string | null;
  readonly landed_branch: string | null;
  readonly error?: ErrorShape;
}

/** Keeps a clone of the landed commit in `folder`, and fetches it `into` the person’s repository where one is named. */
export async function handOver(
  landed: Landed,
  folder: string,
  into: string | undefined,
): Promise<HandedOver> {
  const { repository, branch, requestId } = landed;
  let repo: string;
  try {
    repo = await keepClone(repository, folder, requestId);
  } catch (error) {
    const suggestion = `Clone it by hand: git clone --bare ${shellWord(repository)}`;
    return { repo: null, landed_branch: null, error: failure('clone_failed', error, suggestion) };
  }
  if (into === undefined) return { repo, landed_branch: null };
  try {
    return { repo, landed_branch: await landInto(into, repo, branch, requestId) };
  } catch (error) {
    const suggestion = `Fetch it by hand: git -C ${shellWord(into)} fetch ${shellWord(repo)} ${shellWord(`${branch}:landed-${requestId}`)}`;
    return { repo, landed_branch: null, error: failure('land_failed', error, suggestion) };
  }
}

function failure(code: string, error: unknown, suggestion: string): ErrorShape {
  const message = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
  return withFault({ code, message, retryable: false, suggestion });
}
