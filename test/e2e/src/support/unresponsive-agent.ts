import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AgentDefinition, AgentHost, GatewayClient, type TaskResult } from '@ymera/agent-sdk';
import { FailureException, type Result, silentLogger, sleep } from '@ymera/kernel';

/** Appends one line to `src/sum.mjs` of the project that the tests make. */
const patch = [
  'diff --git a/src/sum.mjs b/src/sum.mjs',
  '--- a/src/sum.mjs',
  '+++ b/src/sum.mjs',
  '@@ -1 +1,2 @@',
  ' export const sum = (numbers) => numbers.reduce((all, number) => all + number, 0);',
  '+// better',
  '',
].join('\n');

/**
 * A CODING agent of the SDK as a separate process that ignores cancels: it returns its result although the task was taken
 * from it, like an agent that was disconnected when the cancel was sent.
 */
const agentOf = (name: string): AgentDefinition => ({
  agentId: `${name}-coding`,
  agentType: 'CODING',
  capabilities: ['any-command'],
  taskTypes: ['code', 'fix'],
  handle: async ({ base }): Promise<TaskResult> => {
    await sleep(2_000);
    return { outcome: 'completed', artefacts: [], change: { base, patch } };
  },
});

function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new FailureException(result.error);
}

/** Arguments: gateway, name, file with an enrolment token, folder for its credential. */
async function main([url = '', name = '', tokenFile = '', folder = '']: readonly string[]): Promise<void> {
  const gateway = new GatewayClient(url);
  const agent = agentOf(name);
  const joined = valueOf(await gateway.enrol(readFileSync(tokenFile, 'utf8').trim(), name));
  writeFileSync(join(folder, 'credential.json'), JSON.stringify(joined), { mode: 0o600 });
  const { credential, broker } = joined;
  valueOf(await gateway.register(credential, agent));
  const logger = silentLogger;
  new AgentHost({ principalId: name, credential, broker, gateway, agents: [agent], logger }).start();
}

void main(process.argv.slice(2));
