import { requiredEnvironment } from '../required-environment';

/** RabbitMQ's HTTP API with the credentials in its address. */
export async function management<T>(
  method: 'GET' | 'PUT' | 'POST' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<T> {
  const address = new URL(requiredEnvironment('YMERA_RABBITMQ_MANAGEMENT_URL'));
  const login = `${decodeURIComponent(address.username)}:${decodeURIComponent(address.password)}`;
  const response = await fetch(`${address.origin}/api/${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(login).toString('base64')}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
