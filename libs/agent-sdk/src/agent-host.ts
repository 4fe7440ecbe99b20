import type { Context } from '@opentelemetry/api';
import type { ConsumeMessage } from 'amqplib';
import {
  agentRoutingKey,
  cancel,
  drain,
  hello,
  helloPartition,
  messagesToAgents,
  report,
  result,
  resultAccepted,
  resultRefused,
  task,
  taskDeclined,
  welcome,
  issueRaised,
  type AgentMessageContract,
  type PayloadOf,
} from '@ymera/contracts';
import { type Logger, silentLogger, sleep } from '@ymera/kernel';
import type { z } from 'zod';
import type { AgentDefinition, ResourceUsage, Task } from './agent';
import { Attempt, attemptKey } from './attempt';
import { type BrokerAddress, BrokerLink } from './broker-link';
import type { GatewayClient } from './gateway-client';
import { StandingWatch } from './standing-watch';
import { processed } from './message-spans';

export type Issue = Omit<PayloadOf<typeof issueRaised>, 'agent_id' | 'session'>;

export interface AgentHostOptions {
  readonly principalId: string;
  readonly credential: string;
  readonly broker: BrokerAddress;
  readonly gateway: GatewayClient;
  readonly agents: readonly AgentDefinition[];
  /** What a report says of an agent; default: this process. */
  readonly usage?: (agentId: string) => ResourceUsage;
  readonly logger?: Logger;
}

interface Session {
  readonly session: number;
  readonly partition: number;
  readonly intervalMs: number;
}

interface Hosted {
  readonly definition: AgentDefinition;
  readonly attempts: Map<string, Attempt>;
  /** Attempts that run; the rest of `attempts` wait for their result to be settled. */
  running: number;
  seq: number;
  isDraining: boolean;
}

const sdkName = 'ymera-sdk/0.1.0';
const largestBody = 1_048_576;

/**
 * Hosts agents on one connection of one principal: says hello, reports every interval, runs tasks, and sends results
 * until the platform has settled them. Survives the loss of the broker; a refusal is asked about, never final.
 */
export class AgentHost {
  private readonly link: BrokerLink;
  private readonly standing: StandingWatch;
  private readonly hosted: ReadonlyMap<string, Hosted>;
  private readonly logger: Logger;
  private readonly stopping = new AbortController();
  private session: Session | undefined;
  private reportTimer: NodeJS.Timeout | undefined;
  private helloTimer: NodeJS.Timeout | undefined;

  constructor(private readonly options: AgentHostOptions) {
    this.logger = options.logger ?? silentLogger;
    this.hosted = new Map(
      options.agents.map((definition) => [
        definition.agentId,
        { definition, attempts: new Map(), running: 0, seq: 0, isDraining: false },
      ]),
    );
    this.standing = new StandingWatch({
      ask: () => options.gateway.standing(options.credential),
      logger: this.logger,
      onUnmuted: () => {
        this.deliverResults();
      },
    });
    this.link = new BrokerLink({
      address: options.broker,
      principalId: options.principalId,
      credential: options.credential,
      logger: this.logger,
      onConnected: () => {
        this.sayHello();
      },
      onDelivery: (delivery) => {
        processed(delivery, options.broker.queue, (trace) => {
          this.receive(delivery, trace);
        });
      },
      onRefused: () => this.standing.afterRefusal(),
    });
  }

  start(): void {
    this.link.open();
  }

  /** True while there is a session, so that reports and results get through. */
  get isOnline(): boolean {
    return this.link.isUp && this.session !== undefined;
  }

  /** Sent at once, besides the next report. False when it could not be sent. */
  raiseIssue(agentId: string, issue: Issue): Promise<boolean> {
    if (!this.session) return Promise.resolve(false);
    return this.publish('event', issueRaised, { ...issue, agent_id: agentId, session: this.session.session });
  }

  /** Takes nothing new, waits for running attempts up to `boundMs`, cancels the rest, leaves. */
  async stop(boundMs = 10_000): Promise<void> {
    for (const agent of this.hosted.values()) agent.isDraining = true;
    const until = Date.now() + boundMs;
    while (this.runningCount() > 0 && Date.now() < until) await sleep(50);
    for (const attempt of this.attempts()) attempt.cancel('The agent is stopping.');
    const grace = Date.now() + 2_000;
    while (this.attempts().length > 0 && this.link.isUp && Date.now() < grace) await sleep(20);
    for (const attempt of this.attempts()) attempt.abandon();
    this.stopping.abort();
    this.standing.close();
    clearTimeout(this.reportTimer);
    clearTimeout(this.helloTimer);
    await this.link.close();
  }

