import { analyseFile } from '../analysis';
import { secretsIn } from './secrets';

const github = `ghp_${'kJ82hsdK2mQ9vX4pL7wR3tY6uB1nC5zA8eF0'}`;
const severities = async (path: string, text: string) =>
  (await secretsIn(path, text)).map(({ severity }) => severity);

describe('secretsIn', () => {
  it.each<[title: string, path: string, text: string, severities: readonly string[]]>([
    ['a token', 'src/a.ts', `const token = '${github}';`, ['critical']],
    [
      'a private key',
      'deploy.pem',
      '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAtpkyfabcdefghijklmnopqrstuv\n-----END RSA PRIVATE KEY-----',
      ['critical'],
    ],
    [
      'a private key of tests',
      'test/keys/server.pem',
      '-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEAtpkyfabcdefghijklmnopqrstuv\n-----END PRIVATE KEY-----',
      ['medium'],
    ],
    ['a login of a server', 'config.yml', 'url: postgres://app:kJ82hsdK2@db.corp.net/app', ['critical']],
    [
      'a login that everybody has, here',
      'compose.yaml',
      'url: postgres://postgres:postgres@localhost:5432/app',
      ['low'],
    ],
    [
      'a login of another service of the composition',
      'compose.yaml',
      'url: redis://default:changeme@cache:6379',
      ['low'],
    ],
    ["a password of one's own, here", 'compose.yaml', 'url: mysql://app:kJ82hsdK2@127.0.0.1/app', ['medium']],
    ['a variable', 'compose.yaml', 'url: postgres://app:${DB_PASSWORD}@db.corp.net/app', []],
    ['an example', '.env.example', 'GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx', []],
    ['a placeholder', 'src/a.ts', "const key = 'AKIAIOSFODNN7EXAMPLE';", ['low']],
    ['a token of tests', 'test/a.test.ts', `const token = '${github}';`, ['medium']],
    ['random text', 'src/a.ts', "const id = 'f3a9c1d27b8e4f60a1b2c3d4e5f60718293a4b5c';", []],
    [
      'a file with comments that disable rules',
      'src/a.ts',
      `// secretlint-disable\nconst token = '${github}';`,
      ['critical'],
    ],
  ])('weighs %s', async (_, path, text, expected) => {
    expect(await severities(path, text)).toEqual(expected);
  });

  it('never repeats the secret', async () => {
    const findings = await analyseFile({ path: 'src/a.ts', text: `const token = '${github}';` });
    expect(findings).toMatchObject([{ code: 'secret_in_code', severity: 'critical', line: 1 }]);
    expect(JSON.stringify(findings)).not.toContain(github);
  });
});
