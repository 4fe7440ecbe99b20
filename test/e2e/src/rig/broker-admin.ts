/** RabbitMQ's HTTP API as its administrator, whose name and password stand in the address. */
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

/** Closes every connection that there is at this moment; answers how many were cut. */
export async function cutConnections(managementUrl: string): Promise<number> {
  const answer = await ask(managementUrl, 'GET', 'connections');
  const connections = (await answer.json()) as readonly { readonly name: string }[];
  const cut = await Promise.all(
    connections.map(({ name }) => ask(managementUrl, 'DELETE', `connections/${encodeURIComponent(name)}`)),
  );
  return cut.filter(({ ok }) => ok).length;
}
