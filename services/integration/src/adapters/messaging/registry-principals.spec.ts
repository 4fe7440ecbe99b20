import { authenticatePrincipal, type QueryContract } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';
import { FakeClock } from '@ymera/testing';
import { RegistryPrincipals } from './registry-principals';

const shown = { principalId: 'runner-1', credential: 'ymk_1_right' };

/** A registry with one principal; counts how often it is asked. */
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

describe('principals, as the registry knows them', () => {
  let registry: FakeRegistry;
  let clock: FakeClock;
  let principals: RegistryPrincipals;
  beforeEach(() => {
    registry = new FakeRegistry();
    clock = new FakeClock('2026-06-01T00:00:00Z');
    principals = new RegistryPrincipals({ ask: registry.ask }, clock, 5000);
  });

  it('are let in with their credential, with or without their name', async () => {
    expect(await principals.authenticate(shown)).toEqual({ ok: true, value: { principalId: 'runner-1' } });
    expect(await principals.authenticate({ ...shown, principalId: undefined })).toMatchObject({ ok: true });
  });

  it.each([
    [{ ...shown, credential: 'ymk_1_wrong' }],
    [{ ...shown, principalId: 'runner-2' }],
    [{ ...shown, principalId: 'svc-registry' }],
    [{ ...shown, credential: 'x'.repeat(1000) }],
  ])('are refused otherwise', async (other) => {
    expect(await principals.authenticate(other)).toMatchObject({ error: { kind: 'unauthenticated' } });
  });

  it.each(['suspended', 'frozen', 'retired'])('are refused while %s', async (status) => {
    registry.status = status;
    expect(await principals.authenticate(shown)).toMatchObject({ error: { kind: 'forbidden' } });
  });

  it('are remembered for a while, yes or no, and asked about once at a time', async () => {
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

  it('are neither refused nor forgotten because the registry is away', async () => {
    registry.outage = err(failure('unavailable', 'service_unavailable', 'Away.'));
    expect(await principals.authenticate(shown)).toMatchObject({ error: { kind: 'unavailable' } });
    registry.outage = undefined;
    expect(await principals.authenticate(shown)).toMatchObject({ ok: true });
  });
});
