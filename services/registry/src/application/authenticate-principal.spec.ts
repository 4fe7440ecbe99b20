import { codeOf, registryFixture, valueOf } from '../testing/in-memory-registry-fixture';

const wrongSecretOf = (credential: string): string => `${credential.slice(0, -64)}${'0'.repeat(64)}`;

// Mission: A3
describe('AuthenticatePrincipal', () => {
  it('refuses another principal’s name, a wrong secret, an unknown key and malformed input alike', async () => {
    const fixture = registryFixture();
    const { credential } = await fixture.enrolled('runner-1');
    await fixture.enrolled('runner-2');
    const codes = [
      await fixture.authenticate.execute({ credential, principal_id: 'runner-2' }),
      await fixture.authenticate.execute({ credential: wrongSecretOf(credential) }),
      await fixture.authenticate.execute({ credential: `ymk_${'0'.repeat(16)}_${'0'.repeat(64)}` }),
      await fixture.authenticate.execute({ credential: 'hunter2' }),
    ].map(codeOf);
    expect(codes).toEqual(Array(4).fill('credential_invalid'));
  });

  it('names an expired or revoked credential only if the secret is right', async () => {
    const fixture = registryFixture();
    const { credential } = await fixture.enrolled('runner-1');
    fixture.clock.advance(24 * 3_600_000);
    expect(codeOf(await fixture.authenticate.execute({ credential }))).toBe('credential_expired');
    expect(codeOf(await fixture.authenticate.execute({ credential: wrongSecretOf(credential) }))).toBe(
      'credential_invalid',
    );
  });

  it('cannot be used to lock an agent out: it accepts the right secret at once after 10,000 wrong ones', async () => {
    const fixture = registryFixture();
    const { credential } = await fixture.enrolled('runner-1');
    const codes: string[] = [];
    for (let index = 0; index < 10_000; index += 1)
      codes.push(codeOf(await fixture.authenticate.execute({ credential: wrongSecretOf(credential) })));
    expect(codes.slice(0, 4)).toEqual([...Array(3).fill('credential_invalid'), 'authentication_throttled']);
    expect(new Set(codes.slice(3))).toEqual(new Set(['authentication_throttled']));
    expect(valueOf(await fixture.authenticate.execute({ credential }))).toEqual({ principal_id: 'runner-1' });
    expect(fixture.events().filter((name) => name === 'registry.authentication.failed')).toHaveLength(12);
    expect(fixture.metrics.failures).toHaveLength(10_000);
  });

  it('returns the wait after a wrong secret', async () => {
    const fixture = registryFixture();
    const { credential } = await fixture.enrolled('runner-1');
    const guess = () => fixture.authenticate.execute({ credential: wrongSecretOf(credential) });
    for (let index = 0; index < 5; index += 1) await guess();
    expect(await guess()).toMatchObject({
      ok: false,
      error: { kind: 'rate_limited', details: { retry_after_s: 4 } },
    });
  });
});
