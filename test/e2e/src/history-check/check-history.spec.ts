import type { Accepted } from './accepted';
import { checkHistory } from './check-history';
import type { AttemptRow, AuditRow, Effects } from './effects';

const accepted: Accepted = {
  requests: [{ requestId: 'r1', idempotencyKey: 'k1' }],
  decisions: [{ approvalId: 'a1', decision: 'approved' }],
  cancels: [],
  issues: [{ agentId: 'witness', code: 'seen_1' }],
  results: [{ agentId: 'coder', taskId: 't1', attempt: 2 }],
};

const fact = (type: string, subject: string, version: number, requestId: string | null): AuditRow => ({
  event_id: `${type}-${subject}-${version}`,
  type,
  source: `/ymera/${type.split('.')[0]}`,
  subject,
  aggregate_version: version,
  data_digest: 'sha256:1',
  request_id: requestId,
  code: type.startsWith('reporting.issue') ? 'seen_1' : null,
});

const attempt = (number: number, state: string): AttemptRow => ({
  task_id: 't1',
  attempt: number,
  workflow_id: 'w1',
  step_id: 'fix',
  fencing_token: number,
  state,
});

/** One request that landed as its commit, after its first attempt was lost. */
const sound: Effects = {
  requests: [{ request_id: 'r1', state: 'completed', workflow_id: 'w1' }],
  approvals: [{ approval_id: 'a1', gate_id: 'g1', state: 'approved' }],
  gateDecisions: [{ gate_id: 'g1', approval_id: 'a1', decision: 'approved' }],
  workflows: [{ workflow_id: 'w1', request_id: 'r1', project_id: 'p', state: 'completed' }],
  attempts: [attempt(1, 'lost'), attempt(2, 'completed')],
  changes: [{ change_id: 'c1', project_id: 'p', workflow_id: 'w1', commit: 'bbb', state: 'landed' }],
  audit: [
    fact('coordinator.request.planned.v1', 'r1', 1, 'r1'),
    fact('coordinator.request.ended.v1', 'r1', 2, 'r1'),
    fact('orchestrator.workflow.started.v1', 'w1', 1, 'r1'),
    fact('reporting.issue.reported.v1', 'i1', 1, null),
  ],
  branches: [
    {
      projectId: 'p',
      commits: [
        { id: 'bbb', parents: ['aaa'], requestId: 'r1' },
        { id: 'aaa', parents: [], requestId: null },
      ],
    },
  ],
  outbox: [],
  deadLetters: [],
};

const [request] = sound.requests;
const [run] = sound.workflows;
const [branch] = sound.branches;
if (!request || !run || !branch) throw new Error('the sound history is not complete');

