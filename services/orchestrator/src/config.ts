import { baseServiceEnvironment, seconds } from '@ymera/config';
import { z } from 'zod';
import { defaultWorkflowPolicy, type WorkflowPolicy } from './domain/workflow/workflow-policy';

const asSeconds = (milliseconds: number): number => milliseconds / 1000;

export const configSchema = baseServiceEnvironment.extend({
  /** Time without progress after which a task goes to another agent. */
  YMERA_TASK_LEASE_SECONDS: seconds(0.5, 3600).default(asSeconds(defaultWorkflowPolicy.leaseMs)),
  /** Time in which an agent must accept or decline. */
  YMERA_TASK_OFFER_SECONDS: seconds(0.5, 3600).default(asSeconds(defaultWorkflowPolicy.offerMs)),
  /** Time that an agent that did not answer gets no work, unless it sends something earlier. */
  YMERA_AGENT_SILENCE_SECONDS: seconds(0.5, 86_400).default(asSeconds(defaultWorkflowPolicy.unresponsiveMs)),
  /** Grace period after a task's own deadline, before the task is taken away. */
  YMERA_TASK_DEADLINE_GRACE_SECONDS: seconds(0, 600).default(
    asSeconds(defaultWorkflowPolicy.deadlineGraceMs),
  ),
  /** Time that a step may wait for an agent. */
  YMERA_TASK_QUEUE_SECONDS: seconds(1, 7 * 86_400).default(asSeconds(defaultWorkflowPolicy.queueMs)),
  /** Time after which an unanswered order to integration is repeated. */
  YMERA_INTEGRATION_ANSWER_SECONDS: seconds(1, 3600).default(
    asSeconds(defaultWorkflowPolicy.commitTimeoutMs),
  ),
  /** Backoff before a second attempt; doubled for each further one, up to the maximum. */
  YMERA_RETRY_BASE_SECONDS: seconds(0.01, 3600).default(asSeconds(defaultWorkflowPolicy.backoff.baseMs)),
  YMERA_RETRY_MAXIMUM_SECONDS: seconds(0.01, 3600).default(asSeconds(defaultWorkflowPolicy.backoff.maxMs)),
  /** Time that a person has to decide on rejected work. */
  YMERA_ESCALATION_EXPIRY_SECONDS: seconds(1, 30 * 86_400).default(
    asSeconds(defaultWorkflowPolicy.escalationMs),
  ),
  /** Interval of the reconciliation, which finds steps without a timer. */
  YMERA_RECONCILE_SECONDS: seconds(0.5, 600).default(5),
  /** How long an ended workflow is kept, with its attempts and gates. */
  YMERA_WORKFLOW_RETENTION_DAYS: z.coerce.number().min(7).max(3650).default(365),
  /** How long the logs of an ended workflow are kept. */
  YMERA_TASK_LOG_RETENTION_DAYS: z.coerce.number().min(1).max(3650).default(90),
  /** Maximum of dead letters per owning service and virtual host. */
  YMERA_DEAD_LETTER_LIMIT: z.coerce.number().int().min(1).max(1_000_000).default(10_000),
  /** Time between two facts about one open cause of dead letters; the first fact is published at once. */
  YMERA_DEAD_LETTER_SUMMARY_SECONDS: seconds(0.5, 3600).default(60),
  YMERA_DEAD_LETTER_RETENTION_DAYS: z.coerce.number().min(1).max(3650).default(30),
});

export type OrchestratorConfig = z.output<typeof configSchema>;

export const workflowPolicyOf = (config: OrchestratorConfig): WorkflowPolicy => ({
  leaseMs: config.YMERA_TASK_LEASE_SECONDS * 1000,
  offerMs: config.YMERA_TASK_OFFER_SECONDS * 1000,
  deadlineGraceMs: config.YMERA_TASK_DEADLINE_GRACE_SECONDS * 1000,
  queueMs: config.YMERA_TASK_QUEUE_SECONDS * 1000,
  commitTimeoutMs: config.YMERA_INTEGRATION_ANSWER_SECONDS * 1000,
  backoff: {
    baseMs: config.YMERA_RETRY_BASE_SECONDS * 1000,
    maxMs: config.YMERA_RETRY_MAXIMUM_SECONDS * 1000,
  },
  finalFaults: defaultWorkflowPolicy.finalFaults,
  maxDeclines: defaultWorkflowPolicy.maxDeclines,
  escalationMs: config.YMERA_ESCALATION_EXPIRY_SECONDS * 1000,
  maxEscalations: defaultWorkflowPolicy.maxEscalations,
  maxBaseMoves: defaultWorkflowPolicy.maxBaseMoves,
  unresponsiveMs: config.YMERA_AGENT_SILENCE_SECONDS * 1000,
});
