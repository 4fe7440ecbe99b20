import { readFile } from 'node:fs/promises';
import { roles } from '@ymera/contracts';
import { failure, FailureException } from '@ymera/kernel';
import { z } from 'zod';
import type { OperatorStore } from './ports';

const operatorsFile = z
  .array(
    z.object({
      name: z.string().min(1).max(100),
      roles: z.array(z.enum(roles)).min(1),
      /** SHA-256 of the whole token, hex. */
      token_sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  )
  .max(1000);

/**
 * The first operators of an installation. The file holds digests only and is authoritative for the tokens that came from
 * it: reading it again is idempotent, and a token that was removed from it is revoked after a restart.
 */
export async function bootstrapOperators(file: string, operators: OperatorStore): Promise<number> {
  const parsed = operatorsFile.safeParse(await readJson(file));
  if (!parsed.success)
    throw invalid(`${file} is no valid list of operators: ${z.prettifyError(parsed.error)}`);
  await operators.replaceBootstrapped(
    parsed.data.map(({ name, roles: granted, token_sha256: tokenSha256 }) => ({
      name,
      roles: granted,
      tokenSha256,
    })),
  );
  return parsed.data.length;
}

const invalid = (message: string): FailureException =>
  new FailureException(failure('validation', 'operators_file_invalid', message));

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw invalid(
      `${file} cannot be parsed as JSON (${cause instanceof Error ? cause.message : String(cause)})`,
    );
  }
}
