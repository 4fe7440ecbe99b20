import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../machine/processes.mjs';
import { createFamily, endFamily } from './sweep.mjs';

/** A supervisor that lost its launcher needs up to this long to end everything by itself. */
const SUPERVISOR_LIMIT_MS = 6_000;

function readRecord(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Ends the processes that a supervisor recorded, and whatever carries its marker. */
export async function endRecorded(path) {
  const record = readRecord(path);
  if (record) {
    const family = createFamily({ marker: record.marker, spare: [process.pid] });
    for (const identity of [record.supervisor, ...record.children])
      if (isAlive(identity)) family.add(identity.pid);
    await endFamily(family, { graceMs: 500 });
  }
  rmSync(path, { force: true });
}

async function cleanOne(path) {
  const record = readRecord(path);
  if (record && isAlive(record.launcher)) return;
  const deadline = Date.now() + SUPERVISOR_LIMIT_MS;
  while (record && isAlive(record.supervisor) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await endRecorded(path);
}

/** Ends what an earlier launcher of this checkout left running because it and its supervisor were both killed. */
export async function cleanLeftovers(folder) {
  if (!existsSync(folder)) return;
  const records = readdirSync(folder).filter((name) => name.endsWith('.json'));
  await Promise.all(records.map((name) => cleanOne(join(folder, name))));
}
