import { defineRoute } from '../define/route';
import { listAuditEntries } from '../queries/audit';

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
  errors: [],
});
