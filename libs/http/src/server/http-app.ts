import type { IncomingMessage } from 'node:http';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { uuidv7, type Logger } from '@ymera/kernel';
import type { FastifyInstance } from 'fastify';
import { ProblemFilter } from '../problem/problem-filter';
import { ResponseContract } from '../route/response-contract';
import { acceptForms, acceptJson } from './body-parsers';
import { nestLogger } from './nest-logger';
import { closeConnectionsWhileStopping } from './closing';
import { DeclaredMethods } from './declared-methods';
import { addSecurityHeaders } from './security-headers';
import { answerClientError, answerFrameworkError } from './server-errors';
import { traceRequests } from './trace-hooks';

export interface HttpAppOptions {
  readonly logger: Logger;
  /** Bytes; default 1 MiB. */
  readonly bodyLimit?: number;
  /** Also accept `application/x-www-form-urlencoded`; default false. */
  readonly acceptForms?: boolean;
  /** Check answers against their route's contract: for tests and development; default false. */
  readonly validateResponses?: boolean;
  /** Routes and parsers that Nest cannot express (raw streams); runs before any route is added. */
  readonly configureServer?: (fastify: FastifyInstance) => void | Promise<void>;
}

const limits = {
  bodyBytes: 1_048_576,
  headerBytes: 16_384,
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 65_000,
} as const;

const requestId = /^[A-Za-z0-9._:-]{1,128}$/;

/** A Nest application on Fastify with the limits, the trace, and the error shape that every service shares. */
export async function createHttpApp(
  module: Type | DynamicModule,
  options: HttpAppOptions,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: options.bodyLimit ?? limits.bodyBytes,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    routerOptions: { maxParamLength: 300, ignoreTrailingSlash: false },
    exposeHeadRoutes: false,
    // A request that still arrives on an open connection is answered, and the connection then closed.
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    frameworkErrors: answerFrameworkError,
    http: { maxHeaderSize: limits.headerBytes, headersTimeout: limits.headersMs },
    genReqId: ({ headers }: IncomingMessage) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && requestId.test(given) ? given : uuidv7();
    },
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  const methods = new DeclaredMethods(fastify);
  traceRequests(fastify);
  addSecurityHeaders(fastify);
  closeConnectionsWhileStopping(fastify);
  acceptJson(fastify);
  if (options.acceptForms) acceptForms(fastify);
  await options.configureServer?.(fastify);

  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    logger: nestLogger(options.logger),
    abortOnError: false,
    forceCloseConnections: true,
  });
  app.useGlobalFilters(new ProblemFilter(options.logger, methods));
  if (options.validateResponses) app.useGlobalInterceptors(new ResponseContract());
  return app;
}
