import { posix } from 'node:path';
import { isForeign, type Detector } from './repository-files';

/** The module in the root, or those of a workspace or of the folders below. */
export const fromGo: Detector = ({ paths }) => {
  const tests = paths.filter((path) => path.endsWith('_test.go') && !isForeign(path));
  const modules = paths
    .filter((path) => /(^|\/)go\.mod$/.test(path) && !isForeign(path))
    .map((path) => posix.dirname(path));
  const tested = modules.filter((folder) => {
    const inner = modules.filter((other) => other !== folder && isBelow(other, folder));
    return tests.some((test) => isBelow(test, folder) && !inner.some((other) => isBelow(test, other)));
  });
  if (tested.length === 0) return {};
  if (tested.length === 1 && tested[0] === '.') return { test: 'go test ./...' };
  return {
    test: tested
      .map((folder) => (folder === '.' ? 'go test ./...' : `(cd ${folder} && go test ./...)`))
      .join(' && '),
  };
};

const isBelow = (path: string, folder: string) => folder === '.' || path.startsWith(`${folder}/`);

/** A crate, or a workspace of them. */
export const fromCargo: Detector = ({ paths, contents }) => {
  if (!paths.includes('Cargo.toml')) return {};
  const isWorkspace = /^\[workspace\b/m.test(contents.get('Cargo.toml') ?? '');
  return { test: isWorkspace ? 'cargo test --workspace' : 'cargo test' };
};

/** Maven and Gradle, by the wrapper in the project. */
export const fromJvm: Detector = ({ paths }) => {
  if (paths.includes('pom.xml')) return { test: `${paths.includes('mvnw') ? './mvnw' : 'mvn'} -B -o test` };
  if (!paths.some((path) => /^(build|settings)\.gradle(\.kts)?$/.test(path))) return {};
  return { test: `${paths.includes('gradlew') ? './gradlew' : 'gradle'} --offline test` };
};

/** Elixir, .NET, Swift and Dart: one command each. */
export const fromOtherCompilers: Detector = ({ paths, contents }) => {
  const hasTests = (pattern: RegExp) => paths.some((path) => pattern.test(path) && !isForeign(path));
  if (paths.includes('mix.exs') && hasTests(/_test\.exs$/)) return { test: 'mix test' };
  if (/^\s*(enable_testing|include\s*\(\s*CTest)\b/im.test(contents.get('CMakeLists.txt') ?? ''))
    return {
      test: 'cmake -S . -B build && cmake --build build && ctest --test-dir build --output-on-failure',
    };
  if (paths.some((path) => /^[^/]+\.(sln|csproj|fsproj)$/.test(path))) return { test: 'dotnet test' };
  if (paths.includes('Package.swift') && hasTests(/^Tests\//)) return { test: 'swift test' };
  return paths.includes('pubspec.yaml') && hasTests(/_test\.dart$/) ? { test: 'dart test' } : {};
};
