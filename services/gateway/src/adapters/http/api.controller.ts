import { Controller, Inject, Req, Res, type Type } from '@nestjs/common';
import { Route } from '@ymera/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RouteHandler } from './route-handler';
import type { Binding } from './bindings';

/** A controller with one handler for each binding, named after the route's operation. */
export function apiController(bindings: readonly Binding[]): Type {
  @Controller()
  class ApiController {
    constructor(@Inject(RouteHandler) readonly answers: RouteHandler) {}
  }

  const { prototype } = ApiController;
  for (const binding of bindings) {
    const name = binding.route.operation;
    const descriptor = {
      value(this: ApiController, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
        return this.answers.execute(binding, request, reply);
      },
      configurable: true,
      writable: true,
    };
    Object.defineProperty(prototype, name, descriptor);
    Route(binding.route)(prototype, name, descriptor);
    Req()(prototype, name, 0);
    Res({ passthrough: true })(prototype, name, 1);
  }
  return ApiController;
}
