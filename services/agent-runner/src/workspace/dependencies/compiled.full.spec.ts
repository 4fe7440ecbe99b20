import { homedir } from 'node:os';
import { DependenciesFixture } from '../../testing/dependencies-fixture';
import { manifestFindings } from './install-problem';
import { readMachineRegistries } from './registry/machine-registries';

jest.setTimeout(600_000);

const options = {
  registries: readMachineRegistries(homedir(), process.env, []),
  hostPath: (process.env['PATH'] ?? '').split(':'),
};

describe('a compiled project', () => {
  let fixture: DependenciesFixture;
  beforeEach(() => {
    fixture = new DependenciesFixture();
  });
  afterEach(() => fixture.close());

  it('in Go is tested with the modules that go.sum names', async () => {
    const { prepared, workspace } = await fixture.prepare(
      {
        'go.mod': 'module example.invalid/x\n\ngo 1.20\n\nrequire github.com/google/uuid v1.6.0\n',
        'go.sum':
          'github.com/google/uuid v1.6.0 h1:NIvaJDMOsjHA8n1jAhLSgzrAzy1Hgr+hNrb57e+94F0=\ngithub.com/google/uuid v1.6.0/go.mod h1:TIyPZe4MgqvfeYDBFedMoGGpEw/LqOeaOT+nhxU+yHo=\n',
        'a_test.go':
          'package x\n\nimport (\n\t"testing"\n\n\t"github.com/google/uuid"\n)\n\nfunc TestA(t *testing.T) {\n\tif uuid.Nil.String() == "" {\n\t\tt.Fatal()\n\t}\n}\n',
      },
      options,
    );
    const tested = await fixture.run(workspace, prepared, 'go test ./...');
    expect(tested).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^ok/) });
    await workspace.close();
  });

  it('in Rust is tested with the crates that Cargo.lock names', async () => {
    const files = {
      'Cargo.toml':
        '[package]\nname = "x"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nitoa = "1"\n',
      'Cargo.lock':
        'version = 3\n\n[[package]]\nname = "itoa"\nversion = "1.0.11"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "49f1f14873335454500d59611f1cf4a4b0f786f9ac11f4312a78e4cf2566695b"\n\n[[package]]\nname = "x"\nversion = "0.1.0"\ndependencies = [\n "itoa",\n]\n',
      'src/lib.rs':
        'pub fn two() -> String { itoa::Buffer::new().format(2).to_string() }\n#[test]\nfn is_two() { assert_eq!(two(), "2"); }\n',
    };
    const { prepared, workspace } = await fixture.prepare(files, options);
    const tested = await fixture.run(workspace, prepared, 'cargo test 2>&1');
    expect(tested).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 passed') });
    await workspace.close();
    const stale = await fixture.prepare({ 'Cargo.toml': `${files['Cargo.toml']}ryu = "1"\n` }, options);
    if (stale.prepared.ok) throw new Error('it was prepared');
    expect(stale.prepared.error.code).toBe('dependencies_out_of_sync');
    expect(manifestFindings(stale.prepared.error)).toMatchObject([{ file: 'Cargo.lock' }]);
    await stale.workspace.close();
  });

  it('in Java is tested by Maven, offline', async () => {
    const { prepared, workspace } = await fixture.prepare(
      {
        'pom.xml': `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>x</groupId><artifactId>x</artifactId><version>1</version>
<properties><maven.compiler.source>17</maven.compiler.source><maven.compiler.target>17</maven.compiler.target><project.build.sourceEncoding>UTF-8</project.build.sourceEncoding></properties>
<dependencies><dependency><groupId>org.junit.jupiter</groupId><artifactId>junit-jupiter</artifactId><version>5.10.2</version><scope>test</scope></dependency></dependencies>
<build><plugins><plugin><artifactId>maven-surefire-plugin</artifactId><version>3.2.5</version></plugin></plugins></build></project>`,
        'src/test/java/ATest.java':
          'import org.junit.jupiter.api.Test;\nimport static org.junit.jupiter.api.Assertions.assertEquals;\nclass ATest { @Test void a() { assertEquals(2, 1 + 1); } }\n',
      },
      options,
    );
    const tested = await fixture.run(workspace, prepared, 'mvn -B -o test');
    expect(tested).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Tests run: 1') });
    await workspace.close();
  });
});
