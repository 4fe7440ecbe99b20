import { AgentHost, GatewayClient, type Task, type TaskResult } from '@ymera/agent-sdk';
import type { AgentType, TaskType } from '@ymera/contracts';
import type { AcceptedRecord } from '../history-check';
import type { ApiClient } from './api-client';

const concurrency = 4;
/** Below the rate that the platform allows one agent per minute. */
const issueEveryMs = 4_000;

const kinds: readonly { readonly type: AgentType; readonly tasks: readonly TaskType[] }[] = [
  { type: 'CODING', tasks: ['code', 'fix'] },
  { type: 'TESTING', tasks: ['test'] },
  { type: 'EXAMINATION', tasks: ['review', 'analyse', 'validate'] },
];

/**
 * Agents of the SDK in this process that answer at once, beside the real ones of the runner: with them a fault meets many
 * workflows in progress and not only a few processes. One of them raises issues, and only those that the broker confirms count.
 */
export class QuickAgents {
  private issues: NodeJS.Timeout | undefined;
  private raised = 0;

  private constructor(
    private readonly host: AgentHost,
    private readonly name: string,
  ) {}

  static async join(api: ApiClient, gatewayUrl: string, name = 'quick-host'): Promise<QuickAgents> {
    const gateway = new GatewayClient(gatewayUrl);
    const joined = await gateway.enrol(await api.enrolment(), name);
    if (!joined.ok) throw new Error(joined.error.message);
    const { credential, broker } = joined.value;
    const agents = kinds.map(({ type, tasks }) => ({
      agentId: agentIdOf(name, type),
      agentType: type,
      capabilities: ['any-command'],
      taskTypes: tasks,
      concurrency,
      handle: (task: Task) => Promise.resolve(answer(task)),
    }));
    for (const agent of agents) {
      const registered = await gateway.register(credential, agent);
      if (!registered.ok) throw new Error(registered.error.message);
    }
    const host = new AgentHost({ principalId: name, credential, broker, gateway, agents });
    host.start();
    return new QuickAgents(host, name);
  }

  /** Starts an issue every few seconds, each with a unique code. */
  witness(record: AcceptedRecord): void {
    const agentId = agentIdOf(this.name, 'TESTING');
    this.issues = setInterval(() => {
      const code = `witness_${(this.raised += 1)}`;
      void this.host.raiseIssue(agentId, { code, severity: 'info', message: 'Seen.' }).then((isConfirmed) => {
        if (isConfirmed) record.issue({ agentId, code });
      });
    }, issueEveryMs);
  }

  /** Stops raising issues. */
  stopReporting(): void {
    clearInterval(this.issues);
  }

  async leave(): Promise<void> {
    this.stopReporting();
    await this.host.stop(500);
  }
}

const agentIdOf = (name: string, type: AgentType): string => `${name}-${type.toLowerCase()}`;

function answer({ type, task_id, attempt, base, input }: Task): TaskResult {
  const done: Pick<TaskResult, 'outcome' | 'artefacts'> = { outcome: 'completed', artefacts: [] };
  const { change, tests } = input;
  switch (type) {
    case 'fix':
    case 'code':
      return { ...done, change: { base, patch: newFile(`quick-${task_id}.txt`, `attempt ${attempt}`) } };
    case 'test':
      return change ? { ...done, tests: passed(change.tree) } : { ...done, findings: [] };
    case 'validate':
      if (!change || !tests) break;
      return {
        ...done,
        verdict: {
          approved: tests.exit_code === 0,
          base,
          commit: change.commit,
          tree: change.tree,
          policy_version: 'quick-1',
          reasons: [],
          findings: [],
        },
      };
    default:
      return { ...done, findings: [] };
  }
  const error = { code: 'change_missing', message: 'The task has no change to examine.', retryable: false };
  return { outcome: 'failed', artefacts: [], error };
}

const passed = (tree: string): NonNullable<TaskResult['tests']> => ({
  tree,
  command: 'sh test.sh',
  total: 1,
  passed: 1,
  failed: 0,
  skipped: 0,
  flaky: 0,
  duration_ms: 1,
  exit_code: 0,
});

/** A patch that adds a file of one line. */
export const newFile = (path: string, line: string): string =>
  [
    `diff --git a/${path} b/${path}`,
    'new file mode 100644',
    '--- /dev/null',
    `+++ b/${path}`,
    '@@ -0,0 +1 @@',
    `+${line}`,
    '',
  ].join('\n');
