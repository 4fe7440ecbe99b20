import { call, type SharedPlatform } from './platform';

export interface AuditEntry {
  readonly type: string;
  readonly subject: string;
  readonly data: Record<string, any>;
}

/** Every entry of the audit log, in order. */
export async function auditLog(platform: SharedPlatform): Promise<readonly AuditEntry[]> {
  const entries: AuditEntry[] = [];
  for (let from: number | null = 0; from !== null;) {
    const { body } = await call(platform, 'admin', 'GET', `/api/v1/audit?from_index=${from}&limit=200`);
    entries.push(...(body['items'] as AuditEntry[]));
    from = body['next_index'] as number | null;
  }
  return entries;
}
