import { defineRoute } from '../define/route';
import { listAuditCheckpoints, listAuditEntries, readAuditCheckpoint, readAuditLog } from '../queries/audit';

const readers = { roles: ['viewer', 'operator', 'approver', 'admin'] } as const;

export const listAuditRoute = defineRoute({
  operation: 'listAudit',
  method: 'GET',
  path: '/api/v1/audit',
  summary: 'Audit entries in order',
  tag: 'audit',
  access: [{ roles: ['admin'] }],
  query: listAuditEntries.payload,
  status: 200,
  response: listAuditEntries.reply,
  errors: ['audit_log_damaged'],
});

export const readAuditLogRoute = defineRoute({
  operation: 'readAuditLog',
  method: 'GET',
  path: '/api/v1/audit/log',
  summary: 'Audit entries exactly as they were hashed, for verification',
  tag: 'audit',
  access: [{ roles: ['admin'] }],
  query: readAuditLog.payload,
  status: 200,
  response: readAuditLog.reply,
  errors: ['audit_log_damaged'],
});

export const auditCheckpointRoute = defineRoute({
  operation: 'getAuditCheckpoint',
  method: 'GET',
  path: '/api/v1/audit/checkpoint',
  summary: 'The newest signed checkpoint of the audit log, and its public key',
  tag: 'audit',
  access: [readers],
  status: 200,
  response: readAuditCheckpoint.reply,
  errors: ['audit_log_damaged'],
});

export const listAuditCheckpointsRoute = defineRoute({
  operation: 'listAuditCheckpoints',
  method: 'GET',
  path: '/api/v1/audit/checkpoints',
  summary: 'Signed checkpoints of the audit log, the smallest first',
  tag: 'audit',
  access: [readers],
  query: listAuditCheckpoints.payload,
  status: 200,
  response: listAuditCheckpoints.reply,
  errors: ['audit_log_damaged'],
});
