import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, runNode } from './support/commands';
import { git } from './support/repositories';

const launcher = join(repositoryRoot, 'deploy/local/run.mjs');

/** The view of an outside check: the documented command, on a platform that it starts and stops itself. */
describe('npm run demo', () => {
  // Mission: G5, J1
  it('lands the measured improvement of the sample project, exactly as examined', async () => {
    const ended = await runNode([launcher, 'demo', '--json'], process.env, 240_000);
    expect([ended.code, ended.stderr.slice(-2000)]).toEqual([0, expect.anything()]);
    const result = ended.json();

    expect(result).toMatchObject({ intent: 'ENHANCE', state: 'completed', branch: 'main' });
    expect(result['steps']).toMatchObject([
      { name: 'review', agent_type: 'EXAMINATION', state: 'completed' },
      { name: 'baseline', agent_type: 'TESTING', state: 'completed' },
      { name: 'enhance', agent_type: 'ENHANCEMENT', state: 'completed' },
      { name: 'test', agent_type: 'TESTING', state: 'completed' },
      { name: 'validate', agent_type: 'EXAMINATION', state: 'completed' },
      { name: 'integrate', agent_type: 'PROJECT', state: 'completed' },
    ]);

    const { repo, commit, tree, verdict, change, before_after: measured } = result;
    expect(git(repo, 'rev-parse', `${commit}^{tree}`)).toBe(tree);
    expect(git(repo, 'rev-parse', 'refs/heads/main')).toBe(commit);
    expect(verdict).toMatchObject({ approved: true, tree });
    expect(change).toMatchObject({ commit, tree });
    expect(verdict.agent_id).not.toBe(result['steps'][2].agent_id);

    expect(measured.speedup).toBeGreaterThanOrEqual(1.5);
    expect(measured.before_ms.length).toBeGreaterThanOrEqual(10);
    expect(measured.after_ms.length).toBeGreaterThanOrEqual(10);

    // `npm run bench -- demo-overhead` checks the maximum; this test checks that the sum is right.
    const toolMs = result['steps'].reduce((sum: number, step: { tool_ms: number }) => sum + step.tool_ms, 0);
    expect(toolMs).toBeGreaterThan(0);
    const apart = result['overhead_ms'] - (result['duration_ms'] - toolMs);
    expect(Math.abs(apart)).toBeLessThanOrEqual(result['steps'].length);
    expect(result['overhead_ms']).toBeGreaterThan(0);

    expect(result['approvals']).toMatchObject([
      { kind: 'plan_approval', decision: 'approved', decided_by: 'approver', by_policy: true },
      { kind: 'landing_approval', decision: 'approved', decided_by: 'approver', by_policy: true },
    ]);
    expect(result['trace_id']).toMatch(/^[0-9a-f]{32}$/);
    expect(readFileSync(join(repo, 'HEAD'), 'utf8')).toContain('refs/heads/main');
  }, 300_000);
});
