import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { PrincipalCredential } from '@ymera/agent-sdk';
import { principalCredential } from '@ymera/contracts';
import { failure, FailureException } from '@ymera/kernel';

/** The stored credential: readable by the runner's user only, replaced atomically. */
export class CredentialFile {
  constructor(private readonly path: string) {}

  async read(): Promise<PrincipalCredential | undefined> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch {
      return undefined;
    }
    const parsed = principalCredential.safeParse(parsedJson(text));
    if (!parsed.success)
      throw new FailureException(
        failure('illegal_state', 'credential_invalid', `${this.path} does not hold a credential.`, {
          suggestion: 'Remove it and enrol again.',
        }),
      );
    return parsed.data;
  }

  async write(credential: PrincipalCredential): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const next = `${this.path}.next`;
    await writeFile(next, `${JSON.stringify(credential)}\n`, { mode: 0o600 });
    await rename(next, this.path);
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
