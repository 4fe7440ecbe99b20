import { sleep } from '@ymera/kernel';
import { noteVerifier, parseCheckpoint, verifyLog, type Verification } from '@ymera/transparency';
import { CliError } from '../cli-error';
import type { GatewayLog } from './gateway-log';
import { recall, remember, rememberedFile } from './remembered';

export interface AuditVerifyOptions {
  /** The trusted key; default: the one that the platform publishes. */
  readonly key?: string | undefined;
  /** An earlier checkpoint; default: the one of the last verification. */
  readonly since?: string | undefined;
  /** Folder of stored checkpoints. */
  readonly folder?: string | undefined;
  readonly onProgress?: (done: number, of: number) => void;
}

export interface AuditVerified extends Verification {
  readonly origin: string;
  readonly publicKey: string;
  /** Entries covered by the earlier checkpoint; undefined when there is none. */
  readonly seenBefore: number | undefined;
  /** Where the earlier checkpoint is kept, if it was not given. */
  readonly file: string | undefined;
}

/** A checkpoint is signed every second; a delay of ten seconds is an error. */
const waitMs = 250;
const waits = 40;

/** Verifies the platform's audit log and stores its checkpoint, so that a later change of the past is detected. */
export async function verifyAudit(log: GatewayLog, options: AuditVerifyOptions): Promise<AuditVerified> {
  const publicKey = (options.key ?? (await log.publishedKey())).trim();
  const verifier = readKey(publicKey);
  const file = options.since === undefined ? rememberedFile(verifier.name, options.folder) : undefined;
  const remembered = options.since ?? (file === undefined ? undefined : recall(file));
  const verification = await verifyLog(log, {
    verifier,
    remembered,
    waitForCheckpoint: async (attempt) => {
      await sleep(waitMs);
      return attempt < waits;
    },
    ...(options.onProgress ? { onProgress: options.onProgress } : {}),
  });
  if (verification.valid && verification.checkpoint && file) remember(file, verification.checkpoint);
  return {
    ...verification,
    origin: verifier.name,
    publicKey,
    seenBefore: remembered === undefined ? undefined : parseCheckpoint(remembered)?.size,
    file: remembered === undefined ? undefined : file,
  };
}

function readKey(text: string): ReturnType<typeof noteVerifier> {
  try {
    return noteVerifier(text);
  } catch (error) {
    throw new CliError('key_invalid', `The key cannot be used: it is ${(error as Error).message}.`, 2);
  }
}
