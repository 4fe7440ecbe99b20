import { Controller, Inject } from '@nestjs/common';
import {
  authenticatePrincipal,
  createEnrolment,
  enrolPrincipal,
  getAgent,
  liftFreeze,
  listAgents,
  listAgentsV1,
  principalStatus,
  recallCanary,
  registerAgent,
  retireAgent,
  type PayloadOf,
} from '@ymera/contracts';
import { OnQuery } from '@ymera/messaging';
import type { AuthenticatePrincipal } from '../../application/authenticate-principal';
import type { AuthenticationProbes } from '../../application/authentication-probes';
import type { CreateEnrolment } from '../../application/create-enrolment';
import type { EnrolPrincipal } from '../../application/enrol-principal';
import type { LiftFreeze } from '../../application/lift-freeze';
import type { ReadAgents } from '../../application/read-agents';
import type { RegisterAgent } from '../../application/register-agent';
import type { RetireAgent } from '../../application/retire-agent';

export interface RegistryUseCases {
  readonly createEnrolment: CreateEnrolment;
  readonly enrolPrincipal: EnrolPrincipal;
  readonly registerAgent: RegisterAgent;
  readonly retireAgent: RetireAgent;
  readonly liftFreeze: LiftFreeze;
  readonly authenticate: AuthenticatePrincipal;
  readonly read: ReadAgents;
  readonly probes: AuthenticationProbes;
}

/** Injection token of `RegistryUseCases`. */
export const registryUseCases = Symbol('registry use cases');

/** Queries of other services. */
@Controller()
export class AgentQueriesController {
  constructor(@Inject(registryUseCases) private readonly useCases: RegistryUseCases) {}

  @OnQuery(createEnrolment)
  createEnrolment(payload: PayloadOf<typeof createEnrolment>) {
    return this.useCases.createEnrolment.execute(payload);
  }

  @OnQuery(enrolPrincipal)
  enrolPrincipal(payload: PayloadOf<typeof enrolPrincipal>) {
    return this.useCases.enrolPrincipal.execute(payload);
  }

  @OnQuery(registerAgent)
  registerAgent(payload: PayloadOf<typeof registerAgent>) {
    return this.useCases.registerAgent.execute(payload);
  }

  @OnQuery(retireAgent)
  retireAgent(payload: PayloadOf<typeof retireAgent>) {
    return this.useCases.retireAgent.execute(payload);
  }

  @OnQuery(liftFreeze)
  liftFreeze(payload: PayloadOf<typeof liftFreeze>) {
    return this.useCases.liftFreeze.execute(payload);
  }

  @OnQuery(recallCanary)
  recallCanary(payload: PayloadOf<typeof recallCanary>) {
    return this.useCases.probes.recall(payload);
  }

  @OnQuery(authenticatePrincipal)
  authenticatePrincipal(payload: PayloadOf<typeof authenticatePrincipal>) {
    return this.useCases.authenticate.execute(payload);
  }

  @OnQuery(getAgent)
  getAgent(payload: PayloadOf<typeof getAgent>) {
    return this.useCases.read.one(payload);
  }

  @OnQuery(listAgents)
  listAgents(payload: PayloadOf<typeof listAgents>) {
    return this.useCases.read.page(payload);
  }

  @OnQuery(listAgentsV1)
  listAgentsV1(payload: PayloadOf<typeof listAgentsV1>) {
    return this.useCases.read.page(payload);
  }

  @OnQuery(principalStatus)
  principalStatus(payload: PayloadOf<typeof principalStatus>) {
    return this.useCases.read.standing(payload);
  }
}
