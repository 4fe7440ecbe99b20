// Known vulnerabilities of what is installed, where the registry can be asked. "Not checked" is said, never "fine".
import { spawnSync } from 'node:child_process';

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  timeout: 120_000,
});
let report;
try {
  report = JSON.parse(stdout);
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
