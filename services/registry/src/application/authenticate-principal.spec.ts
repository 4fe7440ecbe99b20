import { codeOf, registryWorld, valueOf } from '../testing/registry-world';

const wrongSecretOf = (credential: string): string => `${credential.slice(0, -64)}${'0'.repeat(64)}`;

// Mission: A3
describe('authenticating a principal', () => {
  it('refuses another’s name, a wrong secret, an unknown key and nonsense alike', async () => {
    const world = registryWorld();
    const { credential } = await world.enrolled('runner-1');
    await world.enrolled('runner-2');
    const codes = [
      await world.authenticate.execute({ credential, principal_id: 'runner-2' }),
      await world.authenticate.execute({ credential: wrongSecretOf(credential) }),
      await world.authenticate.execute({ credential: `ymk_${'0'.repeat(16)}_${'0'.repeat(64)}` }),
      await world.authenticate.execute({ credential: 'hunter2' }),
    ].map(codeOf);
    expect(codes).toEqual(Array(4).fill('credential_invalid'));
  });

  it('refuses an expired and a revoked credential by name, but only to who knows the secret', async () => {
    const world = registryWorld();
    const { credential } = await world.enrolled('runner-1');
    world.clock.advance(24 * 3_600_000);
    expect(codeOf(await world.authenticate.execute({ credential }))).toBe('credential_expired');
    expect(codeOf(await world.authenticate.execute({ credential: wrongSecretOf(credential) }))).toBe(
      'credential_invalid',
    );
  });

  it('lets no stranger lock an agent out: after 10,000 wrong secrets the right one is accepted at once', async () => {
    const world = registryWorld();
    const { credential } = await world.enrolled('runner-1');
    const codes: string[] = [];
    for (let index = 0; index < 10_000; index += 1)
      codes.push(codeOf(await world.authenticate.execute({ credential: wrongSecretOf(credential) })));
    expect(codes.slice(0, 4)).toEqual([...Array(3).fill('credential_invalid'), 'authentication_throttled']);
    expect(new Set(codes.slice(3))).toEqual(new Set(['authentication_throttled']));
    expect(valueOf(await world.authenticate.execute({ credential }))).toEqual({ principal_id: 'runner-1' });
    expect(world.events().filter((name) => name === 'registry.authentication.failed')).toHaveLength(12);
    expect(world.metrics.failures).toHaveLength(10_000);
  });

  it('tells whoever guesses how long to wait', async () => {
    const world = registryWorld();
    const { credential } = await world.enrolled('runner-1');
    const guess = () => world.authenticate.execute({ credential: wrongSecretOf(credential) });
    for (let index = 0; index < 5; index += 1) await guess();
    expect(await guess()).toMatchObject({
      ok: false,
      error: { kind: 'rate_limited', details: { retry_after_s: 4 } },
    });
  });
});
