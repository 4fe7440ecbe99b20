import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../json.mjs';
import { isAlive } from '../machine/processes.mjs';
import { createFamily, endFamily } from './process-family.mjs';

/**
 * What a supervisor records of its session.
 * @import { ProcessIdentity } from '../machine/processes.mjs'
 * @typedef {object} SessionRecord
 * @property {string} marker
 * @property {ProcessIdentity} [launcher]
 * @property {ProcessIdentity} [supervisor]
 * @property {ProcessIdentity[]} children
 */

/** A supervisor that lost its launcher needs up to this long to end everything by itself. */
const SUPERVISOR_TIMEOUT_MS = 6_000;

/** @param {string} path */
function readRecord(path) {
  try {
    return /** @type {SessionRecord} */ (readJson(path));
  } catch {
    return undefined;
  }
}

/**
 * Ends the processes that a supervisor recorded, and all processes with its marker.
 * @param {string} path
 */
export async function endRecorded(path) {
  const record = readRecord(path);
  if (record) {
    const family = createFamily({ marker: record.marker, spare: [process.pid] });
    for (const identity of [record.supervisor, ...record.children])
      if (identity && isAlive(identity)) family.add(identity.pid);
    await endFamily(family, { graceMs: 500 });
  }
  rmSync(path, { force: true });
}

/** @param {string} path */
async function cleanOne(path) {
  const record = readRecord(path);
  if (record && isAlive(record.launcher)) return;
  const deadline = Date.now() + SUPERVISOR_TIMEOUT_MS;
  while (record && isAlive(record.supervisor) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await endRecorded(path);
}

/**
 * Ends the processes of earlier launchers of this checkout that were killed together with their supervisor.
 * @param {string} folder of the records
 */
export async function cleanLeftovers(folder) {
  if (!existsSync(folder)) return;
  const records = readdirSync(folder).filter((name) => name.endsWith('.json'));
  await Promise.all(records.map((name) => cleanOne(join(folder, name))));
}
