import { Controller, Get, Inject, Module, Res, type DynamicModule } from '@nestjs/common';
import { AllowAccess } from '@ymera/http';
import { renderMetrics } from '@ymera/observability';
import type { FastifyReply } from 'fastify';
import { HealthChecks, type HealthCheck } from '../process/health-checks';

@Controller()
class HealthController {
  constructor(@Inject(HealthChecks) private readonly checks: HealthChecks) {}

  /** The process runs; restart it when this fails. */
  @Get('health/live')
  @AllowAccess('public')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Send it work only while this is 200. */
  @Get('health/ready')
  @AllowAccess('public')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const { status } = await this.checks.report();
    await this.#send(reply, status, { status });
  }

  @Get('health')
  @AllowAccess('public')
  async health(@Res() reply: FastifyReply): Promise<void> {
    const report = await this.checks.report();
    await this.#send(reply, report.status, report);
  }

  @Get('metrics')
  @AllowAccess('public')
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    const { contentType, body } = await renderMetrics();
    await reply.header('content-type', contentType).send(body);
  }

  async #send(reply: FastifyReply, status: 'ok' | 'unavailable', body: object): Promise<void> {
    await reply
      .status(status === 'ok' ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(body);
  }
}

/** `/health/live`, `/health/ready`, `/health` (per component) and `/metrics`. */
@Module({})
export class HealthModule {
  static register({
    checks,
  }: {
    readonly checks: HealthChecks | Readonly<Record<string, HealthCheck>>;
  }): DynamicModule {
    return {
      module: HealthModule,
      controllers: [HealthController],
      providers: [
        { provide: HealthChecks, useValue: checks instanceof HealthChecks ? checks : collected(checks) },
      ],
      exports: [HealthChecks],
    };
  }
}

function collected(checks: Readonly<Record<string, HealthCheck>>): HealthChecks {
  const health = new HealthChecks();
  for (const [name, check] of Object.entries(checks)) health.add(name, check);
  health.started();
  return health;
}
