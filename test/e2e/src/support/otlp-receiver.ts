import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly service: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly isFailed: boolean;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: ReadonlyMap<string, unknown>;
}

interface WireAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** OTLP/HTTP in its JSON form: ids are hex digits, times are nanoseconds in strings. */
interface WireExport {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly WireAttribute[] };
    readonly scopeSpans?: readonly {
      readonly spans?: readonly {
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly name: string;
        readonly startTimeUnixNano: string;
        readonly endTimeUnixNano: string;
        readonly status?: { readonly code?: number };
        readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
        readonly attributes?: readonly WireAttribute[];
      }[];
    }[];
  }[];
}

const failedStatus = 2;
const maxSpans = 200_000;

const attributesOf = (attributes: readonly WireAttribute[] = []): Map<string, unknown> =>
  new Map(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

function spansOf(body: WireExport): ReceivedSpan[] {
  return (body.resourceSpans ?? []).flatMap(({ resource, scopeSpans }) => {
    const service = String(attributesOf(resource?.attributes).get('service.name'));
    const spans = (scopeSpans ?? []).flatMap((scope) => scope.spans ?? []);
    return spans.map((span) => ({
      traceId: span.traceId,
      spanId: span.spanId,
      parentSpanId: span.parentSpanId === '' ? undefined : span.parentSpanId,
      name: span.name,
      service,
      startNs: BigInt(span.startTimeUnixNano),
      endNs: BigInt(span.endTimeUnixNano),
      isFailed: span.status?.code === failedStatus,
      links: (span.links ?? []).map(({ traceId, spanId }) => ({ traceId, spanId })),
      attributes: attributesOf(span.attributes),
    }));
  });
}

/** Receives the exported telemetry of services in this process: a fake collector. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  /** Requests that could not be parsed; a test expects none. */
  readonly problems: string[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<OtlpReceiver> {
    const server = createServer();
    const receiver = new OtlpReceiver(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks);
        receiver.take(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  trace(traceId: string): ReceivedSpan[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => {
      this.server.close(() => resolve());
    });
  }

  private take(body: Buffer): void {
    try {
      this.spans.push(...spansOf(JSON.parse(body.toString('utf8')) as WireExport));
      if (this.spans.length > maxSpans) throw new Error('too many spans');
    } catch (error) {
      this.problems.push(error instanceof Error ? error.message : String(error));
    }
  }
}
