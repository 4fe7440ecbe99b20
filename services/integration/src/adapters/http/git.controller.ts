import { All, Controller, Get, Inject, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import { projectId as projectIdSchema } from '@ymera/contracts';
import { failure, FailureException } from '@ymera/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { RepositoryAccess } from '../../application/repository-access';
import { UploadPack } from '../git/upload-pack';
import { BasicChallengeFilter } from './basic-challenge.filter';
import { HttpAuthentication } from './http-authentication';

/** Pushing, git's dumb protocol, and every other operation that is not reading. */
const readOnly = failure('forbidden', 'read_only', 'This repository is read-only.', {
  suggestion: 'Return the change with the result of the task.',
});

/** The read-only smart HTTP protocol of git, as in gitprotocol-http(5). */
@Controller('git/:repository')
@UseFilters(BasicChallengeFilter)
export class GitController {
  constructor(
    @Inject(HttpAuthentication) private readonly authentication: HttpAuthentication,
    @Inject(RepositoryAccess) private readonly repositories: RepositoryAccess,
    @Inject(UploadPack) private readonly uploadPack: UploadPack,
  ) {}

  @Get('info/refs')
  async refs(
    @Param('repository') repository: string,
    @Req() request: FastifyRequest<{ Querystring: { service?: unknown } }>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const path = await this.enter(repository, request);
    if (request.query.service !== 'git-upload-pack') throw new FailureException(readOnly);
    const advertised = await this.uploadPack.advertise(path, protocolOf(request));
    await answer(reply, 'application/x-git-upload-pack-advertisement', advertised);
  }

  @Post('git-upload-pack')
  async fetch(
    @Param('repository') repository: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const path = await this.enter(repository, request);
    const { body } = request;
    if (!(body instanceof Readable))
      throw new FailureException(failure('validation', 'body_missing', 'The request body is missing.'));
    const pack = this.uploadPack.serve(path, protocolOf(request), body, {
      isGzipped: request.headers['content-encoding'] === 'gzip',
    });
    reply.raw.once('close', () => pack.destroy());
    await answer(reply, 'application/x-git-upload-pack-result', pack);
  }

  @All('*')
  async anythingElse(
    @Param('repository') repository: string,
    @Req() request: FastifyRequest,
  ): Promise<never> {
    await this.enter(repository, request);
    throw new FailureException(readOnly);
  }

  /** A caller without a credential learns nothing, not even which projects exist. */
  private async enter(repository: string, { headers }: FastifyRequest): Promise<string> {
    await this.authentication.admit(headers.authorization);
    const projectId = projectIdSchema.safeParse(repository.replace(/\.git$/, ''));
    const path =
      projectId.success && repository.endsWith('.git')
        ? await this.repositories.pathOf(projectId.data)
        : undefined;
    if (path === undefined)
      throw new FailureException(failure('not_found', 'project_not_found', 'Unknown repository.'));
    return path;
  }
}

/** `Git-Protocol: version=2`; a malformed header counts as absent, as in git itself. */
function protocolOf({ headers }: FastifyRequest): string | undefined {
  const given = headers['git-protocol'];
  return typeof given === 'string' && /^version=\d(:[a-z0-9=.-]{1,50})*$/.test(given) ? given : undefined;
}

async function answer(reply: FastifyReply, contentType: string, body: Buffer | Readable): Promise<void> {
  await reply
    .status(200)
    .headers({ 'content-type': contentType, 'cache-control': 'no-cache, max-age=0, must-revalidate' })
    .send(body);
}
