// Known vulnerabilities of installed packages. Without an answer of the registry the result is "not checked".
import { spawnSync } from 'node:child_process';
import { parseJson } from '../local/json.mjs';

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  timeout: 120_000,
});
/**
 * @typedef {object} AuditReport
 * @property {{ vulnerabilities?: { total?: number, high?: number, critical?: number } }} [metadata]
 * @property {{ summary?: string }} [error]
 * @property {string} [message]
 */

/** @type {AuditReport} */
let report;
try {
  report = /** @type {AuditReport} */ (parseJson(stdout));
} catch {
  report = {};
}
const counts = report.metadata?.vulnerabilities;
if (!counts) {
  console.log(
    `dependencies: not checked (the registry does not answer audits: ${report.error?.summary ?? report.message ?? 'no answer'})`,
  );
} else {
  const serious = (counts.high ?? 0) + (counts.critical ?? 0);
  console.log(
    `dependencies: ${counts.total ?? 0} known vulnerabilities, ${serious} of them high or critical`,
  );
  process.exitCode = serious > 0 ? 1 : 0;
}
