/**
 * Runs inside the sandbox, which has no network but its own loopback: connections to a port there are forwarded to the
 * proxy's unix socket. The command runs below it with the proxy in its environment, and its exit code is the bridge's.
 */
const bridgeProgram = `
const { connect, createServer } = require('node:net');
const { spawn } = require('node:child_process');
const [socket, ...argv] = process.argv.slice(1);
const bridge = createServer((client) => {
  const proxy = connect(socket);
  const end = () => { client.destroy(); proxy.destroy(); };
  client.on('error', end);
  proxy.on('error', end);
  client.pipe(proxy).pipe(client);
});
bridge.listen(0, '127.0.0.1', () => {
  const { port } = bridge.address();
  const url = 'http://127.0.0.1:' + port;
  const env = { ...process.env, YMERA_PROXY_PORT: String(port), NO_PROXY: '', no_proxy: '', npm_config_noproxy: '' };
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'npm_config_proxy',
    'npm_config_https_proxy', 'YARN_HTTP_PROXY', 'YARN_HTTPS_PROXY']) env[name] = url;
  const child = spawn(argv[0], argv.slice(1), { stdio: 'inherit', env });
  child.on('error', (error) => { console.error(error.message); process.exit(127); });
  child.on('exit', (code) => process.exit(code === null ? 1 : code));
});`;

export const bridged = (socketPath: string, script: string): readonly string[] => [
  ...['node', '-e', bridgeProgram, '--', socketPath],
  ...['sh', '-c', script],
];
