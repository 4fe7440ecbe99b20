import { z } from 'zod';
import { defineQuery } from '../define/message';
import { added } from '../define/added';
import { cursor, pageSize } from '../shared/ids';
import { sampleDigest, sampleId, sampleTime } from '../shared/samples';
import { auditEntry, auditRecord } from '../shared/resources';

export const listAuditEntries = defineQuery({
  name: 'audit.list_entries',
  version: 1,
  owner: 'audit',
  senders: ['gateway'],
  summary: 'Entries in order.',
  payload: z.object({
    from_index: z.coerce.number().int().min(0).default(0),
    limit: pageSize,
    /** Continues after a page, as in every other list; `from_index` is ignored then. */
    cursor: added(cursor),
  }),
  reply: z.object({
    items: z.array(auditEntry),
    next_index: z.number().int().nullable(),
    next_cursor: added(cursor.nullable()),
  }),
  sample: { limit: 50 },
  replySample: { items: [], next_index: null },
});

export const readAuditLog = defineQuery({
  name: 'audit.read_log',
  version: 1,
  owner: 'audit',
  senders: ['gateway'],
  summary:
    'Entries in order, exactly as they were hashed, for verifiers. A page ends early when it grows large.',
  payload: z.object({
    from_index: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(1000).default(500),
  }),
  reply: z.object({ items: z.array(auditRecord) }),
  sample: { from_index: 0, limit: 500 },
  replySample: {
    items: [
      {
        index: 0,
        event_id: sampleId('aa'),
        type: 'registry.agent.retired.v1',
        source: '/ymera/registry',
        subject: 'tester-1',
        aggregate_version: 1,
        time: sampleTime,
        trace_id: null,
        data_digest: sampleDigest,
        data: '{"agent_id":"tester-1","aggregate_version":1}',
        leaf_hash: null,
      },
    ],
  },
});

export const readAuditCheckpoint = defineQuery({
  name: 'audit.read_checkpoint',
  version: 1,
  owner: 'audit',
  senders: ['gateway'],
  summary: 'The newest signed checkpoint, and the public key that verifies it.',
  payload: z.object({}),
  reply: z.object({
    /** C2SP tlog-checkpoint; null before the first one is signed. */
    checkpoint: z.string().nullable(),
    /** C2SP signed-note public key: `<name>+<id>+<key>`. */
    public_key: z.string(),
  }),
  sample: {},
  replySample: {
    checkpoint: null,
    public_key: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  },
});

export const listAuditCheckpoints = defineQuery({
  name: 'audit.list_checkpoints',
  version: 1,
  owner: 'audit',
  senders: ['gateway'],
  summary: 'Signed checkpoints, the smallest first.',
  payload: z.object({
    /** Those that cover at least this many entries. */
    from_size: z.coerce.number().int().min(0).default(0),
    limit: pageSize,
  }),
  reply: z.object({ items: z.array(z.string()), next_size: z.number().int().nullable() }),
  sample: { from_size: 0, limit: 50 },
  replySample: { items: [], next_size: null },
});
