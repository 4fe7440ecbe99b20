import { agentRegistered, type PayloadOf, type registerAgent, type ReplyOf } from '@ymera/contracts';
import { isStorable, type Clock, type Result } from '@ymera/kernel';
import { agentResourceOf, maxConfigBytes, newAgent, type Agent, slotsOf } from '../domain/agent';
import type { Enrolment } from '../domain/enrolment';
import { maxAgentsPerPrincipal, principalNameFor, type Principal } from '../domain/principal';
import type { EnrolmentTokens } from './enrolment-tokens';
import type { IdempotentAnswers, IdempotentRequest } from './idempotent-answers';
import type { AccessCache, RegistryTransaction, RegistryUnitOfWork } from './ports';
import type { ProvisionPrincipals } from './provision-principals';
import { attempt, refuse } from './refusal';

type Request = PayloadOf<typeof registerAgent>;
type Reply = ReplyOf<typeof registerAgent>;
interface Host {
  readonly principal: Principal;
  /** For a principal that was created for this agent. */
  readonly credential?: NonNullable<Reply['principal']>;
}

interface Registration {
  readonly reply: Reply;
  readonly enrolled: Principal | undefined;
}

/**
 * Registers an agent: under the calling principal, or, with an enrolment token or by an administrator, with a principal
 * of its own whose credential is in the answer.
 */
export class RegisterAgent {
  constructor(
    private readonly unitOfWork: RegistryUnitOfWork,
    private readonly enrolments: EnrolmentTokens,
    private readonly answers: IdempotentAnswers<Reply>,
    private readonly provisioning: ProvisionPrincipals,
    private readonly cache: AccessCache,
    private readonly clock: Clock,
  ) {}

  execute(request: Request): Promise<Result<Reply>> {
    return attempt(async () => {
      if (Buffer.byteLength(JSON.stringify(request.config)) > maxConfigBytes)
        refuse('validation', 'config_too_large', 'The configuration is too large. Use at most 16 KiB.');
      if (!isStorable([request.capabilities, request.config]))
        refuse('validation', 'text_invalid', 'A text contains a NUL or half of a surrogate pair. Remove it.');
      const { reply, enrolled } = await this.unitOfWork.run((tx) => this.register(tx, request));
      if (enrolled) {
        this.cache.invalidate(enrolled.principalId);
        await this.provisioning.provision(enrolled);
      }
      return reply;
    });
  }

  private async register(tx: RegistryTransaction, request: Request): Promise<Registration> {
    const { caller } = request;
    if (caller.kind === 'operator' && !caller.actor.roles.includes('admin'))
      refuse(
        'forbidden',
        'admin_required',
        'Requires role admin to register an agent with a principal of its own.',
      );
    const enrolment =
      caller.kind === 'enrolment' ? await this.enrolments.recognise(tx, caller.enrolment_token) : undefined;
    const asked = idempotentRequest(request, enrolment);
    const earlier = asked && (await this.answers.recall(tx.idempotency, asked));
    if (earlier) return { reply: earlier, enrolled: undefined };

    if (enrolment) await this.enrolments.spend(tx, enrolment, 'agent', request.agent_id);
    const agent = await this.addAgent(tx, request);
    const host =
      caller.kind === 'principal'
        ? { principal: await this.callersPrincipal(tx, caller.principal_id) }
        : await this.ownPrincipal(tx, agent, enrolledBy(caller, enrolment));
    await this.place(tx, agent, host.principal);
    const reply: Reply = {
      agent: agentResourceOf(agent),
      ...(host.credential ? { principal: host.credential } : {}),
    };
    if (asked) await this.answers.remember(tx.idempotency, asked, reply);
    return { reply, enrolled: host.credential ? host.principal : undefined };
  }

  /** First of the writes, so that of two registrations at once the second learns that the agent exists. */
  private async addAgent(tx: RegistryTransaction, request: Request): Promise<Agent> {
    const { caller } = request;
    const agent = newAgent({
      agentId: request.agent_id,
      principalId: caller.kind === 'principal' ? caller.principal_id : principalNameFor(request.agent_id),
      agentType: request.agent_type,
      capabilities: request.capabilities,
      config: request.config,
      createdAt: this.clock.now(),
    });
    if (!(await tx.agents.add(agent)))
      refuse('conflict', 'agent_exists', `Agent ${agent.agentId} exists already.`, {
        suggestion: 'Choose another agent_id; ids are never reused.',
      });
    return agent;
  }

  private async callersPrincipal(tx: RegistryTransaction, principalId: string): Promise<Principal> {
    const principal = await tx.principals.lock(principalId);
    if (principal?.status !== 'active')
      refuse('forbidden', 'principal_not_active', 'The principal may not register agents now.');
    if (principal.servesOneAgent)
      refuse('forbidden', 'principal_serves_one_agent', 'This credential belongs to a single agent.', {
        suggestion: 'Enrol a principal to host several agents.',
      });
    if (principal.agentCount >= maxAgentsPerPrincipal)
      refuse('conflict', 'principal_full', `A principal hosts at most ${maxAgentsPerPrincipal} agents.`, {
        suggestion: 'Enrol another principal.',
      });
    return principal;
  }

  private async ownPrincipal(tx: RegistryTransaction, agent: Agent, by: string): Promise<Host> {
    const { principal, answer } = await this.enrolments.enrol(tx, {
      principalId: agent.principalId,
      servesOneAgent: true,
      enrolledBy: by,
    });
    return { principal, credential: answer };
  }

  private async place(tx: RegistryTransaction, agent: Agent, principal: Principal): Promise<void> {
    await tx.principals.save({ ...principal, agentCount: principal.agentCount + 1 });
    await tx.outbox.event(agentRegistered, {
      aggregateId: agent.agentId,
      aggregateVersion: agent.version,
      payload: {
        agent_id: agent.agentId,
        agent_type: agent.agentType,
        capabilities: [...agent.capabilities],
        principal_id: principal.principalId,
        partition: principal.partition,
        credential_epoch: agent.credentialEpoch,
        slots: slotsOf(agent),
        registered_at: agent.createdAt.toISOString(),
      },
    });
  }
}

const enrolledBy = (caller: Request['caller'], enrolment: Enrolment | undefined): string =>
  caller.kind === 'operator' ? caller.actor.name : `enrolment:${enrolment?.keyId ?? ''}`;

function idempotentRequest(
  { caller, idempotency_key: key, ...request }: Request,
  enrolment: Enrolment | undefined,
): IdempotentRequest | undefined {
  if (key === undefined) return undefined;
  switch (caller.kind) {
    case 'principal':
      return { scope: `principal:${caller.principal_id}`, key, callerSecret: '', request };
    case 'operator':
      return { scope: `operator:${caller.actor.name}`, key, callerSecret: '', request };
    case 'enrolment':
      return {
        scope: `enrolment:${enrolment?.keyId ?? ''}`,
        key,
        callerSecret: caller.enrolment_token,
        request,
      };
  }
}
