import { type AgentDefinition, type GatewayClient, type PrincipalCredential } from '@ymera/agent-sdk';
import { backoffMs, failure, FailureException, type Logger, type Result, sleep } from '@ymera/kernel';
import type { CredentialFile } from './credential-file';

export interface JoinOptions {
  readonly gateway: GatewayClient;
  readonly file: CredentialFile;
  readonly principalId: string;
  readonly enrolmentToken: string | undefined;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

const retryBackoff = { baseMs: 250, maxMs: 10_000 };

/** The stored credential, or a new one for the enrolment token. */
export async function joinPlatform(options: JoinOptions): Promise<PrincipalCredential> {
  const kept = await options.file.read();
  if (kept) return kept;
  const token = options.enrolmentToken;
  if (token === undefined)
    throw new FailureException(
      failure('illegal_state', 'credential_missing', 'There is no credential yet.', {
        suggestion: 'Set YMERA_ENROLMENT_TOKEN_FILE to a file with an enrolment token.',
      }),
    );
  const enrolled = await insist(() => options.gateway.enrol(token, options.principalId), options);
  await options.file.write(enrolled);
  options.logger.info('enrolled', { principal_id: enrolled.principal_id, expires_at: enrolled.expires_at });
  return enrolled;
}

/** An agent that is registered already is left unchanged. */
export async function registerAgents(
  agents: readonly AgentDefinition[],
  credential: string,
  options: JoinOptions,
): Promise<void> {
  for (const agent of agents) {
    const answer = await insist(() => options.gateway.register(credential, agent), options);
    options.logger.info('agent registered', {
      agent_id: agent.agentId,
      agent_type: agent.agentType,
      is_new: answer !== 'exists',
    });
  }
}

/** Retries transient failures; a refusal ends it with the platform's own message. */
async function insist<T>(call: () => Promise<Result<T>>, { logger, signal }: JoinOptions): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    const answer = await call();
    if (answer.ok) return answer.value;
    if (!answer.error.retryable || signal.aborted) throw new FailureException(answer.error);
    logger.warn('the platform is not ready', { code: answer.error.code });
    await sleep(backoffMs(failures, retryBackoff, 'half'), signal);
  }
}
