import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES } from '../catalog.mjs';
import { ensureFolder } from '../paths.mjs';
import { signingKey } from './signing-key.mjs';

/** People of a local platform. Whoever asks and whoever approves are two persons; neither administers. */
export const OPERATORS = [
  { name: 'requester', roles: ['operator'] },
  { name: 'approver', roles: ['approver'] },
  { name: 'admin', roles: ['admin', 'operator'] },
  { name: 'viewer', roles: ['viewer'] },
];

const secret = () => randomBytes(24).toString('hex');
const perService = () => Object.fromEntries(SERVICES.map((service) => [service, secret()]));

/** Its name is the origin of the audit log: each instance keeps a log of its own. */
const auditSigningKey = (instance) => signingKey(`ymera.local/${instance}/audit`, randomBytes(32));

function generate() {
  const instance = randomBytes(8).toString('hex');
  return {
    instance_id: instance,
    postgres_admin: secret(),
    postgres: perService(),
    rabbitmq_admin: secret(),
    rabbitmq: perService(),
    erlang_cookie: secret(),
    broker_callback_token: secret(),
    credential_pepper: secret(),
    audit_signing_key: auditSigningKey(instance),
    operators: Object.fromEntries(
      OPERATORS.map(({ name }) => [
        name,
        `ymo_${randomBytes(6).toString('hex')}_${randomBytes(32).toString('hex')}`,
      ]),
    ),
  };
}

/** Complete or not at all, and never readable by others, not even for a moment. */
function writePrivate(path, text) {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** The gateway learns only digests: its file gives nobody a way in. */
function bootstrapOperators(tokens) {
  return OPERATORS.map(({ name, roles }) => ({
    name,
    roles,
    token_sha256: createHash('sha256').update(tokens[name]).digest('hex'),
  }));
}

/**
 * The secrets of one instance, made once and kept for its life.
 * @returns {{ values: ReturnType<typeof generate>, tokenFiles: Record<string, string>, operatorsFile: string,
 *   auditSigningKeyFile: string }}
 */
export function loadSecrets(folder) {
  ensureFolder(folder);
  const file = join(folder, 'secrets.json');
  if (!existsSync(file)) writePrivate(file, JSON.stringify(generate(), null, 2));
  const values = JSON.parse(readFileSync(file, 'utf8'));
  if (!values.audit_signing_key) {
    // An instance from before there was one.
    values.audit_signing_key = auditSigningKey(values.instance_id);
    writePrivate(file, JSON.stringify(values, null, 2));
  }

  const operatorsFile = join(folder, 'operators.json');
  writePrivate(operatorsFile, JSON.stringify(bootstrapOperators(values.operators), null, 2));
  const auditSigningKeyFile = join(folder, 'audit-signing.key');
  writePrivate(auditSigningKeyFile, `${values.audit_signing_key}\n`);
  const tokenFiles = {};
  for (const [name, token] of Object.entries(values.operators)) {
    tokenFiles[name] = join(folder, `${name}.token`);
    writePrivate(tokenFiles[name], `${token}\n`);
  }
  return { values, tokenFiles, operatorsFile, auditSigningKeyFile };
}
