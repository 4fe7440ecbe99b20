import { codeFindings } from '../analysis';

const codes = (path: string, text: string) =>
  codeFindings({ path, text }).map(({ code, severity }) => `${severity} ${code}`);

describe('codeFindings on dangerous code', () => {
  it.each<[path: string, text: string, codes: readonly string[]]>([
    ['a.mjs', 'export const f = (text) => eval(text);', ['high evaluated_code']],
    ['a.mjs', "setTimeout('f()', 1);", ['high evaluated_code']],
    ['a.mjs', "export const f = new Function('a', 'return a');", ['high evaluated_code']],
    [
      'a.mjs',
      "import { exec } from 'node:child_process';\nexport const f = (name) => exec(`ls ${name}`);",
      ['high shell_injection'],
    ],
    [
      'a.cjs',
      "const { exec } = require('child_process');\nexports.f = (command) => exec(command);",
      ['medium command_from_variable'],
    ],
    ['a.mjs', 'export const slow = /(a+)+$/;', ['medium unsafe_regular_expression']],
    ['a.mjs', 'export const options = { rejectUnauthorized: false };', ['high tls_disabled']],
    ['a.mjs', 'export const f = (list, index) => list[index];', []],
    ['a.mjs', "import { readFileSync } from 'node:fs';\nexport const f = (path) => readFileSync(path);", []],
    ['a.py', 'eval(text)', ['high evaluated_code']],
    ['a.py', 'import subprocess\nsubprocess.run(f"ls {name}", shell=True)', ['high shell_injection']],
    ['a.py', 'import subprocess\nsubprocess.run(["ls", name])', []],
    ['a.py', 'yaml.load(text)', ['high unsafe_deserialisation']],
    ['a.py', 'yaml.load(text, Loader=yaml.SafeLoader)', []],
    ['a.py', 'pickle.loads(data)', ['medium unsafe_deserialisation']],
    ['a.py', 'requests.get(url, verify=False)', ['high tls_disabled']],
    ['a.py', 'model.eval()\nre.compile("eval(x)")', []],
    ['a.py', 'cursor.execute(f"select * from t where id = {key}")', ['medium sql_injection']],
    ['a.py', 'app.run(host="0.0.0.0")', ['medium bound_to_every_address']],
    ['a.go', 'cfg := &tls.Config{InsecureSkipVerify: true}', ['high tls_disabled']],
    ['a.rb', 'system("ls #{name}")', ['high shell_injection']],
    ['install.sh', 'curl https://example.org/x | sh', ['medium downloaded_script']],
    ['a.go', '// InsecureSkipVerify: true is forbidden', []],
  ])('%s: %s', (path, text, expected) => {
    expect(codes(path, text)).toEqual(expected);
  });

  it('cannot be switched off by the file itself', () => {
    expect(codes('a.mjs', '/* eslint-disable */\neval(text);')).toEqual(['high evaluated_code']);
  });
});
