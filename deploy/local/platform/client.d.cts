/** Services and servers by their names in the launcher: `gateway`, ..., `agent-runner`, `postgres`, `rabbitmq`. */
export type ProcessName = string;

export interface PlatformOptions {
  /** Names the folder under `.ymera/instances` and keeps test files apart, e.g. `e2e-landing`. Its data begins empty. */
  readonly instance: string;
  /** Default: all seven and the agent-runner. With a list, only these are started, and no agent-runner. */
  readonly services?: readonly string[];
  /** Added to the environment of every service: short timings, for example. */
  readonly env?: Readonly<Record<string, string>>;
  /** `false`: no agent-runner. Else what differs from the usual one. */
  readonly runner?:
    | false
    | {
        /** Default: enhancement, testing, examination. */
        readonly agents?: readonly string[];
        readonly command?: string;
        readonly commandFolder?: string;
        /** Default: bubblewrap. */
        readonly sandbox?: 'bubblewrap' | 'none';
      };
  /** Connections per service. Default: 5. */
  readonly poolSize?: number;
  /** Whether PostgreSQL calls fsync. Default: false; a killed server loses nothing even so. */
  readonly durable?: boolean;
  /** A module for a service to load before its own code: tests break on purpose what production has no switch for. */
  readonly preload?: Readonly<Record<string, string>>;
  /** Skips the (incremental) build. */
  readonly prebuilt?: boolean;
  /** Hears the progress display of the start. */
  readonly onProgress?: (text: string) => void;
}

export interface RunningPlatform {
  /** `gateway`, ... : base addresses; `postgres`, `rabbitmq`, `rabbitmq_management`: administrators' addresses. */
  readonly urls: Readonly<Record<string, string>>;
  /** Operators' tokens: `requester`, `approver`, `admin`, `viewer`. */
  readonly tokens: Readonly<Record<string, string>>;
  readonly tokenFiles: Readonly<Record<string, string>>;
  /** Folder of the processes' output, `<name>.log`. */
  readonly logs: string;
  /** Folder of what services keep on disk: `integration/projects/<project_id>.git`. */
  readonly data: string;
  pids(): Promise<Readonly<Record<ProcessName, number>>>;
  /**
   * Sends a signal (default SIGKILL) to a process and its group. It is started again by itself, first after 0.5 s.
   * For PostgreSQL SIGQUIT is what `pg_ctl stop -m immediate` sends.
   */
  kill(name: ProcessName, signal?: string): Promise<boolean>;
  /** Resolves when the service is ready, for example after `kill`. */
  waitUntilReady(name: string): Promise<void>;
  /** Ends everything. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL, RabbitMQ and the services on free ports, privately for the caller: addresses in the environment are
 * not used. All of it ends with the calling process, however that ends.
 */
export declare function startPlatform(options: PlatformOptions): Promise<RunningPlatform>;
