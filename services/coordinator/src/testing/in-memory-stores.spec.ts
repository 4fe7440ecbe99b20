import { InMemoryUnitOfWork } from '@ymera/testing';
import { coordinatorStoresSuite } from './coordinator-stores.contract';
import { emptyState, inMemoryStores } from './in-memory-stores';

describe('the coordinator’s stores in memory', () => {
  const unitOfWork = new InMemoryUnitOfWork(emptyState(), inMemoryStores);
  coordinatorStoresSuite(() => unitOfWork);
});
