const { fork } = require('node:child_process');
const { join } = require('node:path');

/**
 * @import { HostedName, ServiceName } from '../catalog.mjs'
 * @import { HostAnswer, HostRequest } from './host.mjs'
 * @import { OperatorName } from './secrets.mjs'
 *
 * @typedef {object} RunnerChanges
 * @property {readonly string[]} [agents] default: enhancement, testing, examination
 * @property {string} [command]
 * @property {string} [commandFolder]
 * @property {'bubblewrap' | 'none'} [sandbox] default: bubblewrap
 *
 * @typedef {object} PlatformOptions
 * @property {string} instance names the folder under `.ymera/instances` and separates test files, e.g. `e2e-landing`. Its
 *   data begins empty.
 * @property {readonly ServiceName[]} [services] default: all seven and the agent-runner. With a list, only these are started,
 *   and no agent-runner.
 * @property {Readonly<Record<string, string>>} [env] added to the environment of every service: short timings, for example
 * @property {false | RunnerChanges} [runner] `false`: no agent-runner. Else its differences from the default one.
 * @property {number} [poolSize] connections per service; default: 5
 * @property {boolean} [durable] whether PostgreSQL calls fsync. Default: false; a killed server loses nothing even so.
 * @property {Readonly<Record<string, string>>} [preload] a module that a service loads before its own code: for faults that
 *   production has no switch for
 * @property {boolean} [prebuilt] skips the (incremental) build
 * @property {(text: string) => void} [onProgress] called with the progress display of the start
 *
 * @typedef {object} RunningPlatform
 * @property {Readonly<Record<string, string>>} urls `gateway`, ...: base addresses; `postgres`, `rabbitmq`,
 *   `rabbitmq_management`: administrators' addresses
 * @property {Readonly<Record<OperatorName, string>>} tokens of the operators
 * @property {Readonly<Record<OperatorName, string>>} tokenFiles
 * @property {string} logs folder of the processes' output, `<name>.log`
 * @property {string} data folder of the services' files: `integration/projects/<project_id>.git`
 * @property {() => Promise<Readonly<Record<string, number>>>} pids by the names of services and servers: `gateway`, ...,
 *   `agent-runner`, `postgres`, `rabbitmq`
 * @property {(name: string, signal?: NodeJS.Signals) => Promise<void>} kill sends a signal (default SIGKILL) to a process and
 *   its group. The supervisor starts it again, first after 0.5 s. For PostgreSQL, `pg_ctl stop -m immediate` sends SIGQUIT.
 * @property {(name: HostedName) => Promise<void>} waitUntilReady resolves when the service is ready, for example after `kill`
 * @property {() => Promise<void>} stop ends everything; idempotent
 *
 * @typedef {{ resolve: (value: unknown) => void, reject: (error: Error) => void }} PendingRequest
 */

/**
 * Starts PostgreSQL, RabbitMQ and the services on free ports, for the caller alone: addresses in the environment are not
 * used. All processes end with the calling process, however that ends.
 * @param {PlatformOptions} options
 * @returns {Promise<RunningPlatform>}
 */
function startPlatform(options) {
  const { onProgress, ...rest } = options;
  const host = fork(join(__dirname, 'host.mjs'), [JSON.stringify(rest)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  /** @type {string[]} */
  const output = [];
  host.stderr?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    output.push(text);
    onProgress?.(text);
  });
  /** @type {Promise<number | null>} */
  const exited = new Promise((resolve) => host.once('exit', resolve));
  /** @type {Map<number, PendingRequest>} */
  const pending = new Map();
  let nextRequest = 1;

  /**
   * @param {HostRequest} content
   * @returns {Promise<unknown>}
   */
  function ask(content) {
    const request = nextRequest++;
    return new Promise((resolve, reject) => {
      pending.set(request, { resolve, reject });
      host.send({ ...content, request });
    });
  }

  /** @param {Extract<HostAnswer, { type: 'answer' }>} answer */
  function settle({ request, value, error }) {
    const waiting = pending.get(request);
    pending.delete(request);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(new Error(error));
  }

  return new Promise((resolve, reject) => {
    host.on('message', (content) => {
      const message = /** @type {HostAnswer} */ (content);
      if (message.type === 'ready') {
        resolve({
          ...message.platform,
          kill: async (name, signal = 'SIGKILL') => {
            await ask({ type: 'kill', name, signal });
          },
          pids: async () => /** @type {Record<string, number>} */ (await ask({ type: 'pids' })),
          waitUntilReady: async (name) => {
            await ask({ type: 'ready', name });
          },
          async stop() {
            if (host.connected) host.send({ type: 'stop' });
            await exited;
          },
        });
      } else if (message.type === 'failed') {
        reject(new Error(`the platform did not start: ${message.message}`));
      } else {
        settle(message);
      }
    });
    void exited.then((code) => {
      const error = new Error(`the platform's host ended with ${code}:\n${output.join('').slice(-3000)}`);
      reject(error);
      for (const waiting of pending.values()) waiting.reject(error);
    });
  });
}

module.exports = { startPlatform };