  private attempts(): Attempt[] {
    return [...this.hosted.values()].flatMap(({ attempts }) => [...attempts.values()]);
  }

  private runningCount(): number {
    return [...this.hosted.values()].reduce((sum, { running }) => sum + running, 0);
  }

  /** Until a welcome answers, hello is repeated: the registry may be away while the broker is up. */
  private sayHello(): void {
    this.session = undefined;
    clearTimeout(this.reportTimer);
    clearTimeout(this.helloTimer);
    if (this.stopping.signal.aborted || !this.link.isUp) return;
    void this.publish(
      'event',
      hello,
      { protocol: 1, agent_ids: [...this.hosted.keys()], sdk: sdkName },
      helloPartition,
    );
    this.helloTimer = setTimeout(() => {
      if (!this.session) this.sayHello();
    }, 5_000);
  }

  private receive(delivery: ConsumeMessage, trace: Context): void {
    const contract = messagesToAgents.find(({ name }) => name === delivery.properties.type);
    if (!contract) {
      this.logger.warn('message of unknown type', { type: String(delivery.properties.type) });
      return;
    }
    const parsed = parse(contract.payload, delivery.content);
    if (parsed === undefined) {
      this.logger.warn('message does not have the promised shape', { type: contract.name });
      return;
    }
    this.logger.debug('message taken', { type: contract.name });
    switch (contract.name) {
      case 'welcome':
        this.welcomed(parsed as PayloadOf<typeof welcome>);
        return;
      case 'task':
        this.takeTask(parsed as PayloadOf<typeof task>, trace);
        return;
      case 'cancel': {
        const order = parsed as PayloadOf<typeof cancel>;
        this.hosted.get(order.agent_id)?.attempts.get(attemptKey(order))?.cancel(order.reason);
        return;
      }
      case 'result_accepted':
      case 'result_refused': {
        const settled = parsed as PayloadOf<typeof resultAccepted> | PayloadOf<typeof resultRefused>;
        if ('error' in settled)
          this.logger.warn('result refused', { task_id: settled.task_id, code: settled.error.code });
        const agent = this.hosted.get(settled.agent_id);
        const attempt = agent?.attempts.get(attemptKey(settled));
        attempt?.cancel('The lease is over.');
        attempt?.abandon();
        agent?.attempts.delete(attemptKey(settled));
        return;
      }
      case 'drain': {
        const agent = this.hosted.get((parsed as PayloadOf<typeof drain>).agent_id);
        if (agent) agent.isDraining = true;
        return;
      }
      case 'restart':
        // Restarting a process is the hosting program's business; the SDK's part is to say that it was asked for.
        this.logger.warn('restart requested', parsed as Record<string, unknown>);
        return;
    }
  }

  private welcomed({ session, partition, interval_s }: PayloadOf<typeof welcome>): void {
    if (this.session && session <= this.session.session) return;
    clearTimeout(this.helloTimer);
    this.session = { session, partition, intervalMs: interval_s * 1000 };
    for (const agent of this.hosted.values()) agent.seq = 0;
    this.logger.info('session opened', { principal_id: this.options.principalId, session, partition });
    for (const attempt of this.attempts()) void attempt.beat();
    this.deliverResults();
    this.reportAll();
  }

  private deliverResults(): void {
    for (const attempt of this.attempts()) void attempt.deliverResult();
  }

  private reportAll(): void {
    clearTimeout(this.reportTimer);
    const session = this.session;
    if (!session) return;
    for (const agent of this.hosted.values()) void this.reportOne(agent, session);
    // A tenth of jitter keeps a fleet that started together from reporting together.
    this.reportTimer = setTimeout(
      () => {
        this.reportAll();
      },
      session.intervalMs * (0.9 + Math.random() * 0.1),
    );
  }

