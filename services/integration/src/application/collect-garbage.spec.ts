import { silentLogger } from '@ymera/kernel';
import { eventually, InMemoryUnitOfWork } from '@ymera/testing';
import type { Project } from '../domain/project';
import { emptyState, inMemoryStores } from '../testing/in-memory-stores';
import { CollectGarbage } from './collect-garbage';
import { LandingQueue } from './landing-queue';

describe('garbage collection of the projects', () => {
  it('waits for the landing under way in a project, lets the next one wait, and goes on after a failure', async () => {
    const unitOfWork = new InMemoryUnitOfWork(emptyState(), inMemoryStores);
    for (const projectId of ['a', 'b', 'c'])
      unitOfWork.state.projects.set(projectId, { projectId } as Project);
    const underWay = new LandingQueue();
    const events: string[] = [];
    let land: () => void = () => undefined;
    const landing = underWay.run('b', () => new Promise<void>((resolve) => (land = resolve)));
    const collected = new CollectGarbage({
      unitOfWork,
      underWay,
      logger: silentLogger,
      maintenance: {
        collectGarbage: (projectId) => {
          events.push(`collects ${projectId}`);
          if (projectId === 'b') {
            const next = underWay.run('b', () => Promise.resolve(events.push('lands in b')));
            return Promise.resolve().then(() => void [next, events.push('collected b')]);
          }
          return projectId === 'a' ? Promise.reject(new Error('git was killed')) : Promise.resolve();
        },
      },
    }).execute();
    await eventually(() => expect(events).toEqual(['collects a']));
    events.push('landed in b');
    land();
    await landing;
    await collected;
    expect(events).toEqual([
      'collects a',
      'landed in b',
      'collects b',
      'collected b',
      'lands in b',
      'collects c',
    ]);
  });
});
