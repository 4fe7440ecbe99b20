import { eventually } from '@ymera/testing';
import { call, type RunningPlatform, startTestPlatform } from './platform';
import { processesLike, type Watched, whenGone } from './process-watch';
import { git, Repositories, workingProject } from './repositories';
import { approveUntilEnded, approvePlans, registerProject, submit } from './requests';

const atOnce = 10;
const boundMs = 1_000;

/** Typical leftovers of a coding tool: children, one that ignores signals, and one that left the group. */
const stubborn = [
  `mark=$(grep -o 'mark-[0-9]*' | head -n 1)`,
  `[ -z "$mark" ] && { echo '// better' >> src/sum.mjs; exit 0; }`,
  `long="40000.\${mark#mark-}"`,
  `sleep "$long" & setsid sleep "$long" &`,
  `(trap '' TERM INT HUP; exec sleep "$long") &`,
  `sleep "$long"`,
].join('\n');
const each = 4;
const asleep = /^sleep 40000\.(\d+)$/;

interface Working {
  readonly requestId: string;
  readonly processes: readonly Watched[];
}

interface Canceled {
  readonly requestId: string;
  readonly workflowId: string;
  readonly deadMs: number;
  readonly acknowledgedMs: number;
}

const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;

const figures = (values: readonly number[]): string =>
  [
    `n ${values.length}`,
    ...[0.5, 0.99, 1].map(
      (share) => `${share === 1 ? 'max' : `p${share * 100}`} ${Math.round(percentile(values, share))} ms`,
    ),
  ].join(', ');

/** `batches` of ten cancels at once. */
export const describeCancels = (batches: number): void => {
  const repositories = new Repositories();
  let platform: RunningPlatform;
  let project: { readonly id: string; readonly repository: string };

  beforeAll(async () => {
    platform = await startTestPlatform({
      instance: 'e2e-cancel',
      runner: { agents: ['testing', 'examination', 'command'], command: 'sh ./change.sh' },
      env: { YMERA_RUNNER_CONCURRENCY: String(atOnce), YMERA_TASK_LEASE_SECONDS: '20' },
    });
    project = await registerProject(platform, repositories.create('canceled', workingProject, stubborn));
  }, 120_000);

  afterAll(async () => {
    await platform?.stop();
    repositories.remove();
  }, 30_000);

  /** Requests whose commands run, with all their processes. */
  const working = async (marks: readonly string[]): Promise<readonly Working[]> => {
    const submitted = await Promise.all(
      marks.map((mark) => submit(platform, project.id, `Add a multiply function (mark-${mark})`)),
    );
    const requestIds = submitted.map(({ body }): string => body['request_id']);
    await approvePlans(platform, requestIds, 60_000);
    return eventually(
      () => {
        const found = processesLike(asleep);
        return requestIds.map((requestId, index) => {
          const processes = found.get(marks[index] ?? '') ?? [];
          if (processes.length < each)
            throw new Error(`${processes.length} processes of ${marks[index]} run`);
          return { requestId, processes };
        });
      },
      { timeoutMs: 60_000, intervalMs: 100 },
    );
  };

  const cancel = async ({ requestId, processes }: Working): Promise<Canceled> => {
    const clicked = performance.now();
    const clickedAt = Date.now();
    const gone = whenGone(processes, 10_000);
    const answer = await call(platform, 'requester', 'POST', `/api/v1/requests/${requestId}/cancel`, {
      reason: 'Not needed.',
    });
    expect(answer.status).toBe(202);
    const deadMs = (await gone) - clicked;
    const workflowId: string = answer.body['workflow_id'];
    const stoppedAt = await eventually(async () => {
      const { body } = await call(platform, 'viewer', 'GET', `/api/v1/workflows/${workflowId}`);
      const code = body['steps'].find(({ name }: { name: string }) => name === 'code');
      expect([body['state'], code['state'], code['attempts']]).toEqual(['canceled', 'canceled', 1]);
      expect(code['stopped_at']).toEqual(expect.any(String));
      return Date.parse(code['stopped_at']);
    });
    return { requestId, workflowId, deadMs, acknowledgedMs: stoppedAt - clickedAt };
  };

  it('kills every process of the command within a second at p99', async () => {
    const canceled: Canceled[] = [];
    for (let batch = 0; batch < batches; batch += 1) {
      const marks = Array.from({ length: atOnce }, (_, index) => String(100 + batch * atOnce + index));
      // As many as the agent has slots: the next batch can start only when the canceled ones are free again.
      const running = await working(marks);
      canceled.push(...(await Promise.all(running.map(cancel))));
    }
    const dead = canceled.map(({ deadMs }) => deadMs);
    process.stdout.write(
      `click to dead process: ${figures(dead)}; acknowledged: ${figures(canceled.map(({ acknowledgedMs }) => acknowledgedMs))}\n`,
    );
    expect(dead).toHaveLength(batches * atOnce);
    expect(percentile(dead, 0.99)).toBeLessThan(boundMs);
    expect(processesLike(asleep)).toEqual(new Map());

    for (const { requestId } of canceled) {
      const { body } = await call(platform, 'viewer', 'GET', `/api/v1/requests/${requestId}`);
      expect(body['state']).toBe('canceled');
    }
    expect(git(project.repository, 'log', '--format=%s', 'main')).toBe('The project');
  }, 120_000);

  it('frees the agents for the next request, which lands', async () => {
    const { body } = await submit(platform, project.id, 'Add a multiply function');
    const { request } = await approveUntilEnded(platform, body['request_id'], 60_000);
    expect(request).toMatchObject({ state: 'completed', error: null });
  }, 90_000);
};
