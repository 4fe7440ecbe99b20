import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Task } from '@ymera/agent-sdk';
import { result as resultMessage } from '@ymera/contracts';
import { AgentFixture, type Attempt } from './agent-fixture';

export const commands = { test: 'npm test', bench: 'npm run bench' };
export const project: Task['project'] = {
  project_id: 'sample',
  default_branch: 'main',
  commands,
  performance: { min_speedup: 1.5 },
};
export const input: Task['input'] = {
  request_id: '01936d00-0000-7000-8000-0000000000aa',
  workflow_id: '01936d00-0000-7000-8000-0000000000bb',
  step_id: 'step',
  request_text: 'Improve the performance of this algorithm',
  intent: 'ENHANCE',
  findings: [],
};

export const changeOf = (ids: { commit: string; tree: string }) => ({
  change_id: input.request_id,
  agent_id: 'enhancer-1',
  ...ids,
});

/** The reference agents on the slow sample project; the caller closes it. */
export function agentsOnSample() {
  const fixture = new AgentFixture();
  const agents = fixture.agents();
  const base = fixture.commitSample();

  /** Every result must be valid by the protocol, and leave no file on the disk. */
  function check(attempt: Attempt): Attempt {
    const { agent_id, task_id, attempt: number, fencing_token } = resultMessage.sample;
    resultMessage.payload.parse({ agent_id, task_id, attempt: number, fencing_token, ...attempt.result });
    expect(readdirSync(join(fixture.stateFolder, 'workspaces'))).toEqual([]);
    return attempt;
  }
  const run = async (...args: Parameters<AgentFixture['run']>) => check(await fixture.run(...args));
  return { fixture, agents, base, run };
}
