import { err, failure, ok, sha256Hex, sleep } from '@ymera/kernel';
import { InMemoryOperatorStore } from '../testing/in-memory-operator-store';
import { Authenticate } from './authenticate';
import type { PrincipalDirectory } from './ports';

const token = 'ymo_1a_secret';
const always = async (): Promise<boolean> => true;

class FakePrincipals implements PrincipalDirectory {
  asked: string[] = [];
  answer: Awaited<ReturnType<PrincipalDirectory['authenticate']>> = ok({ principalId: 'runner-1' });
  /** Acts while an answer is in flight. */
  meanwhile = (): void => undefined;

  async authenticate(credential: string): Promise<typeof this.answer> {
    this.asked.push(credential);
    const { answer } = this;
    this.meanwhile();
    return answer;
  }
}

describe('Authenticate', () => {
  const setUp = (options: { acceptedMs?: number; refusedMs?: number; remembered?: number } = {}) => {
    const operators = new InMemoryOperatorStore([
      { name: 'ada', roles: ['operator'], tokenSha256: sha256Hex(token) },
    ]);
    const principals = new FakePrincipals();
    const authenticate = new Authenticate(operators, principals, {
      acceptedMs: 1000,
      refusedMs: 1000,
      remembered: 100,
      ...options,
    });
    const check = (header: string | undefined, mayTry = always) => authenticate.execute(header, mayTry);
    return { authenticate, operators, principals, check };
  };

  it('treats a missing header as anonymous and rejects a malformed header', async () => {
    const { check } = setUp();
    expect(await check(undefined)).toEqual(ok({ kind: 'anonymous' }));
    expect(await check('Basic abc')).toMatchObject({ error: { code: 'credential_malformed' } });
  });

  it('identifies a person by token and caches the answer', async () => {
    const { check, operators } = setUp({ acceptedMs: 50 });
    expect(await check(`Bearer ${token}`)).toEqual(
      ok({ kind: 'operator', name: 'ada', roles: ['operator'] }),
    );
    await check(`Bearer ${token}`);
    expect(operators.lookups).toBe(1);
    await operators.replaceBootstrapped([]);
    await sleep(60);
    expect(await check(`Bearer ${token}`)).toMatchObject({ error: { code: 'credential_invalid' } });
  });

  it('queries the registry about a principal and caches a refusal', async () => {
    const { check, principals } = setUp();
    expect(await check('Bearer ymk_1_good')).toEqual(ok({ kind: 'principal', principalId: 'runner-1' }));
    const refused = err(failure('unauthenticated', 'credential_revoked', 'No.'));
    principals.answer = refused;
    for (let time = 0; time < 3; time += 1) expect(await check('Bearer ymk_1_bad')).toEqual(refused);
    expect(principals.asked).toEqual(['ymk_1_good', 'ymk_1_bad']);
  });

  it('drops the cached answer of a changed principal and of no other', async () => {
    const { authenticate, check, principals } = setUp();
    await check('Bearer ymk_1_good');
    authenticate.forgetPrincipal('runner-2');
    await check('Bearer ymk_1_good');
    expect(principals.asked).toHaveLength(1);
    principals.answer = ok({ principalId: 'runner-1', denied: { status: 'frozen', retry_after_s: 300 } });
    authenticate.forgetPrincipal('runner-1');
    expect(await check('Bearer ymk_1_good')).toMatchObject({ value: { denied: { status: 'frozen' } } });
  });

  it('does not cache an answer that was requested before a change of the principal', async () => {
    const { authenticate, check, principals } = setUp();
    principals.meanwhile = () => authenticate.forgetPrincipal('runner-1');
    await check('Bearer ymk_1_good');
    principals.meanwhile = () => undefined;
    await check('Bearer ymk_1_good');
    expect(principals.asked).toHaveLength(2);
  });

  it('caches no refusal while the registry is unavailable', async () => {
    const { check, principals } = setUp();
    principals.answer = err(failure('unavailable', 'service_unavailable', 'Away.'));
    expect(await check('Bearer ymk_1_good')).toMatchObject({ error: { kind: 'unavailable' } });
    principals.answer = ok({ principalId: 'runner-1' });
    expect((await check('Bearer ymk_1_good')).ok).toBe(true);
  });

  it('passes an enrolment token on without a check', async () => {
    const { check, principals } = setUp();
    expect(await check('Bearer yme_1_once')).toEqual(ok({ kind: 'enrolment', token: 'yme_1_once' }));
    expect(principals.asked).toEqual([]);
  });

  it('refuses unknown credentials of a limited address without a check, and accepts cached ones', async () => {
    const { check, operators } = setUp();
    await check(`Bearer ${token}`);
    const never = async (): Promise<boolean> => false;
    expect(await check('Bearer ymo_1a_guess', never)).toMatchObject({ error: { kind: 'rate_limited' } });
    expect((await check(`Bearer ${token}`, never)).ok).toBe(true);
    expect(operators.lookups).toBe(1);
  });

  it('keeps the cache within its maximum size', async () => {
    const { check, operators } = setUp({ remembered: 2 });
    for (let guess = 0; guess < 100; guess += 1) await check(`Bearer ymo_1a_guess${guess}`);
    await check('Bearer ymo_1a_guess0');
    expect(operators.lookups).toBe(101);
  });
});
