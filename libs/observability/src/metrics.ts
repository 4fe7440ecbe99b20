import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

interface Description<Label extends string> {
  /** With its unit last: `ymera_outbox_age_seconds`, `ymera_messages_total`. */
  readonly name: string;
  readonly help: string;
  /** Bounded values only: never an id. */
  readonly labels?: readonly Label[];
}

const registry = new Registry();

/** Latencies from 1 ms to 10 s. */
const latencySeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Declaring the same name again returns the same metric, so that several instances of a class share one. */
function declared<Metric>(name: string, create: () => Metric): Metric {
  return (registry.getSingleMetric(name) as Metric | undefined) ?? create();
}

export const counter = <Label extends string>({
  name,
  help,
  labels = [],
}: Description<Label>): Counter<Label> =>
  declared(name, () => new Counter({ name, help, labelNames: [...labels], registers: [registry] }));

/** `collect` runs at each scrape. */
export const gauge = <Label extends string>({
  name,
  help,
  labels = [],
  collect,
}: Description<Label> & {
  readonly collect?: (gauge: Gauge<Label>) => void | Promise<void>;
}): Gauge<Label> =>
  declared(
    name,
    () =>
      new Gauge({
        name,
        help,
        labelNames: [...labels],
        registers: [registry],
        ...(collect
          ? {
              collect() {
                return collect(this);
              },
            }
          : {}),
      }),
  );

/** In seconds; default buckets from 1 ms to 10 s. */
export const histogram = <Label extends string>({
  name,
  help,
  labels = [],
  buckets = latencySeconds,
}: Description<Label> & { readonly buckets?: readonly number[] }): Histogram<Label> =>
  declared(
    name,
    () =>
      new Histogram({ name, help, labelNames: [...labels], buckets: [...buckets], registers: [registry] }),
  );

/** CPU, memory, event loop and garbage collection of this process; once per process. */
export function collectProcessMetrics(labels: Readonly<Record<string, string>>): void {
  registry.setDefaultLabels(labels);
  if (!registry.getSingleMetric('process_cpu_user_seconds_total'))
    collectDefaultMetrics({ register: registry });
}

/** The Prometheus text format. */
export const renderMetrics = async (): Promise<{ readonly contentType: string; readonly body: string }> => ({
  contentType: registry.contentType,
  body: await registry.metrics(),
});
