import { systemClock } from '@ymera/kernel';
import { InMemoryReporting } from './in-memory-reporting';
import { reportingStorageSuite } from './reporting-stores.contract';

describe('InMemoryReporting', () => {
  const tables = new InMemoryReporting(systemClock);
  reportingStorageSuite(() => ({ unitOfWork: tables, reader: tables }));
});
