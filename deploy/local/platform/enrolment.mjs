import { writeFileSync } from 'node:fs';
import { LauncherFailure } from '../failure.mjs';

/** Asks the gateway, as the administrator, for a one-use enrolment token and leaves it in a file for the agent-runner. */
export async function writeEnrolmentToken({ gatewayUrl, adminToken, file }) {
  const response = await fetch(`${gatewayUrl}/api/v1/enrolments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'principal' }),
    signal: AbortSignal.timeout(15_000),
  });
  const answer = await response.text();
  if (!response.ok) {
    throw new LauncherFailure(
      'enrolment_failed',
      `the gateway gave no enrolment token: HTTP ${response.status}`,
      {
        detail: [answer.slice(0, 500)],
      },
    );
  }
  writeFileSync(file, `${JSON.parse(answer).enrolment_token}\n`, { mode: 0o600 });
  return file;
}
