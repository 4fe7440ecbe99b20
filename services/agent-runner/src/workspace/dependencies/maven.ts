import type { Installer } from './installation';

/** A class without tests: with it Maven fetches everything that tests need. */
const emptyTest = 'public class YmeraPreparationTest { }\n';

/**
 * Maven: the artefacts that the plugins of the project's `test` phase need, found by running that phase on its manifests
 * without its sources. Later runs are offline.
 */
export const maven: Installer = async ({ files, interpreters, registries, hasProgram }) => {
  const jdk = interpreters.get('java');
  const wrapper = files.has('mvnw');
  if (!jdk || !files.has('pom.xml') || (!wrapper && !hasProgram('mvn'))) return undefined;
  const poms = files.paths.filter(
    (path) => /(^|\/)pom\.xml$/.test(path) && !/(^|\/)(src|target)\//.test(path),
  );
  const settings = files.paths.filter((path) => /^\.mvn\//.test(path) || /^mvnw$/.test(path));
  const inputs = new Map(await files.readAll([...poms, ...settings]));
  const modules = poms.map((path) => path.replace(/pom\.xml$/, ''));
  for (const folder of modules) inputs.set(`${folder}src/test/java/YmeraPreparationTest.java`, emptyTest);
  const program = wrapper ? 'sh ./mvnw' : 'mvn';
  const run = `${program} -B -ntp -s "$YMERA_PLACE/settings.xml"`;
  return {
    name: 'Maven',
    manifest: 'pom.xml',
    inputs,
    decides: [jdk.version, registries.mavenMirrors ?? ''],
    command: [
      'export MAVEN_OPTS="-Dmaven.repo.local=$YMERA_PLACE/repository" MAVEN_USER_HOME="$YMERA_PLACE/home"',
      `printf '<settings><proxies><proxy><id>a</id><active>true</active><protocol>http</protocol><host>127.0.0.1</host><port>%s</port></proxy><proxy><id>b</id><active>true</active><protocol>https</protocol><host>127.0.0.1</host><port>%s</port></proxy></proxies>%s</settings>' "$YMERA_PROXY_PORT" "$YMERA_PROXY_PORT" "$YMERA_MIRRORS" > "$YMERA_PLACE/settings.xml"`,
      `${run} -q dependency:go-offline || true`,
      `${run} -Dmaven.test.failure.ignore=true -DfailIfNoTests=false test`,
      'rm "$YMERA_PLACE/settings.xml"',
    ].join('\n'),
    environment: {
      YMERA_MIRRORS: registries.mavenMirrors ?? '',
    },
    place: 'maven',
    provides: (place) => ({
      environment: {
        MAVEN_OPTS: `-Dmaven.repo.local=${place}/repository`,
        MAVEN_USER_HOME: `${place}/home`,
      },
    }),
  };
};
