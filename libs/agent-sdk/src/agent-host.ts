import type { Context } from '@opentelemetry/api';
import { hello, helloPartition, report, taskDeclined, issueRaised, type PayloadOf } from '@ymera/contracts';
import { type Logger, silentLogger, sleep } from '@ymera/kernel';
import type { AgentDefinition, ResourceUsage, Task } from './agent';
import { Attempt, attemptKey, type AttemptPort } from './attempt';
import { type BrokerAddress, BrokerLink } from './broker-link';
import type { GatewayClient } from './gateway-client';
import { HostedAgent, type Refusal } from './hosted-agent';
import { type IncomingMessage, readMessage } from './incoming-message';
import { processed } from './message-spans';
import { OutgoingMessages } from './outgoing-messages';
import { processUsage } from './process-usage';
import { type OpenSession, SessionKeeper } from './session-keeper';
import { PrincipalStatusWatch } from './principal-status-watch';

export type Issue = Omit<PayloadOf<typeof issueRaised>, 'agent_id' | 'session'>;

export interface AgentHostOptions {
  readonly principalId: string;
  readonly credential: string;
  readonly broker: BrokerAddress;
  readonly gateway: GatewayClient;
  readonly agents: readonly AgentDefinition[];
  /** Resource usage of an agent in a report; default: this process. */
  readonly usage?: (agentId: string) => ResourceUsage;
  readonly logger?: Logger;
}

type Settled = Extract<IncomingMessage, { readonly name: 'result_accepted' | 'result_refused' }>['payload'];

const sdkName = 'ymera-sdk/0.1.0';

/**
 * Hosts agents on one connection of one principal: says hello, reports every interval, runs tasks, and repeats results
 * until the platform has settled them. Reconnects to the broker; a refusal leads to a query of its reason and is never
 * final.
 */
export class AgentHost {
  private readonly link: BrokerLink;
  private readonly standing: PrincipalStatusWatch;
  private readonly session: SessionKeeper;
  private readonly outgoing: OutgoingMessages;
  private readonly hosted: ReadonlyMap<string, HostedAgent>;
  private readonly logger: Logger;

  constructor(private readonly options: AgentHostOptions) {
    const { principalId, credential, broker } = options;
    this.logger = options.logger ?? silentLogger;
    this.hosted = new Map(
      options.agents.map((definition) => [definition.agentId, new HostedAgent(definition)]),
    );
    this.standing = new PrincipalStatusWatch({
      ask: () => options.gateway.standing(credential),
      logger: this.logger,
      onUnmuted: () => {
        this.deliverResults();
      },
    });
    this.link = new BrokerLink({
      address: broker,
      principalId,
      credential,
      logger: this.logger,
      onConnected: () => {
        this.session.ask();
      },
      onDelivery: (delivery) => {
        processed(delivery, broker.queue, (trace) => {
          const message = readMessage(delivery, this.logger);
          if (message) this.receive(message, trace);
        });
      },
      onRefused: () => this.standing.afterRefusal(),
    });
    this.session = new SessionKeeper({
      canTalk: () => this.link.isUp,
      sayHello: () => {
        this.sayHello();
      },
      report: (session) => {
        this.reportAll(session);
      },
    });
    this.outgoing = new OutgoingMessages({
      principalId,
      link: this.link,
      logger: this.logger,
      partition: () => this.session.current?.partition,
      isMuted: () => this.standing.isMuted,
    });
  }

  start(): void {
    this.link.open();
  }

  /** True while there is a session, so that reports and results get through. */
  get isOnline(): boolean {
    return this.link.isUp && this.session.current !== undefined;
  }

  /** Sent at once, besides the next report. False when it could not be sent. */
  raiseIssue(agentId: string, issue: Issue): Promise<boolean> {
    const session = this.session.current?.session;
    if (session === undefined) return Promise.resolve(false);
    return this.outgoing.publish('event', issueRaised, { ...issue, agent_id: agentId, session });
  }

