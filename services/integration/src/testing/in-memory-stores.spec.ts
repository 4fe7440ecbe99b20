import { InMemoryUnitOfWork } from '@ymera/testing';
import type { IntegrationStores } from '../application/ports';
import { emptyState, inMemoryStores, type IntegrationState } from './in-memory-stores';
import { storeContract } from './store-contract';

describe('stores in memory', () => {
  const unitOfWork = new InMemoryUnitOfWork<IntegrationState, IntegrationStores>(
    emptyState(),
    inMemoryStores,
  );
  storeContract(() => unitOfWork);
});
