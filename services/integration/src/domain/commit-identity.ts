import { uuidv7Time } from '@ymera/kernel';

/** All inputs of a commit's id besides tree and parent; a function of the attempt only, so a redelivery gives the same commit. */
export interface CommitIdentity {
  readonly author: { readonly name: string; readonly email: string };
  readonly committer: { readonly name: string; readonly email: string };
  /** Seconds of Unix time, UTC, for author and committer. */
  readonly time: number;
  readonly message: string;
}

export interface Attempt {
  readonly requestId: string;
  readonly taskId: string;
  readonly attempt: number;
  readonly agentId: string;
  readonly title: string;
  /** The commit that is rebased. */
  readonly madeFrom?: string;
  /** The commit that is reverted. */
  readonly reverts?: string;
}

const committer = { name: 'YMERA integration', email: 'integration@ymera.invalid' } as const;
const maxTitleLength = 100;

/** `baseTime`: the base's committer time in seconds; a child is never older than its parent, which tools rely on. */
export function commitIdentity(attempt: Attempt, baseTime: number): CommitIdentity {
  const born = uuidv7Time(attempt.taskId);
  const taskTime = born === undefined ? 0 : Math.floor(born / 1000);
  return {
    author: { name: attempt.agentId, email: `${attempt.agentId}@agents.ymera.invalid` },
    committer,
    time: Math.max(taskTime, baseTime + 1),
    message: commitMessage(attempt),
  };
}

/** For a merge of a branch with its upstream, a function of both. */
export const mergeIdentity = (branch: string, latestTime: number): CommitIdentity => ({
  author: committer,
  committer,
  time: latestTime + 1,
  message: `Merge the upstream's ${branch}\n`,
});

/** One line with the title of the request, then trailers. The title is untrusted text: it may not start a trailer of its own. */
function commitMessage({ title, requestId, taskId, attempt, agentId, madeFrom, reverts }: Attempt): string {
  const line = title.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  const subject = line.length > maxTitleLength ? `${line.slice(0, maxTitleLength - 1).trimEnd()}…` : line;
  return [
    subject === '' ? 'Change by an agent' : subject,
    '',
    `Ymera-Request: ${requestId}`,
    `Ymera-Task: ${taskId}`,
    `Ymera-Attempt: ${attempt}`,
    `Ymera-Agent: ${agentId}`,
    ...(madeFrom === undefined ? [] : [`Ymera-Made-From: ${madeFrom}`]),
    ...(reverts === undefined ? [] : [`Ymera-Reverts: ${reverts}`]),
    '',
  ].join('\n');
}
