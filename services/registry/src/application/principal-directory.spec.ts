import { registryFixture } from '../testing/in-memory-registry-fixture';
import { PrincipalDirectory } from './principal-directory';

describe('PrincipalDirectory', () => {
  it('reads a principal once, and again only after a change', async () => {
    const fixture = registryFixture();
    await fixture.enrolled('runner-1');
    let reads = 0;
    const directory = new PrincipalDirectory({
      ...fixture.registry,
      accessByName: (name: string) => {
        reads += 1;
        return fixture.registry.accessByName(name);
      },
    } as typeof fixture.registry);
    for (let index = 0; index < 5; index += 1) await directory.byPrincipal('runner-1');
    expect(reads).toBe(1);
    directory.invalidate('runner-1');
    await directory.byPrincipal('runner-1');
    expect(reads).toBe(2);
  });

  it('caches the absence of a principal until it is enrolled', async () => {
    const fixture = registryFixture();
    expect(await fixture.broker.may('runner-1', { kind: 'vhost', vhost: '/agents' })).toBe(false);
    await fixture.enrolled('runner-1');
    expect(await fixture.broker.may('runner-1', { kind: 'vhost', vhost: '/agents' })).toBe(true);
  });

  it('caches no read that began before a change and ends after it', async () => {
    const fixture = registryFixture();
    await fixture.enrolled('runner-1');
    let arrive = (): void => undefined;
    const delayed = new Promise<void>((resolve) => (arrive = resolve));
    const before = await fixture.registry.accessByName('runner-1');
    let isFirst = true;
    const directory = new PrincipalDirectory({
      accessByName: async (name: string) => {
        if (!isFirst) return fixture.registry.accessByName(name);
        isFirst = false;
        await delayed;
        return before;
      },
    } as unknown as typeof fixture.registry);

    const reading = directory.byPrincipal('runner-1');
    const { principals } = fixture.registry.unitOfWork.state;
    if (before) principals.set('runner-1', { ...before.principal, status: 'frozen' });
    directory.invalidate('runner-1');
    arrive();
    await reading;
    expect((await directory.byPrincipal('runner-1'))?.principal.status).toBe('frozen');
  });
});