  private reportOne(agent: Hosted, { session }: Session): Promise<boolean> {
    agent.seq += 1;
    const { cpu_percent, memory_mb } = (this.options.usage ?? processUsage)(agent.definition.agentId);
    return this.publish('report', report, {
      agent_id: agent.definition.agentId,
      session,
      seq: agent.seq,
      sent_at: new Date().toISOString(),
      metrics: { cpu_percent, memory_mb },
      tasks: [...agent.attempts.values()]
        .filter(({ hasResult }) => !hasResult)
        .map((attempt) => attempt.status()),
      issues: [],
      security_events: [],
    });
  }

  private takeTask(leased: Task, trace: Context): void {
    const agent = this.hosted.get(leased.agent_id);
    const { agent_id, task_id, attempt: number, fencing_token } = leased;
    const decline = (code: string, message: string): void => {
      void this.publish('result', taskDeclined, {
        agent_id,
        task_id,
        attempt: number,
        fencing_token,
        code,
        message,
      });
    };
    if (!agent) {
      decline('agent_unknown', 'This principal does not host that agent.');
      return;
    }
    if (agent.attempts.has(attemptKey(leased))) return;
    if (agent.isDraining) {
      decline('draining', 'The agent takes nothing new.');
      return;
    }
    if (!agent.definition.taskTypes.includes(leased.type)) {
      decline('task_type_unknown', `The agent does not do ${leased.type}.`);
      return;
    }
    if (agent.running >= (agent.definition.concurrency ?? 1)) {
      decline('busy', 'All slots are taken.');
      return;
    }
    const attempt = new Attempt(
      agent.definition,
      leased,
      {
        send: (contract, payload, headers) => this.publish('result', contract, payload, undefined, headers),
        credential: { username: this.options.principalId, password: this.options.credential },
        logger: this.logger,
      },
      trace,
    );
    agent.attempts.set(attempt.key, attempt);
    agent.running += 1;
    void attempt.run().finally(() => {
      agent.running -= 1;
    });
  }

  private publish<Name extends string, Payload extends z.ZodType>(
    channel: 'report' | 'result' | 'event',
    contract: AgentMessageContract<Name, Payload>,
    payload: z.input<Payload>,
    partition: number | typeof helloPartition | undefined = this.session?.partition,
    headers: Record<string, string> = {},
  ): Promise<boolean> {
    if (partition === undefined) return Promise.resolve(false);
    const isWayBack = channel === 'report' || partition === helloPartition;
    if (this.standing.isMuted && !isWayBack) return Promise.resolve(false);
    const body = Buffer.from(JSON.stringify(payload));
    if (body.length > largestBody) {
      this.logger.error('message is too large', { type: contract.name, bytes: body.length });
      return contract.name === result.name
        ? this.publishOversize(payload as z.input<typeof result.payload>, partition)
        : Promise.resolve(false);
    }
    return this.link.publish({
      routingKey: agentRoutingKey(channel, partition, this.options.principalId),
      type: contract.name,
      body,
      headers,
    });
  }

  /** A result that cannot be sent must still end the attempt, with a reason. */
  private publishOversize(
    payload: z.input<typeof result.payload>,
    partition: number | typeof helloPartition,
  ): Promise<boolean> {
    const { agent_id, task_id, attempt, fencing_token } = payload;
    return this.publish(
      'result',
      result,
      {
        agent_id,
        task_id,
        attempt,
        fencing_token,
        outcome: 'failed',
        artefacts: [],
        error: {
          code: 'result_too_large',
          message: 'The result is larger than 1 MiB.',
          retryable: false,
          suggestion: 'Make a smaller change.',
        },
      },
      partition,
    );
  }
}

function parse(schema: z.ZodType, content: Buffer): unknown {
  try {
    const parsed = schema.safeParse(JSON.parse(content.toString('utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

let lastCpu = process.cpuUsage();
let lastCpuAt = Date.now();

function processUsage(): ResourceUsage {
  const now = Date.now();
  const cpu = process.cpuUsage(lastCpu);
  const elapsedMs = Math.max(1, now - lastCpuAt);
  lastCpu = process.cpuUsage();
  lastCpuAt = now;
  return {
    cpu_percent: ((cpu.user + cpu.system) / 1000 / elapsedMs) * 100,
    memory_mb: process.memoryUsage.rss() / 1_048_576,
  };
}
