import type { Installer } from './installation';

/** Modules of Go, unless they are vendored. Tests then run with the downloaded ones only. */
export const go: Installer = async ({ files, interpreters, registries }) => {
  const modules = files.paths.filter((path) => /(^|\/)go\.(mod|sum|work|work\.sum)$/.test(path));
  const roots = modules.filter((path) => path.endsWith('go.mod') && !/(^|\/)(vendor|testdata)\//.test(path));
  const compiler = interpreters.get('go');
  if (roots.length === 0 || !compiler || files.has('vendor/modules.txt')) return undefined;
  const inputs = new Map(await files.readAll(modules));
  const asksForModules = roots.some((path) =>
    /^\s*(require\b|[\w.-]+\.\w+\/\S+ v\d)/m.test(inputs.get(path) ?? ''),
  );
  if (!asksForModules) return undefined;
  const folders = roots.map((path) => path.replace(/\/?go\.mod$/, '') || '.');
  return {
    name: 'go',
    manifest: files.has('go.sum') ? 'go.sum' : 'go.mod',
    inputs,
    decides: [compiler.version],
    command: [
      'export GOMODCACHE="$YMERA_PLACE"',
      ...folders.map((folder) => `(cd '${folder}' && go mod download)`),
    ].join('\n'),
    environment: {
      GOFLAGS: '-buildvcs=false -modcacherw',
      // Modules without an entry in go.sum are rejected when the tests are built.
      GONOSUMDB: '*',
      ...(registries.goProxy === undefined
        ? { GOPROXY: 'https://proxy.golang.org' }
        : { GOPROXY: registries.goProxy }),
    },
    place: 'go',
    provides: (place) => ({ environment: { GOMODCACHE: place, GOPROXY: 'off', GOFLAGS: '-buildvcs=false' } }),
  };
};
