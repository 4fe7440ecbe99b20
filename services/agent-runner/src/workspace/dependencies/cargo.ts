import type { Installer } from './installation';

/** Crates by `cargo fetch`, which needs the manifests and the names of the sources. Later runs are offline. */
export const cargo: Installer = async ({ files, interpreters, registries }) => {
  const compiler = interpreters.get('rust');
  if (!compiler || !files.has('Cargo.toml')) return undefined;
  const manifests = files.paths.filter((path) =>
    /(^|\/)Cargo\.(toml|lock)$|^\.cargo\/config(\.toml)?$/.test(path),
  );
  const inputs = new Map(await files.readAll(manifests));
  const hasLock = inputs.has('Cargo.lock');
  const asksForCrates = [...inputs].some(
    ([path, text]) => path.endsWith('Cargo.toml') && /^\[(.*\.)?(dev-|build-)?dependencies\b/m.test(text),
  );
  if (!asksForCrates) return undefined;
  return {
    name: 'cargo',
    manifest: hasLock ? 'Cargo.lock' : 'Cargo.toml',
    inputs,
    placeholders: files.paths.filter((path) => path.endsWith('.rs')),
    decides: [compiler.version, registries.cargo ?? ''],
    command: `export CARGO_HOME="$YMERA_PLACE"; printf '%s' "$YMERA_CARGO_CONFIG" > "$CARGO_HOME/config.toml"; cargo fetch ${hasLock ? '--locked' : ''}`,
    environment: { YMERA_CARGO_CONFIG: registries.cargo ?? '' },
    place: 'cargo',
    provides: (place) => ({ environment: { CARGO_HOME: place, CARGO_NET_OFFLINE: 'true' } }),
    notes: hasLock ? [] : ['There is no Cargo.lock: cargo takes what the registry has now.'],
  };
};
