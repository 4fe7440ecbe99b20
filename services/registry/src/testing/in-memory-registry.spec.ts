import { InMemoryRegistry } from './in-memory-registry';
import { registryStorageSuite } from './registry-stores.contract';

describe('InMemoryRegistry', () => {
  const registry = new InMemoryRegistry();
  registryStorageSuite(() => ({ unitOfWork: registry, reader: registry }));
});
