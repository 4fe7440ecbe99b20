import type { UnitOfWork } from '@ymera/unit-of-work';
import type { RegistryReader, RegistryStores } from '../application/ports';
import { newAgent, type Agent } from '../domain/agent';
import type { Credential } from '../domain/credential';
import type { Enrolment } from '../domain/enrolment';
import { newPrincipal, retirePrincipal } from '../domain/principal';

export interface RegistryStorage {
  readonly unitOfWork: UnitOfWork<RegistryStores>;
  readonly reader: RegistryReader;
}

const now = new Date('2026-01-01T00:00:00.000Z');
const later = new Date('2026-01-02T00:00:00.000Z');

const principalNamed = (principalId: string) =>
  newPrincipal({ principalId, partitions: 64, servesOneAgent: false, enrolledBy: 'root', now });

const credentialOf = (principalId: string, keyId: string): Credential => ({
  keyId,
  principalId,
  mac: 'ab'.repeat(32),
  pepperVersion: 1,
  createdAt: now,
  expiresAt: later,
  revokedAt: null,
});

const agentOf = (agentId: string, principalId: string, agentType: Agent['agentType'] = 'TESTING'): Agent =>
  newAgent({
    agentId,
    principalId,
    agentType,
    capabilities: ['node:test', `quote ' and "`],
    config: { nested: { list: [1, null, 'x'] } },
    createdAt: now,
  });

