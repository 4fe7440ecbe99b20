import { writeFileSync } from 'node:fs';
import { LauncherFailure } from '../failure.mjs';
import { parseJson } from '../json.mjs';

/**
 * Requests a one-use enrolment token from the gateway as the administrator and writes it to a file for the agent-runner.
 * @param {{ gatewayUrl: string, adminToken: string, file: string }} options
 */
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
      `the gateway issued no enrolment token: HTTP ${response.status}`,
      {
        detail: [answer.slice(0, 500)],
      },
    );
  }
  const { enrolment_token: token } = /** @type {{ enrolment_token: string }} */ (parseJson(answer));
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  return file;
}
