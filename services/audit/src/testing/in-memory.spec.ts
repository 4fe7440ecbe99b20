import { InMemoryUnitOfWork } from '@ymera/testing';
import { auditLogContract } from './audit-log.contract';
import { emptyState, InMemoryAuditLog } from './in-memory-audit-log';

describe('the audit log in memory', () => {
  const unitOfWork = new InMemoryUnitOfWork(emptyState(), (state) => ({
    log: new InMemoryAuditLog(state),
    checkpoints: new InMemoryAuditLog(state),
  }));
  auditLogContract(() => ({ unitOfWork, reader: new InMemoryAuditLog(unitOfWork.state) }));
});
