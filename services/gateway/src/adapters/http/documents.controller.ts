import { Controller, Get, Res } from '@nestjs/common';
import { openApiDocument, type OpenApiDocument } from '@ymera/contracts';
import { AllowAccess } from '@ymera/http';
import type { FastifyReply } from 'fastify';
import { docsPage, styleHash } from './docs-page';

const keptSeconds = 300;

/** The API description for programs and for people. Built on the first request. */
@Controller()
export class DocumentsController {
  #document: OpenApiDocument | undefined;
  #page: string | undefined;

  @Get('openapi.json')
  @AllowAccess('public')
  async openApi(@Res() reply: FastifyReply): Promise<void> {
    this.#document ??= openApiDocument();
    await reply.header('cache-control', `max-age=${keptSeconds}`).send(this.#document);
  }

  @Get('docs')
  @AllowAccess('public')
  async docs(@Res() reply: FastifyReply): Promise<void> {
    this.#page ??= docsPage(openApiDocument());
    await reply
      .headers({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': `max-age=${keptSeconds}`,
        'content-security-policy': `default-src 'none'; style-src '${styleHash}'; frame-ancestors 'none'`,
      })
      .send(this.#page);
  }
}
