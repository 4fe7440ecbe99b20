import {
  enforcementChanged,
  enforcementHeld,
  enforcementResumed,
  getAgentStatus,
  type PayloadOf,
} from '@ymera/contracts';
import { eventually } from '@ymera/testing';
import { reportOf } from './reporting-fixture';
import { RunningReporting } from './running-reporting';

export const windowMs = 500;
const jitterMs = 250;
/** When an escalation is due after the last report that counts, or after the grace period. */
export const dueAfter = (windows: number): number => (windows + 0.1) * windowMs + jitterMs;
export const graceMs = 5 * windowMs;
const freezeMs = dueAfter(10);
/** The machine that runs the tests may be busy. */
const lagMs = 1_000;
export const windowsOf = { none: 0, warned: 3, suspended: 5, frozen: 10 };

export const pass = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

type Step = PayloadOf<typeof enforcementChanged>;

/** Each escalation as long after `from` as its windows take, and not earlier, nor later by more than `latestMs`. */
export function expectOnTime(escalate: readonly Step[], from: number, latestMs = lagMs): void {
  for (const { to, decided_at } of escalate) {
    const took = Date.parse(decided_at) - from;
    expect({ to, isEarly: took < dueAfter(windowsOf[to]) }).toEqual({ to, isEarly: false });
    expect({ to, isLate: took > dueAfter(windowsOf[to]) + latestMs }).toEqual({ to, isLate: false });
  }
}

/** A break of a dependency of reporting. */
export interface Break {
  readonly name: string;
  readonly makeUnavailable: () => Promise<void> | void;
  readonly giveBack: () => Promise<void> | void;
  readonly reason: PayloadOf<typeof enforcementHeld>['reason_code'];
  /** Whether agents can report meanwhile. */
  readonly isForAgents: boolean;
}

/** Agents of one principal that report every window, until they fall silent. */
export class BeatingAgents {
  private readonly beating = new Map<string, { seq: number; timer: NodeJS.Timeout }>();
  private reports = 0;

  private constructor(readonly reporting: RunningReporting) {}

  /** On a service with windows that short, which the caller stops. */
  static async start(): Promise<BeatingAgents> {
    const windows = String(windowMs / 1000);
    const reporting = await RunningReporting.start({ YMERA_REPORT_INTERVAL_SECONDS: windows });
    await reporting.session('runner-1', 1, windowMs / 1000);
    return new BeatingAgents(reporting);
  }

  async join(...names: string[]): Promise<void> {
    for (const name of names) await this.reporting.agent(name, 'runner-1');
    for (const name of names) {
      await eventually(() => this.status(name), { timeoutMs: 20_000 });
      this.beat(name);
      await eventually(async () => expect((await this.status(name)).liveness).toBe('online'), {
        timeoutMs: 20_000,
      });
    }
  }

  send(agentId: string, seq: number): Promise<void> {
    return this.reporting.report('runner-1', reportOf({ agent_id: agentId, seq }));
  }

  /** With rising sequence numbers. */
  beat(agentId: string): void {
    const entry = {
      seq: (this.reports += 1_000),
      timer: setInterval(() => void this.send(agentId, (entry.seq += 1)), windowMs),
    };
    this.beating.set(agentId, entry);
  }

  stopReporting(...agentIds: string[]): void {
    for (const agentId of agentIds) {
      clearInterval(this.beating.get(agentId)?.timer);
      this.beating.delete(agentId);
    }
  }

  stop(): void {
    this.stopReporting(...this.beating.keys());
  }

  async status(agentId: string) {
    const answer = await this.reporting.ask(getAgentStatus, { agent_id: agentId });
    if (!answer.ok) throw new Error(answer.error.code);
    return answer.value;
  }

  steps(): Step[] {
    return this.reporting.payloads(enforcementChanged);
  }

  stepsOf(...agentIds: string[]): Step[] {
    return this.steps().filter(({ agent_id }) => agentIds.includes(agent_id));
  }

  async reached(agentId: string, levels: string[]): Promise<void> {
    await eventually(() => expect(this.stepsOf(agentId).map(({ to }) => to)).toEqual(levels), {
      timeoutMs: 30_000,
    });
  }

  /** No agent is sanctioned for a break that lasts longer than a freeze takes; then only silent ones, on time. */
  async outlive({ name, makeUnavailable, giveBack, reason, isForAgents }: Break): Promise<void> {
    const { reporting } = this;
    const [dead, alive] = [`dead-${name}`, `alive-${name}`];
    await this.join(dead, alive);
    const heldBefore = reporting.payloads(enforcementHeld).length;
    const resumedBefore = reporting.payloads(enforcementResumed).length;
    await makeUnavailable();
    this.stopReporting(dead, ...(isForAgents ? [alive] : []));
    await pass(freezeMs + 1_000);
    await giveBack();
    if (isForAgents) this.beat(alive);
    await eventually(() => expect(reporting.payloads(enforcementResumed).length).toBe(resumedBefore + 1), {
      timeoutMs: 60_000,
    });
    expect(reporting.payloads(enforcementHeld).slice(heldBefore)).toMatchObject([{ reason_code: reason }]);
    expect(this.stepsOf(dead, alive)).toEqual([]);
    // The publisher reconnects by itself, with a backoff of its own: the event may arrive seconds after it was stored.
    const resumedAt = reporting.newestTimeOf(enforcementResumed);
    await this.reached(dead, ['warned', 'suspended', 'frozen']);
    // The incident ends with the grace period.
    for (const { to, decided_at } of this.stepsOf(dead))
      expect(Math.abs(Date.parse(decided_at) - resumedAt - dueAfter(windowsOf[to]))).toBeLessThan(lagMs);
    expect(this.stepsOf(alive)).toEqual([]);
  }
}
