import type { Resilience } from '@ymera/resilience';

/** Connections of principals, by RabbitMQ's management API: the only API that reaches other users' connections. */
export class PrincipalConnections {
  private readonly origin: string;
  private readonly authorization: string;

  /** `url`: `http://user:password@host:port`. */
  constructor(
    url: string,
    private readonly resilience: Resilience,
  ) {
    const { origin, username, password } = new URL(url);
    const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.origin = origin;
    this.authorization = `Basic ${Buffer.from(login).toString('base64')}`;
  }

  close(principalId: string): Promise<void> {
    return this.resilience.execute(async (signal) => {
      const path = `/api/connections/username/${encodeURIComponent(principalId)}`;
      const response = await fetch(`${this.origin}${path}`, {
        method: 'DELETE',
        signal,
        headers: { authorization: this.authorization, 'x-reason': 'The principal may not connect any more.' },
      });
      const answer = await response.text();
      if (!response.ok && response.status !== 404)
        throw new Error(`RabbitMQ answered ${response.status} to DELETE ${path}: ${answer.slice(0, 300)}`);
    });
  }
}
