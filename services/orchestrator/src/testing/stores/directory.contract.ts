import type { StoresUnderTest } from './stores-under-test';

export function describeDirectory({ inside, register }: StoresUnderTest): void {
  it('stores a sanction of an agent that is not registered yet', async () => {
    await inside((tx) =>
      tx.directory.setEnforcement('unborn-1', { enforcement: 'suspended', credentialEpoch: 2 }, 2),
    );
    await register('unborn-1');
    const candidates = await inside((tx) => tx.directory.lockCandidates(['EXAMINATION'], Date.now()));
    expect(candidates.find(({ agentId }) => agentId === 'unborn-1')).toMatchObject({
      enforcement: 'suspended',
      credentialEpoch: 2,
    });
    await inside((tx) => tx.directory.retire('unborn-1', 9));
  });

  it('knows when an agent was last given work', async () => {
    await register('idle-1');
    const assignedAt = async () =>
      (await inside((tx) => tx.directory.lockCandidates(['EXAMINATION'], Date.now()))).find(
        ({ agentId }) => agentId === 'idle-1',
      )?.assignedAt;
    expect(await assignedAt()).toBeUndefined();
    const at = Date.now();
    await inside((tx) => tx.directory.markAssigned('idle-1', at));
    expect(await assignedAt()).toBe(at);
    await inside((tx) => tx.directory.retire('idle-1', 9));
  });

  it('keeps the newest that is known of an agent, in whatever order it hears of it', async () => {
    await register('order-1', 3);
    await inside((tx) => tx.directory.retire('order-1', 2));
    expect(await inside((tx) => tx.directory.accessOf('order-1'))).toMatchObject({ credentialEpoch: 1 });
    const now = Date.now();
    const liveness = async () =>
      (await inside((tx) => tx.directory.lockCandidates(['EXAMINATION'], Date.now()))).find(
        ({ agentId }) => agentId === 'order-1',
      )?.liveness;
    await inside((tx) => tx.directory.setLiveness('order-1', 'offline', now, 2));
    await inside((tx) => tx.directory.setLiveness('order-1', 'online', now + 5, 1));
    expect(await liveness()).toBe('offline');
    await inside((tx) => tx.directory.openSession('order-1-principal', ['order-1'], now + 10));
    expect(await liveness()).toBe('online');
    await inside((tx) => tx.directory.setLiveness('order-1', 'late', now + 6, 3));
    expect(await liveness()).toBe('online');
    await inside((tx) => tx.directory.setLiveness('order-1', 'late', now + 20, 4));
    expect(await liveness()).toBe('late');
    await inside((tx) => tx.directory.openSession('p', ['early-1'], now));
    await register('early-1');
    expect(await inside((tx) => tx.directory.typesOf(['early-1', 'unknown-1']))).toEqual(['EXAMINATION']);
  });
}
