import { Controller, Get, Inject, Param, Put, Req, Res, UseFilters } from '@nestjs/common';
import { failure, FailureException } from '@ymera/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { maxArtefactBytes, type ArtefactStore } from '../../application/artefacts';
import { BasicChallengeFilter } from './basic-challenge.filter';
import { HttpAuthentication } from './http-authentication';

/** Injection token of the `ArtefactStore`. */
export const artefactStore = Symbol('artefact store');

/** Outputs of tasks besides changes: logs, reports, builds. Addressed by their content, so nothing is ever overwritten. */
@Controller('artefacts/sha256')
@UseFilters(BasicChallengeFilter)
export class ArtefactsController {
  constructor(
    @Inject(HttpAuthentication) private readonly authentication: HttpAuthentication,
    @Inject(artefactStore) private readonly store: ArtefactStore,
  ) {}

  @Put(':digest')
  async put(
    @Param('digest') text: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.authentication.admit(request.headers.authorization);
    const digest = parseDigest(text);
    if (Number(request.headers['content-length'] ?? 0) > maxArtefactBytes)
      throw new FailureException(
        failure('validation', 'artefact_too_large', `An artefact has at most ${maxArtefactBytes} bytes.`),
      );
    const content = request.body instanceof Readable ? request.body : Readable.from([]);
    const { isNew, sizeBytes } = await this.store.put(digest, content);
    await reply.status(isNew ? 201 : 200).send({ digest: `sha256:${digest}`, size_bytes: sizeBytes });
  }

  @Get(':digest')
  async get(
    @Param('digest') text: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.authentication.admit(request.headers.authorization);
    const digest = parseDigest(text);
    const found = await this.store.get(digest);
    if (!found) throw new FailureException(failure('not_found', 'artefact_not_found', 'Unknown artefact.'));
    await reply
      .headers({
        'content-type': 'application/octet-stream',
        'content-length': found.sizeBytes,
        'content-disposition': 'attachment',
        'x-content-type-options': 'nosniff',
        'cache-control': 'private, max-age=31536000, immutable',
        etag: `"${digest}"`,
      })
      .send(found.content);
  }
}

function parseDigest(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new FailureException(
    failure('validation', 'digest_invalid', 'The address is not a SHA-256 in 64 hexadecimal digits.'),
  );
}
