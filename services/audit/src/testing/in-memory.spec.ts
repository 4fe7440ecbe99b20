import { InMemoryUnitOfWork } from '@ymera/testing';
import type { AuditEntry } from '../domain/audit-entry';
import { auditLogContract } from './audit-log.contract';
import { InMemoryEntryLog } from './in-memory-entry-log';

describe('the audit log in memory', () => {
  const unitOfWork = new InMemoryUnitOfWork({ entries: [] as AuditEntry[] }, ({ entries }) => ({
    log: new InMemoryEntryLog(entries),
  }));
  auditLogContract(() => ({ unitOfWork, reader: new InMemoryEntryLog(unitOfWork.state.entries) }));
});
