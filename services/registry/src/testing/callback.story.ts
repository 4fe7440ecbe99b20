import type { RegistryFixture } from './registry-fixture';

/** The broker's requests, and those of other callers. */
export function describeCallback(fixture: RegistryFixture): void {
  const { alice, own } = fixture;

  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const post = async (path: string, body: string, headers: Record<string, string> = form) => {
    const response = await fetch(`${fixture.registry.url}/broker/${path}`, { method: 'POST', headers, body });
    return `${response.status} ${await response.text()}`;
  };
  const callbackToken = () => (process.env['YMERA_TEST_BROKER_CALLBACK_URL'] ?? '').split('/').at(-1) ?? '';

  it('answers 404 without the token', async () => {
    for (const guess of ['guess', '', `${callbackToken()}x`, callbackToken().slice(0, -1)])
      expect(await post(`${guess}/user`, `username=${alice}&password=x`)).toMatch(/^404 /);
  });

  it('denies unknown requests', async () => {
    for (const [path, body] of [
      ['user', ''],
      ['user', `username=${alice}`],
      ['vhost', `username=${alice}`],
      ['resource', `username=${alice}&vhost=${encodeURIComponent(fixture.vhost)}&resource=queue`],
      [
        'topic',
        `username=${alice}&vhost=${encodeURIComponent(fixture.vhost)}&name=agents.in&permission=write`,
      ],
      ['unheard-of', `username=${alice}&vhost=${encodeURIComponent(fixture.vhost)}`],
    ] as const)
      expect(await post(`${callbackToken()}/${path}`, body)).toBe('200 deny');
  });

  it('answers in under 5 ms once a principal is cached', async () => {
    const ask = () =>
      post(
        `${callbackToken()}/topic`,
        `username=${alice}&vhost=${encodeURIComponent(fixture.vhost)}&resource=topic&name=agents.in&permission=write` +
          `&routing_key=${own('report')}`,
      );
    expect(await ask()).toBe('200 allow');
    const times: number[] = [];
    for (let index = 0; index < 200; index += 1) {
      const before = performance.now();
      await ask();
      times.push(performance.now() - before);
    }
    // The fastest tenth, because other tests share the machine: the work itself, HTTP included.
    expect(times.toSorted((a, b) => a - b)[20]).toBeLessThan(5);
  });
}
