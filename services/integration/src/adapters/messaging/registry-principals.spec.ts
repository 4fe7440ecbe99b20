import { authenticatePrincipal, type QueryContract } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';
import { FakeClock } from '@ymera/testing';
import { RegistryPrincipals } from './registry-principals';

const shown = { principalId: 'runner-1', credential: 'ymk_1_right' };

/** A fake registry with one principal; counts its queries. */
class FakeRegistry {
  asked = 0;
  status = 'active';
  outage: Result<never> | undefined;

  ask = (contract: QueryContract, payload: unknown): Promise<never> => {
    this.asked += 1;
    const answer = this.outage ?? this.answer(contract, payload as Record<string, string>);
    return Promise.resolve(answer as never);
  };

  private answer(contract: QueryContract, payload: Record<string, string>): Result<object> {
    if (contract.key !== authenticatePrincipal.key)
      return ok({ principal_id: 'runner-1', status: this.status, agent_ids: [], retry_after_s: null });
    const isRight = payload['credential'] === shown.credential && payload['principal_id'] !== 'runner-2';
    return isRight
      ? ok({ principal_id: 'runner-1' })
      : err(failure('unauthenticated', 'credential_invalid', 'Wrong.'));
  }
}

describe('RegistryPrincipals', () => {
  let registry: FakeRegistry;
  let clock: FakeClock;
  let principals: RegistryPrincipals;
  beforeEach(() => {
    registry = new FakeRegistry();
    clock = new FakeClock('2026-06-01T00:00:00Z');
    principals = new RegistryPrincipals({ ask: registry.ask }, clock, 5000);
  });

  it('accepts a credential with or without the name of its principal', async () => {
    expect(await principals.authenticate(shown)).toEqual({ ok: true, value: { principalId: 'runner-1' } });
    expect(await principals.authenticate({ ...shown, principalId: undefined })).toMatchObject({ ok: true });
  });

  it.each([
    [{ ...shown, credential: 'ymk_1_wrong' }],
    [{ ...shown, principalId: 'runner-2' }],
    [{ ...shown, principalId: 'svc-registry' }],
    [{ ...shown, credential: 'x'.repeat(1000) }],
  ])('refuses a wrong name or credential', async (other) => {
    expect(await principals.authenticate(other)).toMatchObject({ error: { kind: 'unauthenticated' } });
  });

  it.each(['suspended', 'frozen', 'retired'])('refuses a principal that is %s', async (status) => {
    registry.status = status;
    expect(await principals.authenticate(shown)).toMatchObject({ error: { kind: 'forbidden' } });
  });

  it('caches accepted and refused credentials, and sends one query at a time', async () => {
    await Promise.all([1, 2, 3].map(() => principals.authenticate(shown)));
    await principals.authenticate({ ...shown, credential: 'wrong' });
    await principals.authenticate({ ...shown, credential: 'wrong' });
    expect(registry.asked).toBe(3);
    registry.status = 'frozen';
    clock.advance(5000);
    expect(await principals.authenticate(shown)).toMatchObject({ ok: true });
    clock.advance(1);
    expect(await principals.authenticate(shown)).toMatchObject({ ok: false });
  });

  it('neither refuses nor drops cached principals while the registry is unavailable', async () => {
    registry.outage = err(failure('unavailable', 'service_unavailable', 'Away.'));
    expect(await principals.authenticate(shown)).toMatchObject({ error: { kind: 'unavailable' } });
    registry.outage = undefined;
    expect(await principals.authenticate(shown)).toMatchObject({ ok: true });
  });
});
