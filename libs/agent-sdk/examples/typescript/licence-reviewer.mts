import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type AgentDefinition, AgentHost, GatewayClient } from '@ymera/agent-sdk';

const run = promisify(execFile);

const agent: AgentDefinition = {
  agentId: 'licence-reviewer',
  agentType: 'EXAMINATION',
  capabilities: ['licences'],
  taskTypes: ['review'],
  // If the handler throws, the SDK reports canceled after a cancellation, otherwise agent_failed.
  async handle(task, { signal, progress, workspaceCredential: { username, password } }) {
    const copy = await mkdtemp(join(tmpdir(), 'licence-reviewer-'));
    const login = Buffer.from(`${username}:${password}`).toString('base64');
    const env = { ...process.env, LOGIN: `Authorization: Basic ${login}` }; // ps shows arguments, not this
    const git = async (...words: string[]) => (await run('git', words, { cwd: copy, env, signal })).stdout;
    try {
      progress(0.1, 'fetching the project');
      const fetch = ['--config-env=http.extraHeader=LOGIN', 'fetch', '--quiet', '--depth=1'];
      await git('init', '--quiet');
      await git(...fetch, task.workspace_url, task.base);
      progress(0.9, 'looking for a licence');
      const files = await git('ls-tree', '--name-only', task.base);
      const message = 'The project does not say under which licence it is.';
      const findings = [{ code: 'licence_missing', severity: 'low' as const, message }];
      const isLicensed = /^(licen[cs]e|copying)/im.test(files);
      return { outcome: 'completed', findings: isLicensed ? [] : findings, artefacts: [] };
    } finally {
      await rm(copy, { recursive: true });
    }
  },
};

const gateway = new GatewayClient(process.env['YMERA_GATEWAY_URL'] ?? 'http://127.0.0.1:8000');
// Spends the token of: npm run ymera -- agents enrolment --kind principal
const joined = await gateway.enrol(process.env['YMERA_ENROLMENT'] ?? '', 'my-principal');
if (!joined.ok) throw new Error(joined.error.message);
// The credential is shown only once. Store it with the broker's address for the next start.
const { principal_id: principalId, credential, broker } = joined.value;
const registered = await gateway.register(credential, agent);
if (!registered.ok) throw new Error(registered.error.message);
new AgentHost({ principalId, credential, broker, gateway, agents: [agent], logger: console }).start();