/** The contract of every storage of the registry; runs on the fake and on PostgreSQL. */
export function registryStorageSuite(storage: () => RegistryStorage): void {
  const run: UnitOfWork<RegistryStores>['run'] = (work) => storage().unitOfWork.run(work);
  let serial = 0;
  const unique = (prefix: string): string => `${prefix}-${(serial += 1)}-${process.pid}`;

  const enrolment = (keyId: string): Enrolment => ({
    keyId,
    kind: 'agent',
    mac: 'cd'.repeat(32),
    pepperVersion: 2,
    createdBy: 'root',
    createdAt: now,
    expiresAt: later,
    spentBy: null,
  });

  it('stores a principal with its credentials unchanged', async () => {
    const principal = { ...principalNamed(unique('runner')), session: 9_000_000_000, lastHelloId: 'h' };
    const credential = credentialOf(principal.principalId, unique('key'));
    await run(async (tx) => {
      expect(await tx.principals.add(principal)).toBe(true);
      await tx.credentials.add(credential);
    });
    expect(await storage().reader.accessByName(principal.principalId)).toEqual({
      principal,
      credentials: [credential],
    });
    expect(await storage().reader.principalOfKey(credential.keyId)).toBe(principal.principalId);
    expect(await storage().reader.principalOfKey('unknown')).toBeUndefined();

    const gone = retirePrincipal(principal, later);
    await run(async (tx) => {
      expect(await tx.principals.lock(principal.principalId)).toEqual(principal);
      await tx.principals.save(gone);
      await tx.credentials.revokeAll(principal.principalId, now);
    });
    expect(await storage().reader.accessByName(principal.principalId)).toEqual({
      principal: gone,
      credentials: [{ ...credential, revokedAt: now }],
    });
  });

  it('gives a name once, also to two concurrent enrolments', async () => {
    const principal = principalNamed(unique('runner'));
    const added = await Promise.all([1, 2, 3].map(() => run((tx) => tx.principals.add(principal))));
    expect(added.filter(Boolean)).toHaveLength(1);
  });

  it('lets a token be spent once, also by two concurrent transactions', async () => {
    const keyId = unique('token');
    await run((tx) => tx.enrolments.add(enrolment(keyId)));
    const spent = await Promise.all(
      ['one', 'two', 'three'].map((who) => run((tx) => tx.enrolments.spend(keyId, who, now))),
    );
    expect(spent.filter(Boolean)).toHaveLength(1);
    const kept = await run((tx) => tx.enrolments.find(keyId));
    expect(kept).toEqual({ ...enrolment(keyId), spentBy: expect.stringMatching(/one|two|three/) });
  });

  it('spends no expired and no unknown token', async () => {
    const keyId = unique('token');
    await run((tx) => tx.enrolments.add(enrolment(keyId)));
    expect(await run((tx) => tx.enrolments.spend(keyId, 'late', later))).toBe(false);
    expect(await run((tx) => tx.enrolments.spend('unknown', 'x', now))).toBe(false);
  });

  it('stores agents unchanged, and pages through them by id', async () => {
    const principal = principalNamed(unique('runner'));
    const prefix = unique('agent');
    const ids = ['b', 'a', 'Z', '-', '_'].map((end) => `${prefix}${end}`);
    await run(async (tx) => {
      await tx.principals.add(principal);
      for (const id of ids)
        expect(await tx.agents.add(agentOf(id, principal.principalId, 'LEARNING'))).toBe(true);
    });
    expect(await storage().reader.agent(`${prefix}a`)).toEqual(
      agentOf(`${prefix}a`, principal.principalId, 'LEARNING'),
    );
    const found: string[] = [];
    let after: string | undefined = prefix;
    for (;;) {
      const page: Agent[] = await storage().reader.agents({ agentType: 'LEARNING', after, limit: 2 });
      found.push(...page.map(({ agentId }) => agentId));
      if (page.length < 2) break;
      after = page.at(-1)?.agentId;
    }
    expect(found.filter((id) => id.startsWith(prefix))).toEqual(ids.toSorted());
  });

  it('finds agents of a status behind any number of others', async () => {
    const principal = principalNamed(unique('runner'));
    const prefix = unique('agent');
    await run(async (tx) => {
      await tx.principals.add(principal);
      for (const end of ['a', 'b', 'c', 'd']) {
        const agent = agentOf(`${prefix}${end}`, principal.principalId, 'SECURITY');
        await tx.agents.add(agent);
        const retirement = { at: later, by: 'root', reason: 'Replaced.' };
        if (end !== 'd') await tx.agents.save({ ...agent, status: 'retired', retirement });
      }
    });
    const of = { agentType: 'SECURITY', after: prefix, limit: 1 } as const;
    const active = await storage().reader.agents({ ...of, status: 'active' });
    expect(active.map(({ agentId }) => agentId)).toEqual([`${prefix}d`]);
    const retired = await storage().reader.agents({ ...of, status: 'retired' });
    expect(retired.map(({ agentId }) => agentId)).toEqual([`${prefix}a`]);
  });

  it('knows who is active under a principal, and never gives an id again', async () => {
    const principal = principalNamed(unique('runner'));
    const [one, two] = [unique('agent'), unique('agent')];
    const retired: Agent = {
      ...agentOf(one, principal.principalId),
      status: 'retired',
      retirement: { at: later, by: 'root', reason: 'It’s done.' },
      version: 2,
    };
    await run(async (tx) => {
      await tx.principals.add(principal);
      await tx.agents.add(agentOf(one, principal.principalId));
      await tx.agents.add(agentOf(two, principal.principalId));
      await tx.agents.save(retired);
    });
    expect(await run((tx) => tx.agents.lock(one))).toEqual(retired);
    expect(await run((tx) => tx.agents.activeAmong(principal.principalId, [two, one, 'unknown']))).toEqual([
      two,
    ]);
    expect(await run((tx) => tx.agents.activeAmong('unknown', [two]))).toEqual([]);
    expect(await storage().reader.activeAgentsOf(principal.principalId)).toEqual([
      agentOf(two, principal.principalId),
    ]);
    expect(await run((tx) => tx.agents.add(agentOf(one, principal.principalId)))).toBe(false);
  });

  it('stores an agent’s sanctions, and lists the statuses of a principal’s agents', async () => {
    const principal = principalNamed(unique('runner'));
    const [one, two, gone] = ['agent', 'agent', 'agent'].map(unique);
    const frozen: Agent = {
      ...agentOf(one ?? '', principal.principalId),
      standing: {
        status: 'frozen',
        cause: 'silence',
        reason: 'It’s silent.',
        changedBy: 'platform',
        changedAt: later,
      },
      credentialEpoch: 4,
      enforcementVersion: 7,
      version: 3,
    };
    await run(async (tx) => {
      await tx.principals.add(principal);
      for (const id of [one, two, gone]) await tx.agents.add(agentOf(id ?? '', principal.principalId));
      await tx.agents.save(frozen);
      await tx.agents.save({
        ...agentOf(gone ?? '', principal.principalId),
        status: 'retired',
        retirement: { at: later, by: 'root', reason: 'Done.' },
        standing: { ...frozen.standing, status: 'suspended', cause: 'violation' },
      });
    });
    expect(await storage().reader.agent(frozen.agentId)).toEqual(frozen);
    const sanctions = await run((tx) => tx.agents.sanctionsOf(principal.principalId));
    expect(sanctions.toSorted((a, b) => (a.status < b.status ? -1 : 1))).toEqual([
      { status: 'active', cause: null },
      { status: 'frozen', cause: 'silence' },
    ]);
    await expect(storage().reader.check()).resolves.toBeUndefined();
  });

  it('stores whose connections are to be closed until that is settled, and settles no later one', async () => {
    const principal = { ...principalNamed(unique('runner')), provisioning: 'declared' as const };
    const { principalId } = principal;
    const isOwed = async () =>
      (await storage().reader.unprovisioned(1000)).some((owed) => owed.principalId === principalId);
    await run((tx) => tx.principals.add(principal));
    expect(await isOwed()).toBe(false);
    await run((tx) => tx.principals.save({ ...principal, status: 'frozen', closeUntil: later }));
    expect(await isOwed()).toBe(true);
    await run((tx) => tx.principals.settleClosing(principalId, now));
    expect(await isOwed()).toBe(true);
    await run((tx) => tx.principals.settleClosing(principalId, later));
    expect(await isOwed()).toBe(false);
  });

  it('stores pending broker steps until they are settled, and settles none that has changed since', async () => {
    const principal = principalNamed(unique('runner'));
    const { principalId } = principal;
    const isOwed = async () =>
      (await storage().reader.unprovisioned(1000)).some((owed) => owed.principalId === principalId);
    await run((tx) => tx.principals.add(principal));
    expect(await isOwed()).toBe(true);
    await run((tx) => tx.principals.settleProvisioning(principalId, 'remove_pending', 'removed'));
    expect(await isOwed()).toBe(true);
    await run((tx) => tx.principals.settleProvisioning(principalId, 'declare_pending', 'declared'));
    expect(await isOwed()).toBe(false);
  });

  it('gives an idempotency key to one of two concurrent requests; the other gets its answer', async () => {
    const key = { scope: 'principal:x', keyHash: unique('key') };
    const claim = { requestDigest: 'sha256:1', now, expiresAt: later };
    const ask = () =>
      run(async (tx) => {
        const record = await tx.idempotency.claim(key, claim);
        if (record) return record.sealedReply;
        await tx.idempotency.answer(key, 'sealed');
        return 'worked';
      });
    expect((await Promise.all([ask(), ask(), ask()])).toSorted()).toEqual(['sealed', 'sealed', 'worked']);
    const after = { ...claim, now: later, expiresAt: new Date(later.getTime() + 1) };
    expect(await run((tx) => tx.idempotency.claim(key, after))).toBeUndefined();
  });

  it('rolls everything back when the work is refused', async () => {
    const principal = principalNamed(unique('runner'));
    const refused = run(async (tx) => {
      await tx.principals.add(principal);
      throw new Error('refused');
    });
    await expect(refused).rejects.toThrow('refused');
    expect(await storage().reader.accessByName(principal.principalId)).toBeUndefined();
  });
}
