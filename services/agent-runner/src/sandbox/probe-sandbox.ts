import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { err, failure, ok, type Result } from '@ymera/kernel';
import { BubblewrapSandbox, type BubblewrapSandboxOptions } from './bubblewrap-sandbox';
import type { Sandbox } from './sandbox';

const probeTimeoutMs = 10_000;

/** The best sandbox that works here: with throw-away layers, otherwise with a read-only host. */
export async function openSandbox(options: BubblewrapSandboxOptions): Promise<Result<Sandbox>> {
  const layered = new BubblewrapSandbox(options);
  const probed = await probeSandbox(layered, options.scratchFolder);
  if (probed.ok) return ok(layered);
  if (!probed.error.message.includes('no layer over')) return probed;
  const readOnly = new BubblewrapSandbox({ ...options, layers: false });
  const probedReadOnly = await probeSandbox(readOnly, options.scratchFolder);
  return probedReadOnly.ok ? ok(readOnly) : probedReadOnly;
}

/**
 * Tests once, at start, the preconditions of every run: commands start in both profiles, and a write outside is detected and
 * has no effect. On failure the error has a reason and a suggestion; a run never continues silently without confinement.
 */
export async function probeSandbox(sandbox: Sandbox, folder: string): Promise<Result<void>> {
  mkdirSync(folder, { recursive: true });
  const parent = mkdtempSync(join(folder, 'probe-'));
  const workspace = join(parent, 'workspace');
  try {
    mkdirSync(workspace);
    if (sandbox.owner) chownSync(workspace, sandbox.owner.uid, sandbox.owner.gid);
    for (const profile of ['project', 'command'] as const) {
      const outcome = await sandbox.run({
        profile,
        workspace,
        command: profile === 'project' ? 'touch inside' : 'touch inside ../outside',
        timeoutMs: probeTimeoutMs,
      });
      const isAsExpected =
        profile === 'project' ? outcome.exitCode === 0 : outcome.outsideWrites.length === 1;
      if (outcome.end !== 'exited' || !isAsExpected) {
        return err(refusal(profile, outcome.reason ?? (outcome.stderr.trim() || outcome.end)));
      }
    }
    return ok(undefined);
  } catch (thrown) {
    return err(refusal('project', thrown instanceof Error ? thrown.message : String(thrown)));
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}

function refusal(profile: string, reason: string) {
  return failure(
    'unavailable',
    'sandbox_unavailable',
    `The sandbox cannot work here (${profile}): ${reason}`,
    {
      retryable: false,
      suggestion: `${advice(reason)} Or run without confinement: --no-sandbox.`,
    },
  );
}

function advice(reason: string): string {
  if (/ENOENT|bwrap|setpriv|prlimit|unshare.*not found/.test(reason)) {
    return 'Install bubblewrap and util-linux (apt-get install bubblewrap util-linux).';
  }
  if (/root filesystem propagation/.test(reason)) {
    return 'The root folder is no mount point, as in a plain chroot: mount --bind DIR DIR, then chroot DIR.';
  }
  return (
    'Run as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, ' +
    'kernel.apparmor_restrict_unprivileged_userns=0); in a container, add the capability SYS_ADMIN.'
  );
}
