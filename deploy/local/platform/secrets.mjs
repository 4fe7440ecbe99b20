import { createHash, randomBytes } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES } from '../catalog.mjs';
import { readJson } from '../json.mjs';
import { ensureFolder } from '../paths.mjs';
import { signingKey } from './signing-key.mjs';

/** Operators of a local platform. Requester and approver are two persons; neither is an administrator. */
export const OPERATORS = /** @type {const} */ ([
  { name: 'requester', roles: ['operator'] },
  { name: 'approver', roles: ['approver'] },
  { name: 'admin', roles: ['admin', 'operator'] },
  { name: 'viewer', roles: ['viewer'] },
]);

/**
 * @import { ServiceName } from '../catalog.mjs'
 * @typedef {typeof OPERATORS[number]['name']} OperatorName
 * @typedef {Readonly<Record<ServiceName, string>>} ServicePasswords
 *
 * The content of secrets.json.
 * @typedef {object} SecretValues
 * @property {string} instance_id
 * @property {string} postgres_admin
 * @property {ServicePasswords} postgres
 * @property {string} rabbitmq_admin
 * @property {ServicePasswords} rabbitmq
 * @property {string} rabbitmq_connections of the user that closes connections
 * @property {string} erlang_cookie
 * @property {string} broker_callback_token
 * @property {string} credential_pepper
 * @property {string} audit_signing_key
 * @property {Readonly<Record<OperatorName, string>>} operators tokens
 *
 * @typedef {object} Secrets
 * @property {SecretValues} values
 * @property {Record<OperatorName, string>} tokenFiles
 * @property {string} operatorsFile
 * @property {string} auditSigningKeyFile
 */

const secret = () => randomBytes(24).toString('hex');
const perService = () =>
  /** @type {ServicePasswords} */ (Object.fromEntries(SERVICES.map((service) => [service, secret()])));
const operatorToken = () => `ymo_${randomBytes(6).toString('hex')}_${randomBytes(32).toString('hex')}`;

/**
 * Its name is the origin of the audit log: each instance has a log of its own.
 * @param {string} instance
 */
const auditSigningKey = (instance) => signingKey(`ymera.local/${instance}/audit`, randomBytes(32));

/** @returns {SecretValues} */
function generate() {
  const instance = randomBytes(8).toString('hex');
  return {
    instance_id: instance,
    postgres_admin: secret(),
    postgres: perService(),
    rabbitmq_admin: secret(),
    rabbitmq: perService(),
    rabbitmq_connections: secret(),
    erlang_cookie: secret(),
    broker_callback_token: secret(),
    credential_pepper: secret(),
    audit_signing_key: auditSigningKey(instance),
    operators: {
      requester: operatorToken(),
      approver: operatorToken(),
      admin: operatorToken(),
      viewer: operatorToken(),
    },
  };
}

/**
 * Writes completely or not at all, and at no moment readable by others.
 * @param {string} path
 * @param {string} text
 */
function writePrivate(path, text) {
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/**
 * The gateway's file contains digests of the tokens only: reading it gives no access.
 * @param {SecretValues['operators']} tokens
 */
function bootstrapOperators(tokens) {
  return OPERATORS.map(({ name, roles }) => ({
    name,
    roles,
    token_sha256: createHash('sha256').update(tokens[name]).digest('hex'),
  }));
}

/**
 * The secrets of one instance, generated once and kept for its life.
 * @param {string} folder
 * @returns {Secrets}
 */
export function loadSecrets(folder) {
  ensureFolder(folder);
  const file = join(folder, 'secrets.json');
  if (!existsSync(file)) writePrivate(file, JSON.stringify(generate(), null, 2));
  const values = /** @type {SecretValues} */ (readJson(file));
  if (!values.audit_signing_key || !values.rabbitmq_connections) {
    // An instance of a version without them.
    values.audit_signing_key ||= auditSigningKey(values.instance_id);
    values.rabbitmq_connections ||= secret();
    writePrivate(file, JSON.stringify(values, null, 2));
  }

  const operatorsFile = join(folder, 'operators.json');
  writePrivate(operatorsFile, JSON.stringify(bootstrapOperators(values.operators), null, 2));
  const auditSigningKeyFile = join(folder, 'audit-signing.key');
  writePrivate(auditSigningKeyFile, `${values.audit_signing_key}\n`);
  const tokenFiles = /** @type {Record<OperatorName, string>} */ ({});
  for (const { name } of OPERATORS) {
    tokenFiles[name] = join(folder, `${name}.token`);
    writePrivate(tokenFiles[name], `${values.operators[name]}\n`);
  }
  return { values, tokenFiles, operatorsFile, auditSigningKeyFile };
}