  /** Accepts no more tasks, waits for running attempts up to `boundMs`, cancels the rest, closes the connection. */
  async stop(boundMs = 10_000): Promise<void> {
    for (const agent of this.hosted.values()) agent.isDraining = true;
    const until = Date.now() + boundMs;
    while (this.runningCount() > 0 && Date.now() < until) await sleep(50);
    for (const attempt of this.attempts()) attempt.cancel('The agent is stopping.');
    const grace = Date.now() + 2_000;
    while (this.attempts().length > 0 && this.link.isUp && Date.now() < grace) await sleep(20);
    for (const attempt of this.attempts()) attempt.abandon();
    this.standing.close();
    this.session.close();
    await this.link.close();
  }

  private attempts(): Attempt[] {
    return [...this.hosted.values()].flatMap(({ attempts }) => [...attempts.values()]);
  }

  private runningCount(): number {
    return [...this.hosted.values()].reduce((sum, { running }) => sum + running, 0);
  }

  private sayHello(): void {
    const agentIds = [...this.hosted.keys()];
    void this.outgoing.publish(
      'event',
      hello,
      { protocol: 1, agent_ids: agentIds, sdk: sdkName },
      helloPartition,
    );
  }

  private receive({ name, payload }: IncomingMessage, trace: Context): void {
    switch (name) {
      case 'welcome':
        this.welcomed(payload);
        return;
      case 'task':
        this.takeTask(payload, trace);
        return;
      case 'cancel':
        this.hosted.get(payload.agent_id)?.attempts.get(attemptKey(payload))?.cancel(payload.reason);
        return;
      case 'result_accepted':
      case 'result_refused':
        this.settle(payload);
        return;
      case 'drain': {
        const agent = this.hosted.get(payload.agent_id);
        if (agent) agent.isDraining = true;
        return;
      }
      case 'restart':
        // The hosting program restarts its process; the SDK only reports that a restart was requested.
        this.logger.warn('restart requested', payload);
        return;
    }
  }

  private welcomed(welcome: Extract<IncomingMessage, { readonly name: 'welcome' }>['payload']): void {
    if (!this.session.open(welcome)) return;
    const { session, partition } = welcome;
    for (const agent of this.hosted.values()) agent.beginSession();
    this.logger.info('session opened', { principal_id: this.options.principalId, session, partition });
    for (const attempt of this.attempts()) void attempt.beat();
    this.deliverResults();
    this.session.report();
  }

  private settle(settled: Settled): void {
    if ('error' in settled)
      this.logger.warn('result refused', { task_id: settled.task_id, code: settled.error.code });
    const agent = this.hosted.get(settled.agent_id);
    const attempt = agent?.attempts.get(attemptKey(settled));
    attempt?.cancel('The lease has expired.');
    attempt?.abandon();
    agent?.attempts.delete(attemptKey(settled));
  }

  private deliverResults(): void {
    for (const attempt of this.attempts()) void attempt.deliverResult();
  }

  private reportAll({ session }: OpenSession): void {
    const usage = this.options.usage ?? processUsage;
    for (const agent of this.hosted.values()) {
      const body = agent.nextReport(session, usage(agent.definition.agentId));
      void this.outgoing.publish('report', report, body);
    }
  }

  private takeTask(leased: Task, trace: Context): void {
    const agent = this.hosted.get(leased.agent_id);
    if (!agent) {
      this.decline(leased, {
        code: 'agent_unknown',
        message: 'This principal does not host that agent.',
      });
      return;
    }
    if (agent.has(leased)) return;
    const refusal = agent.refusal(leased);
    if (refusal) {
      this.decline(leased, refusal);
      return;
    }
    const port: AttemptPort = {
      send: (contract, payload, headers) =>
        this.outgoing.publish('result', contract, payload, undefined, headers),
      credential: { username: this.options.principalId, password: this.options.credential },
      logger: this.logger,
    };
    agent.run(new Attempt(agent.definition, leased, port, trace));
  }

  private decline({ agent_id, task_id, attempt, fencing_token }: Task, refusal: Refusal): void {
    void this.outgoing.publish('result', taskDeclined, {
      agent_id,
      task_id,
      attempt,
      fencing_token,
      ...refusal,
    });
  }
}
