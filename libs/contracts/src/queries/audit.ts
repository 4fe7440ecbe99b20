import { z } from 'zod';
import { defineQuery } from '../define/message';
import { pageSize } from '../shared/ids';
import { auditEntry } from '../shared/resources';

export const listAuditEntries = defineQuery({
  name: 'audit.list_entries',
  version: 1,
  owner: 'audit',
  summary: 'Entries in order.',
  payload: z.object({ from_index: z.coerce.number().int().min(0).default(0), limit: pageSize }),
  reply: z.object({ items: z.array(auditEntry), next_index: z.number().int().nullable() }),
  sample: { limit: 50 },
  replySample: { items: [], next_index: null },
});
