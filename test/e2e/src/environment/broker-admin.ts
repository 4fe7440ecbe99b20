/** RabbitMQ's HTTP API as its administrator, whose name and password are in the address. */
async function ask(address: string, method: 'GET' | 'DELETE', path: string): Promise<Response> {
  const url = new URL(address);
  const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return fetch(`${url.origin}/api/${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(login).toString('base64')}`,
      'x-reason': 'cut by a test',
    },
    signal: AbortSignal.timeout(10_000),
  });
}

export interface BrokerConnection {
  readonly name: string;
  /** A service's name, or a principal's. */
  readonly user: string;
}

/** Closes all current connections, or those that `meant` selects; returns how many were closed. */
export async function cutConnections(
  managementUrl: string,
  meant: (connection: BrokerConnection) => boolean = () => true,
): Promise<number> {
  const answer = await ask(managementUrl, 'GET', 'connections');
  const connections = (await answer.json()) as readonly BrokerConnection[];
  const cut = await Promise.all(
    connections
      .filter(meant)
      .map(({ name }) => ask(managementUrl, 'DELETE', `connections/${encodeURIComponent(name)}`)),
  );
  return cut.filter(({ ok }) => ok).length;
}
