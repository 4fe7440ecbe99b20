import { problem } from '@ymera/contracts';
import { err, failure, ok, type Failure, type Result } from '@ymera/kernel';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';

/** A file as an artefact: `digest` is its SHA-256 in 64 hexadecimal digits. */
export interface ArtefactFile {
  readonly path: string;
  readonly digest: string;
  readonly sizeBytes: number;
}

export interface ArtefactPlace {
  /** Of the task. */
  readonly workspaceUrl: string;
  /** `workspaceCredential` of the attempt. */
  readonly credential: { readonly username: string; readonly password: string };
}

/** The platform's limit; it refuses a larger one. */
export const maxArtefactBytes = 67_108_864;
const projectPath = /\/git\/[^/]+\.git\/?$/;

/**
 * The address of an artefact of a task: beside the project's git repository. Undefined for a workspace that is not
 * served over HTTP, which cannot store artefacts.
 */
export function artefactUrl(workspaceUrl: string, digest: string): string | undefined {
  if (!URL.canParse(workspaceUrl)) return undefined;
  const url = new URL(workspaceUrl);
  if (!['http:', 'https:'].includes(url.protocol) || !projectPath.test(url.pathname)) return undefined;
  url.pathname = url.pathname.replace(projectPath, `/artefacts/sha256/${digest}`);
  return url.href;
}

/**
 * Uploads a file to the platform; idempotent. Fails with `artefacts_unavailable` (retryable) when the platform cannot
 * be reached, else with the platform's own code.
 */
export async function putArtefact(
  place: ArtefactPlace,
  file: ArtefactFile,
  signal: AbortSignal,
): Promise<Result<void>> {
  const url = artefactUrl(place.workspaceUrl, file.digest);
  if (url === undefined)
    return err(
      failure('validation', 'artefacts_unsupported', 'This workspace cannot store artefacts.', {
        suggestion: 'Return an inline change that fits into the result.',
      }),
    );
  const { username, password } = place.credential;
  const content = createReadStream(file.path);
  try {
    const answer = await fetch(url, {
      method: 'PUT',
      headers: {
        authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
        'content-type': 'application/octet-stream',
        'content-length': String(file.sizeBytes),
      },
      body: Readable.toWeb(content) as ReadableStream,
      duplex: 'half',
      signal,
    });
    const text = await answer.text();
    return answer.ok ? ok(undefined) : err(refusalOf(answer.status, text));
  } catch (cause) {
    return err(unreachable(cause));
  } finally {
    content.destroy();
  }
}

function refusalOf(status: number, text: string): Failure {
  const told = problem.safeParse(parseJson(text));
  const kind = status >= 500 ? 'unavailable' : 'validation';
  if (!told.success)
    return failure(kind, 'artefacts_unavailable', `The platform answered ${status}.`, {
      retryable: status >= 500,
    });
  const { code, detail, retryable } = told.data;
  return failure(kind, code, detail, { retryable });
}

const unreachable = (cause: unknown): Failure =>
  failure(
    'unavailable',
    'artefacts_unavailable',
    `The artefact could not be sent (${cause instanceof Error ? cause.message : 'unknown'}).`,
    { retryable: true },
  );

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
