import { killGroup } from '@ymera/git';
import { failure, FailureException, type Logger } from '@ymera/kernel';
import { spawn } from 'node:child_process';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BoundedStream } from '../bounded-stream';
import type { Git } from './git';

export interface UploadPackLimits {
  /** Maximum concurrent fetches; a further one is refused and may be retried. */
  readonly concurrent: number;
  readonly timeoutMs: number;
  /** Maximum size of one request, unpacked. */
  readonly requestBytes: number;
}

const maxComplaint = 4096;

/** Serves fetches from a bare repository by git's own upload-pack, one process for each request. */
export class UploadPack {
  private running = 0;

  constructor(
    private readonly git: Git,
    private readonly limits: UploadPackLimits,
    private readonly logger: Logger,
  ) {}

  /** The first answer to a client. Version 2 of the protocol says less, and without the line that names the service. */
  async advertise(repository: string, protocol: string | undefined): Promise<Buffer> {
    const { stdout } = await this.git.run(
      ['upload-pack', '--strict', '--stateless-rpc', '--http-backend-info-refs', repository],
      { env: environment(protocol) },
    );
    if (protocol?.startsWith('version=2') === true) return stdout;
    return Buffer.concat([Buffer.from('001e# service=git-upload-pack\n0000'), stdout]);
  }

  /** The answer to one request. Destroying it, or aborting the request, ends the whole process group. */
  serve(
    repository: string,
    protocol: string | undefined,
    request: Readable,
    { isGzipped }: { readonly isGzipped: boolean },
  ): Readable {
    if (this.running >= this.limits.concurrent)
      throw new FailureException(
        failure('unavailable', 'too_many_fetches', 'Too many concurrent fetches.', {
          details: { retry_after_s: 1 },
        }),
      );
    const { command, args, env, cwd } = this.git.spawnParameters(
      ['upload-pack', '--strict', '--stateless-rpc', repository],
      environment(protocol),
    );
    const child = spawn(command, [...args], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.running += 1;
    const answer = new PassThrough();
    const stop = (): void => killGroup(child.pid);
    const timer = setTimeout(stop, this.limits.timeoutMs);
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => {
      if (complaint.length < maxComplaint) complaint += chunk.toString('utf8');
    });

    const bound = new BoundedStream(this.limits.requestBytes, 'request_too_large');
    const received = (error: NodeJS.ErrnoException | null): void => {
      // git may answer without reading the whole request; the closed pipe is no error.
      if (error && error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE')
        answer.destroy(error);
    };
    if (isGzipped) pipeline(request, createGunzip(), bound, child.stdin, received);
    else pipeline(request, bound, child.stdin, received);

    child.stdout.pipe(answer);
    answer.on('close', stop);
    child.on('error', (error) => answer.destroy(error));
    child.on('close', (code) => {
      clearTimeout(timer);
      this.running -= 1;
      // A failure also ends the answer here: git reports it to its client inside the answer.
      if (code !== 0) this.logger.debug('upload-pack failed', { code, complaint });
    });
    return answer;
  }
}

const environment = (protocol: string | undefined): Readonly<Record<string, string>> =>
  protocol === undefined ? {} : { GIT_PROTOCOL: protocol };
