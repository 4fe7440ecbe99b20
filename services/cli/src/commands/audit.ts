import type { Command } from 'commander';
import { resolve } from 'node:path';
import { GatewayLog } from '../audit/gateway-log';
import { progressLine } from '../audit/progress-line';
import { readGiven } from '../audit/remembered';
import { type AuditVerified, verifyAudit } from '../audit/verify-audit';
import { connect, type ConnectionOptions, withConnection } from './connection';
import { print } from './print';

interface VerifyOptions extends ConnectionOptions {
  readonly key?: string;
  readonly since?: string;
}

/** Commands that verify the platform's audit log. */
export function addAuditCommands(ymera: Command): void {
  const audit = ymera.command('audit').description('the record of every critical operation');

  withConnection(
    audit
      .command('verify')
      .option('--key <file>', 'the public key that is believed (default: what the platform publishes)')
      .option('--since <file>', 'a checkpoint seen earlier (default: that of the last verification here)'),
  )
    .description('rebuild the log’s Merkle tree from its entries and compare it with the signed checkpoint')
    .action(async (options: VerifyOptions) => {
      const progress = progressLine(process.stderr);
      const verified = await verifyAudit(new GatewayLog(connect(options)), {
        key: given(options.key, 'key'),
        since: given(options.since, 'checkpoint'),
        onProgress: progress.show,
      }).finally(progress.clear);
      print(options, asJson(verified), inWords(verified));
      if (!verified.valid) process.exitCode = 1;
    });
}

const given = (path: string | undefined, what: string): string | undefined =>
  path === undefined ? undefined : readGiven(resolve(process.env['INIT_CWD'] ?? process.cwd(), path), what);

const asJson = (verified: AuditVerified): object => ({
  valid: verified.valid,
  size: verified.size,
  root: verified.root,
  reasons: verified.reasons.map(({ code, message }) => `${code}: ${message}`),
  first_wrong_index: verified.reasons.find(({ index }) => index !== undefined)?.index ?? null,
  origin: verified.origin,
  public_key: verified.publicKey,
  seen_before: verified.seenBefore ?? null,
});

export function inWords(verified: AuditVerified): string {
  const { valid, size, root, reasons, origin, seenBefore, file } = verified;
  const before =
    seenBefore === undefined
      ? 'nothing was seen here before; this checkpoint is remembered now'
      : `${seenBefore} entries were seen before${file ? ` (${file})` : ''}`;
  return [
    valid ? `valid: ${size} entries match the signed checkpoint` : `NOT VALID: ${size} entries were read`,
    ...reasons.map(({ code, message }) => `  ${code}: ${message}`),
    `  log   ${origin}`,
    `  root  ${root}`,
    `  ${valid || seenBefore !== undefined ? before : 'nothing was seen here before'}`,
  ].join('\n');
}
