import type { PayloadOf, welcome } from '@ymera/contracts';

export interface OpenSession {
  readonly session: number;
  readonly partition: number;
  readonly intervalMs: number;
}

export interface SessionParts {
  canTalk(): boolean;
  sayHello(): void;
  /** Called once in every interval of the session. */
  report(session: OpenSession): void;
}

const helloAgainMs = 5_000;

/** The session with the platform: requests one until there is one, and reports in it. */
export class SessionKeeper {
  private session: OpenSession | undefined;
  private reportTimer: NodeJS.Timeout | undefined;
  private helloTimer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly parts: SessionParts) {}

  get current(): OpenSession | undefined {
    return this.session;
  }

  /** Until a welcome answers, hello is repeated: the registry may be unavailable while the broker is up. */
  ask(): void {
    this.session = undefined;
    clearTimeout(this.reportTimer);
    clearTimeout(this.helloTimer);
    if (this.isClosed || !this.parts.canTalk()) return;
    this.parts.sayHello();
    this.helloTimer = setTimeout(() => {
      if (!this.session) this.ask();
    }, helloAgainMs);
  }

  /** False for one that is not newer than the open session. */
  open({ session, partition, interval_s }: PayloadOf<typeof welcome>): boolean {
    if (this.session && session <= this.session.session) return false;
    clearTimeout(this.helloTimer);
    this.session = { session, partition, intervalMs: interval_s * 1000 };
    return true;
  }

  report(): void {
    clearTimeout(this.reportTimer);
    const { session } = this;
    if (!session) return;
    this.parts.report(session);
    // A tenth of jitter keeps a fleet that started together from reporting together.
    this.reportTimer = setTimeout(
      () => {
        this.report();
      },
      session.intervalMs * (0.9 + Math.random() * 0.1),
    );
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.reportTimer);
    clearTimeout(this.helloTimer);
  }
}
