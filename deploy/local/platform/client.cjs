const { fork } = require('node:child_process');
const { join } = require('node:path');

/** See client.d.cts for what it promises. */
function startPlatform(options) {
  const { onProgress, ...rest } = options;
  const host = fork(join(__dirname, 'host.mjs'), [JSON.stringify(rest)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const output = [];
  host.stderr.setEncoding('utf8').on('data', (text) => {
    output.push(text);
    onProgress?.(text);
  });
  const gone = new Promise((resolve) => host.once('exit', resolve));
  const pending = new Map();
  let nextRequest = 1;

  function ask(type, fields) {
    const request = nextRequest++;
    return new Promise((resolve, reject) => {
      pending.set(request, { resolve, reject });
      host.send({ type, request, ...fields });
    });
  }

  return new Promise((resolve, reject) => {
    host.on('message', (message) => {
      if (message.type === 'ready') {
        resolve({
          ...message.platform,
          kill: (name, signal = 'SIGKILL') => ask('kill', { name, signal }),
          pids: () => ask('pids'),
          waitUntilReady: (name) => ask('ready', { name }),
          async stop() {
            if (host.connected) host.send({ type: 'stop' });
            await gone;
          },
        });
      } else if (message.type === 'failed') {
        reject(new Error(`the platform did not start: ${message.message}`));
      } else {
        const { resolve: settle, reject: refuse } = pending.get(message.request);
        pending.delete(message.request);
        if (message.error) refuse(new Error(message.error));
        else settle(message.value);
      }
    });
    void gone.then((code) => {
      const error = new Error(`the platform's host ended with ${code}:\n${output.join('').slice(-3000)}`);
      reject(error);
      for (const { reject: refuse } of pending.values()) refuse(error);
    });
  });
}

module.exports = { startPlatform };
