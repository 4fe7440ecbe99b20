import type { Combination } from '../combination';
import { onSum } from './changes';

const goTest =
  'package tiny\n\nimport "testing"\n\nfunc TestAdds(t *testing.T) {\n\tif got := Sum(1, 2); got != 3 {\n\t\tt.Fatalf("got %d, want 3", got)\n\t}\n}\n';
const goSum = 'package tiny\n\n// Sum adds.\nfunc Sum(a, b int) int {\n\treturn a + b\n}\n';

const rustSum =
  'pub fn sum(a: i64, b: i64) -> i64 {\n    a + b\n}\n\n#[cfg(test)]\nmod tests {\n    use super::sum;\n\n    #[test]\n    fn adds() {\n        assert_eq!(sum(1, 2), 3);\n    }\n}\n';
const crate = (name: string, dependencies: string): string =>
  `[package]\nname = "${name}"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n${dependencies}`;

const pom = `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>example</groupId>
  <artifactId>tiny</artifactId>
  <version>1.0</version>
  <properties>
    <maven.compiler.source>17</maven.compiler.source>
    <maven.compiler.target>17</maven.compiler.target>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>
    <dependency>
      <groupId>org.junit.jupiter</groupId>
      <artifactId>junit-jupiter</artifactId>
      <version>5.11.4</version>
      <scope>test</scope>
    </dependency>
  </dependencies>
  <build>
    <plugins>
      <plugin>
        <groupId>org.apache.maven.plugins</groupId>
        <artifactId>maven-surefire-plugin</artifactId>
        <version>3.5.2</version>
      </plugin>
    </plugins>
  </build>
</project>
`;

/** Languages whose tests are compiled before they run. */
export const compiledCombinations: readonly Combination[] = [
  {
    id: 'go',
    language: 'Go',
    tool: 'go test',
    packageManager: 'Go modules',
    shape: 'module without dependencies',
    needs: ['go'],
    files: { 'go.mod': 'module example.com/tiny\n\ngo 1.21\n', 'sum.go': goSum, 'sum_test.go': goTest },
    command: 'go test ./...',
    trials: onSum('sum.go', 1),
  },
  {
    id: 'go-dependency',
    language: 'Go',
    tool: 'go test',
    packageManager: 'Go modules',
    shape: 'module with a dependency, tests in a subfolder',
    needs: ['go'],
    files: {
      'go.mod': 'module example.com/tiny\n\ngo 1.21\n\nrequire github.com/google/go-cmp v0.6.0\n',
      'sum/sum.go': goSum.replace('package tiny', 'package sum'),
      'sum/sum_test.go':
        'package sum\n\nimport (\n\t"testing"\n\n\t"github.com/google/go-cmp/cmp"\n)\n\nfunc TestAdds(t *testing.T) {\n\tif diff := cmp.Diff(3, Sum(1, 2)); diff != "" {\n\t\tt.Fatal(diff)\n\t}\n}\n',
    },
    prepare: 'GOFLAGS=-mod=mod go mod download github.com/google/go-cmp && GOFLAGS=-mod=mod go mod tidy',
    command: 'go test ./...',
    trials: onSum('sum/sum.go', 1),
  },
  {
    id: 'cargo',
    language: 'Rust',
    tool: 'cargo test',
    packageManager: 'Cargo',
    shape: 'crate with a dependency',
    needs: ['cargo'],
    files: {
      '.gitignore': 'target/\n',
      'Cargo.toml': crate('tiny', 'itoa = "=1.0.14"\n'),
      'src/lib.rs': `${rustSum}\npub fn shown(a: i64) -> String {\n    itoa::Buffer::new().format(a).to_owned()\n}\n`,
    },
    prepare: 'cargo generate-lockfile --quiet',
    command: 'cargo test',
    trials: onSum('src/lib.rs', 1),
  },
  {
    id: 'cargo-workspace',
    language: 'Rust',
    tool: 'cargo test',
    packageManager: 'Cargo',
    shape: 'workspace of two crates',
    needs: ['cargo'],
    files: {
      '.gitignore': 'target/\n',
      'Cargo.toml': '[workspace]\nmembers = ["core", "app"]\nresolver = "2"\n',
      'core/Cargo.toml': crate('core-of-tiny', ''),
      'core/src/lib.rs': rustSum,
      'app/Cargo.toml': crate('app', 'core-of-tiny = { path = "../core" }\n'),
      'app/src/main.rs': 'fn main() {\n    println!("{}", core_of_tiny::sum(1, 2));\n}\n',
    },
    prepare: 'cargo generate-lockfile --quiet',
    command: 'cargo test --workspace',
    trials: onSum('core/src/lib.rs', 1),
  },
  {
    id: 'maven-junit-5',
    language: 'Java',
    tool: 'JUnit 5',
    packageManager: 'Maven',
    shape: 'single module',
    needs: ['maven'],
    files: {
      '.gitignore': 'target/\n',
      'pom.xml': pom,
      'src/main/java/tiny/Sum.java':
        'package tiny;\n\npublic final class Sum {\n  private Sum() {}\n\n  public static int of(int a, int b) {\n    return a + b;\n  }\n}\n',
      'src/test/java/tiny/SumTest.java':
        'package tiny;\n\nimport static org.junit.jupiter.api.Assertions.assertEquals;\n\nimport org.junit.jupiter.api.Test;\n\nclass SumTest {\n  @Test\n  void adds() {\n    assertEquals(3, Sum.of(1, 2));\n  }\n}\n',
    },
    command: 'mvn -B -o test',
    trials: onSum('src/main/java/tiny/Sum.java', 1),
  },
  {
    id: 'c-make',
    language: 'C',
    tool: 'a program of assertions',
    packageManager: 'make',
    shape: 'Makefile',
    needs: ['make'],
    files: {
      '.gitignore': 'build/\n',
      Makefile:
        'CC ?= cc\n\n.PHONY: test\ntest: build/check\n\t./build/check\n\nbuild/check: sum.c check.c\n\tmkdir -p build\n\t$(CC) -o $@ $^\n',
      'sum.c': 'int sum(int a, int b) {\n  return a + b;\n}\n',
      'check.c':
        '#include <assert.h>\n#include <stdio.h>\n\nint sum(int a, int b);\n\nint main(void) {\n  assert(sum(1, 2) == 3);\n  puts("all good");\n  return 0;\n}\n',
    },
    command: 'make test',
    trials: onSum('sum.c'),
  },
  {
    id: 'c-ctest',
    language: 'C',
    tool: 'CTest',
    packageManager: 'CMake',
    shape: 'CMakeLists.txt',
    needs: ['ctest'],
    files: {
      '.gitignore': 'build/\n',
      'CMakeLists.txt':
        'cmake_minimum_required(VERSION 3.16)\nproject(tiny C)\nenable_testing()\nadd_executable(check sum.c check.c)\nadd_test(NAME check COMMAND check)\n',
      'sum.c': 'int sum(int a, int b) {\n  return a + b;\n}\n',
      'check.c':
        '#include <stdio.h>\n\nint sum(int a, int b);\n\nint main(void) {\n  return sum(1, 2) == 3 ? 0 : 1;\n}\n',
    },
    command: 'cmake -S . -B build && cmake --build build && ctest --test-dir build --output-on-failure',
    trials: onSum('sum.c', 1),
  },
];
