import { failure, type Failure } from '@ymera/kernel';
import type { Finding } from '@ymera/contracts';

export interface FailedInstallation {
  readonly name: string;
  readonly manifest: string;
  readonly output: string;
  /** Hosts that the proxy refused, as `host:port`. */
  readonly refusedHosts: readonly string[];
}

/** The lockfile does not match the manifest. */
const outOfSync =
  /are in sync|Missing: .* from lock file|Invalid: lock file's|ERR_PNPM_OUTDATED_LOCKFILE|frozen-lockfile|lockfile would have been (modified|created)|YN0028|lockfile had changes, but lockfile is frozen|lock file .* needs to be updated|--locked was passed|lockfile at .* needs to be updated|uv\.lock.* is out of date|poetry\.lock.*(out of date|significantly)|ERR_PNPM_LOCKFILE_(CONFIG|IMPORTER)|missing go\.sum entry|updates to go\.(mod|sum) needed|checksum mismatch|EINTEGRITY|integrity checksum failed|do not match the hashes/i;
/** A missing package or version in the registry, or versions that exclude each other. */
const unresolvable =
  /\bE404\b|ETARGET|notarget|No matching version|No matching distribution|No solution found|was not found in the (package )?registry|ERR_PNPM_(FETCH_404|NO_MATCHING_VERSION)|Couldn't find (any versions|package)|ERESOLVE|failed to select a version|no matching package|unknown revision|Could not find artifact|ResolutionImpossible|EBADENGINE|EJSONPARSE|invalid (package\.json|manifest)|failed to parse/i;
const unreachable =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET|network (request|timeout)|Could not resolve host|Connection (refused|timed out)|tunnel(ing)? (socket|error)|Proxy CONNECT|Failed to fetch|Could not transfer artifact|error sending request/i;

/** Lines of a package manager with the reason, rather than its progress or its usage. */
const telling =
  /Missing: |Invalid: |Unsupported|in sync|ERR_PNPM|specifiers in the lockfile|lock ?file|No matching|notarget|not found|404|ERESOLVE|Conflict|because |requires |error:|go\.sum|unknown revision|Could not|EINTEGRITY|YN00(28|01|35|80)|\bfatal\b/i;
const noise =
  /^\s*(at |npm (error|ERR!)\s*(Usage:|Options:|Run "npm help|A complete log|aliases:|\[|Clean install|npm ci$|code |errno|$))|^\s*$|^(info|debug|Progress|Downloading|Downloaded|Updating|Resolved|Prepared)\b/i;
const maxReasonLines = 8;
const maxReasonLength = 1500;

/** The manager's reason: the cause, not the last lines. */
function installReason(output: string): string {
  const lines = output
    .replaceAll(/\u001b\[[0-9;]*m/g, '')
    .split('\n')
    .filter((line) => !noise.test(line))
    .map((line) => line.replace(/^npm (error|ERR!)\s*/, '').trim());
  const causes = lines.filter((line) => telling.test(line));
  const chosen = causes.length > 0 ? causes.slice(0, maxReasonLines) : lines.slice(-maxReasonLines);
  return [...new Set(chosen)].join(' ').slice(0, maxReasonLength) || 'it gave no reason';
}

/** A failed installation as a failure: `validation` where the commit's own manifests are at fault. */
export function installFailure(failed: FailedInstallation): Failure {
  const { name, manifest, output, refusedHosts } = failed;
  const reason = installReason(output);
  if (outOfSync.test(output))
    return ofManifests(
      'dependencies_out_of_sync',
      manifest,
      `${manifest} does not fit the project’s manifests (${name}): ${reason}`,
      'Update the lockfile together with the manifest, or revert the change of the manifest.',
    );
  if (refusedHosts.length > 0)
    return ofManifests(
      'dependency_source_refused',
      manifest,
      `${name} wanted to fetch from ${refusedHosts.join(', ')}, which is not an allowed registry.`,
      'Fetch from the registries that the project’s base names, or add the host to YMERA_RUNNER_REGISTRIES.',
    );
  if (unreachable.test(output) && !unresolvable.test(output)) return unavailable(`${name}: ${reason}`);
  if (unresolvable.test(output))
    return ofManifests(
      'dependencies_unresolvable',
      manifest,
      `The packages that the manifests ask for cannot be installed (${name}): ${reason}`,
      'Ask for packages and versions that exist and fit each other.',
    );
  return unavailable(`${name}: ${reason}`);
}

export const unavailable = (why: string): Failure =>
  failure(
    'unavailable',
    'dependencies_unavailable',
    `The project’s packages could not be installed: ${why}`.slice(0, 2000),
    {
      suggestion:
        'Check that the registry can be reached from the machine of the agent-runner, and what the message says.',
    },
  );

/** In findings every such fault has the code that agents know; the failure's own code is more specific. */
function ofManifests(code: string, file: string, message: string, suggestion: string): Failure {
  const finding: Finding = {
    code: code === 'dependency_source_refused' ? code : 'dependencies_unavailable',
    severity: 'high',
    message: message.slice(0, 2000),
    file,
    suggestion,
  };
  return manifestsFailure(code, [finding]);
}

/** The commit's own manifests are at fault: the findings tell its author what to fix. */
export const manifestsFailure = (code: string, findings: readonly Finding[]): Failure =>
  failure('validation', code, (findings[0]?.message ?? code).slice(0, 2000), {
    ...(findings[0]?.suggestion === undefined ? {} : { suggestion: findings[0].suggestion }),
    details: { findings },
  });

/** The findings of a failure of the manifests; none of any other failure. */
export function manifestFindings({ kind, details }: Failure): readonly Finding[] {
  const findings = kind === 'validation' ? details?.['findings'] : undefined;
  return Array.isArray(findings) ? (findings as Finding[]) : [];
}
