import { PassThrough } from 'node:stream';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { createLogger } from './logger';
import { counter, gauge, renderMetrics } from './metrics';
import { redactText } from './redact';
import { startTelemetry, type Telemetry } from './telemetry';
import { currentTraceId, extractTrace, injectTrace, linkOf, withSpan } from './tracing';

const parentTrace = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${parentTrace}-00f067aa0ba902b7-01`;

function capture(): { stream: PassThrough; lines: () => Record<string, unknown>[] } {
  const stream = new PassThrough();
  const chunks: string[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  return {
    stream,
    lines: () =>
      chunks
        .join('')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe('tracing without a receiver', () => {
  let telemetry: Telemetry;
  beforeAll(async () => {
    telemetry = await startTelemetry({ service: 'test', version: '1' });
  });
  afterAll(() => telemetry.shutdown());

  it('gives spans valid ids that travel in headers, across awaits', async () => {
    await withSpan('outer', {}, async () => {
      const outer = currentTraceId();
      expect(outer).toMatch(/^[0-9a-f]{32}$/);
      await new Promise((resolve) => setTimeout(resolve, 1));
      await withSpan('inner', {}, () => {
        expect(currentTraceId()).toBe(outer);
        expect(injectTrace({ a: 1 })).toMatchObject({
          a: 1,
          traceparent: expect.stringContaining(`-${outer}-`),
        });
      });
    });
    expect(currentTraceId()).toBeUndefined();
  });

  it('continues the trace of its caller, with its decision', async () => {
    await withSpan('handler', { parent: extractTrace({ traceparent }) }, () => {
      expect(injectTrace({})['traceparent']).toMatch(new RegExp(`^00-${parentTrace}-[0-9a-f]{16}-01$`));
    });
  });

  it('begins a new trace where the header is malformed', async () => {
    await withSpan('handler', { parent: extractTrace({ traceparent: `00-${'0'.repeat(32)}-zz-01` }) }, () => {
      expect(currentTraceId()).toMatch(/^[0-9a-f]{32}$/);
      expect(currentTraceId()).not.toBe('0'.repeat(32));
    });
    expect(linkOf({ traceparent: 7 })).toBeUndefined();
  });
});

describe('tracing with a receiver', () => {
  const exporter = new InMemorySpanExporter();
  let telemetry: Telemetry;
  beforeAll(async () => {
    telemetry = await startTelemetry({
      service: 'test',
      version: '1',
      spanProcessors: [new SimpleSpanProcessor({ exporter })],
    });
  });
  afterAll(() => telemetry.shutdown());

  it('records spans with their parent, at most 128 links, and a failure', async () => {
    const link = linkOf({ traceparent });
    const links = Array.from({ length: 200 }, () => link).filter((item) => item !== undefined);
    await expect(
      withSpan('batch', { kind: 'consumer', parent: extractTrace({ traceparent }), links }, () => {
        throw new Error('broken');
      }),
    ).rejects.toThrow('broken');
    const [span] = exporter.getFinishedSpans();
    expect(span?.spanContext().traceId).toBe(parentTrace);
    expect(span?.links).toHaveLength(128);
    expect(span?.status.code).toBe(2);
    expect(span?.resource.attributes['service.name']).toBe('test');
  });
});

describe('sampling', () => {
  it('records few of the traces that begin with a bulk span, all others, and follows a caller', async () => {
    const exporter = new InMemorySpanExporter();
    const spanProcessors = [new SimpleSpanProcessor({ exporter })];
    const telemetry = await startTelemetry({ service: 'test', version: '1', spanProcessors });
    for (let count = 0; count < 300; count += 1) {
      await withSpan('probe', { isBulk: true }, () => withSpan('inside', {}, () => undefined));
      await withSpan('request', {}, () => undefined);
    }
    const caller = extractTrace({ traceparent });
    await withSpan('probe of a trace', { isBulk: true, parent: caller }, () => undefined);
    const names = exporter.getFinishedSpans().map(({ name }) => name);
    await telemetry.shutdown();
    expect(names.filter((name) => name === 'request')).toHaveLength(300);
    expect(names.filter((name) => name === 'probe' || name === 'inside').length).toBeLessThan(20);
    expect(names).toContain('probe of a trace');
  });
});

describe('createLogger', () => {
  const planted = [
    'ymk_k1_Zk3wQ9aTs7',
    'ymo_1a2b_Zk3wQ9aTs7xYz',
    'yme_77_one-use-token',
    'hunter2',
    'c2VjcmV0OmJhc2lj',
    'eyJhbGciOi.JIUzI1NiJ9',
  ] as const;
  const [principal, operator, enrolment, password, basic, bearer] = planted;

  // Mission: F5
  it('never writes a secret, at any depth', () => {
    const { stream, lines } = capture();
    const logger = createLogger({ service: 'test', level: 'debug', stream });
    const looped = new Error(`connect amqp://svc-audit:${password}@broker:5672 with ${principal}`, {
      cause: new Error(`postgresql://audit:p@${password}@db/ymera`),
    });
    logger.info(`using ${principal} then ${operator} and ${enrolment}`);
    logger.warn('request', {
      headers: { authorization: `Bearer ${operator}`, Cookie: bearer, 'x-api-key': password },
      line: `Authorization: Basic ${basic}; Bearer ${bearer}`,
      nested: [
        { credential: principal, enrolment_token: enrolment, clientSecret: password, PASSWORD: password },
      ],
      query: `a=1&password=${password}&token=${bearer}`,
    });
    logger.error('failed', { error: looped });
    const written = JSON.stringify(lines());
    for (const secret of planted) expect(written).not.toContain(secret);
    expect(written).toContain('svc-audit:[redacted]@broker:5672');
    expect(lines()).toHaveLength(3);
  });

  it('handles foreign text in time linear to its length', () => {
    const started = performance.now();
    redactText('a'.repeat(1024 * 1024));
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('writes the current trace and the service, and nothing below its level', async () => {
    const telemetry = await startTelemetry({ service: 'test', version: '1' });
    const { stream, lines } = capture();
    const logger = createLogger({ service: 'audit', version: '3', level: 'info', stream });
    await withSpan('work', { parent: extractTrace({ traceparent }) }, () =>
      logger.info('done', { count: 3 }),
    );
    logger.debug('hidden');
    logger.setLevel('debug');
    logger.debug('shown');
    await telemetry.shutdown();
    expect(lines()).toEqual([
      expect.objectContaining({
        level: 'info',
        message: 'done',
        count: 3,
        service: 'audit',
        version: '3',
        trace_id: parentTrace,
        span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
        time: expect.any(String),
      }),
      expect.objectContaining({ message: 'shown' }),
    ]);
  });

  it('writes values that JSON cannot represent', () => {
    const { stream, lines } = capture();
    const cyclic: Record<string, unknown> = { big: 2n ** 64n };
    cyclic['self'] = cyclic;
    createLogger({ service: 'test', level: 'info', stream }).info('odd', cyclic);
    expect(lines()[0]).toMatchObject({ message: 'odd', big: '18446744073709551616' });
  });
});

// Mission: H2
describe('metrics', () => {
  it('renders each declared metric once, also when it is declared twice', async () => {
    for (const amount of [1, 2])
      counter({ name: 'ymera_test_total', help: 'Test.', labels: ['outcome'] }).inc(
        { outcome: 'ok' },
        amount,
      );
    gauge({ name: 'ymera_test_size', help: 'Test.', collect: (self) => self.set(5) });
    const { body, contentType } = await renderMetrics();
    expect(contentType).toContain('text/plain');
    expect(body).toMatch(/ymera_test_total\{outcome="ok".*\} 3/);
    expect(body).toMatch(/ymera_test_size.* 5/);
  });
});