/** Each invalid history, and the expected finding. */
const corrupted: readonly (readonly [string, Partial<Effects>, 'lost' | 'doubled', RegExp])[] = [
  ['a request that is gone', { requests: [] }, 'lost', /r1 \(key k1\) was accepted and has no row/],
  ['a request that never ended', { requests: [{ ...request, state: 'running' }] }, 'lost', /never ended/],
  ['a run that is gone', { workflows: [] }, 'lost', /workflow w1 does not exist/],
  [
    'a run that ended otherwise',
    { workflows: [{ ...run, state: 'failed' }] },
    'lost',
    /is completed, its workflow w1 is failed/,
  ],
  [
    'a second request of one key',
    { requests: [request, { ...request, request_id: 'r2' }] },
    'doubled',
    /r2 .* was never accepted/,
  ],
  ['a second run', { workflows: [run, { ...run, workflow_id: 'w2' }] }, 'doubled', /2 workflows: w1, w2/],
  [
    'a workflow without a request',
    { workflows: [run, { ...run, workflow_id: 'w9', request_id: 'r9' }] },
    'doubled',
    /w9 runs for request r9/,
  ],
  [
    'a decision that is gone',
    { approvals: [{ ...sound.approvals[0], state: 'pending' } as never] },
    'lost',
    /a1 was accepted; it is pending/,
  ],
  ['a decision that did not arrive', { gateDecisions: [] }, 'lost', /never reached gate g1/],
  [
    'a gate decided twice',
    { gateDecisions: [...sound.gateDecisions, { gate_id: 'g1', approval_id: 'a2', decision: 'denied' }] },
    'doubled',
    /gate g1 was decided 2 times/,
  ],
  [
    'a landing that is not on the branch',
    { branches: [{ ...branch, commits: branch.commits.slice(1) }] },
    'lost',
    /no commit on the branch of p/,
  ],
  [
    'a commit that landed twice',
    {
      branches: [
        { ...branch, commits: [{ id: 'ccc', parents: ['bbb'], requestId: 'r1' }, ...branch.commits] },
      ],
    },
    'doubled',
    /2 commits on p: ccc, bbb/,
  ],
  [
    'a commit of a run that failed',
    { requests: [{ ...request, state: 'failed' }], workflows: [{ ...run, state: 'failed' }] },
    'doubled',
    /bbb landed on p for request r1, whose run did not complete/,
  ],
  [
    'a merge on the branch',
    {
      branches: [
        {
          ...branch,
          commits: [{ id: 'bbb', parents: ['aaa', 'zzz'], requestId: 'r1' }, ...branch.commits.slice(1)],
        },
      ],
    },
    'lost',
    /bbb on p stands on aaa and zzz, not on aaa/,
  ],
  [
    'a landed change with another commit',
    { changes: [{ ...sound.changes[0], commit: 'xxx' } as never] },
    'lost',
    /c1 is commit xxx/,
  ],
  [
    'a task completed twice',
    { attempts: [attempt(1, 'completed'), attempt(2, 'completed')] },
    'doubled',
    /t1 was completed by attempts 1 and 2/,
  ],
  [
    'a task held twice',
    { attempts: [attempt(1, 'running'), attempt(2, 'offered')] },
    'doubled',
    /t1 is held by attempts 1 and 2/,
  ],
  [
    'a late result that took effect',
    { attempts: [attempt(1, 'completed'), attempt(2, 'lost')] },
    'doubled',
    /attempt 1 took effect after attempt 2/,
  ],
  ['a task held for ever', { attempts: [attempt(1, 'running')] }, 'lost', /t1 is still held/],
  [
    'one token given twice',
    { attempts: [attempt(2, 'lost'), attempt(2, 'completed')] },
    'doubled',
    /fencing token w1 fix 2 was given to 2/,
  ],
  [
    'a message that never left',
    { outbox: [{ place: 'audit', messages: 3, types: ['x'] }] },
    'lost',
    /3 message\(s\) never left the outbox of audit: x/,
  ],
  [
    'a dead-lettered message',
    { deadLetters: [{ place: 'audit.dead', messages: 1, types: ['x'] }] },
    'lost',
    /1 message\(s\) dead-lettered in audit.dead: x/,
  ],
  [
    'an event that was not recorded',
    { audit: sound.audit.slice(1) },
    'lost',
    /planned\.\* is not in the audit log/,
  ],
  [
    'a fact said twice',
    {
      audit: [...sound.audit, { ...fact('coordinator.request.ended.v1', 'r1', 2, 'r1'), event_id: 'again' }],
    },
    'doubled',
    /r1 version 2 was said 2 times/,
  ],
  [
    'a second ending',
    { audit: [...sound.audit, fact('coordinator.request.ended.v1', 'r1', 3, 'r1')] },
    'doubled',
    /ended\.\* is 2 times in the audit log/,
  ],
  [
    'a confirmed issue that is gone',
    { audit: sound.audit.slice(0, 3) },
    'lost',
    /seen_1 of witness was confirmed/,
  ],
];

describe('history check', () => {
  it('has no findings for a valid history', () => {
    expect(checkHistory(accepted, sound)).toEqual({ lost: [], doubled: [] });
  });

  it.each(corrupted)('catches %s', (_, corruption, kind, words) => {
    const verdict = checkHistory(accepted, { ...sound, ...corruption });
    expect(verdict[kind].filter((evidence) => words.test(evidence))).toHaveLength(1);
  });

  it.each([
    [1, 'doubled', 'the attempt is lost'],
    [3, 'lost', 'the attempt is gone'],
  ] as const)(
    'catches an accepted result of attempt %s, which is not the one that counts',
    (attempt, kind, words) => {
      const late: Accepted = { ...accepted, results: [{ agentId: 'late', taskId: 't1', attempt }] };
      expect(checkHistory(late, sound)[kind]).toEqual([expect.stringContaining(words)]);
    },
  );

  it('accepts the same answer to a repeated order, and reports a different one as doubled', () => {
    const answer = fact('integration.change.materialised.v1', 'c1', 1, 'r1');
    const repeated = (digest: string): Effects => ({
      ...sound,
      audit: [...sound.audit, answer, { ...answer, event_id: 'again', data_digest: digest }],
    });
    expect(checkHistory(accepted, repeated('sha256:1')).doubled).toEqual([]);
    expect(checkHistory(accepted, repeated('sha256:2')).doubled).toHaveLength(1);
  });

  it('catches a cancel without effect, where nothing else could have ended the request', () => {
    const canceled = (isOnlyEnd: boolean): Accepted => ({
      ...accepted,
      cancels: [{ requestId: 'r1', isOnlyEnd }],
    });
    expect(checkHistory(canceled(true), sound).lost).toEqual([
      'the cancel of request r1 was accepted; it is completed',
    ]);
    expect(checkHistory(canceled(false), sound).lost).toEqual([]);
  });
});
