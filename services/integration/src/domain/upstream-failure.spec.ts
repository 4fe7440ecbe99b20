import { evidenceOf, pushOutcome, upstreamFailure } from './upstream-failure';

const source = 'https://git.example.org/team/app.git';

describe('upstreamFailure', () => {
  it.each([
    ["fatal: Authentication failed for 'https://git.example.org/team/app.git/'", 'upstream_denied', false],
    ['fatal: could not read Username for x: terminal prompts disabled', 'upstream_denied', false],
    ['git@host: Permission denied (publickey).\nfatal: Could not read from remote', 'upstream_denied', false],
    ['Host key verification failed.', 'upstream_denied', false],
    ['fatal: unable to access x: The requested URL returned error: 403', 'upstream_denied', false],
    ["fatal: couldn't find remote ref refs/heads/main", 'upstream_branch_gone', false],
    ["fatal: '/srv/app' does not appear to be a git repository", 'upstream_unreachable', true],
    ['fatal: unable to access x: Could not resolve host: git.example.org', 'upstream_unreachable', true],
    ['fatal: unable to access x: The requested URL returned error: 502', 'upstream_unreachable', true],
  ])('maps %s to %s', (stderr, code, retryable) => {
    expect(upstreamFailure(stderr, source)).toMatchObject({ code, retryable });
  });

  it('quotes the first line that tells the error, without a credential', () => {
    expect(
      evidenceOf("warning: x\nfatal: unable to access 'https://ada:secret@host/app': no route\nerror: y"),
    ).toBe("fatal: unable to access 'https://host/app': no route");
  });
});

describe('pushOutcome', () => {
  const line = (flag: string, why: string) => `To ${source}\n${flag}\ta:refs/heads/main\t${why}\n`;
  it.each([
    [0, line(' ', 'a..b'), '', 'pushed', undefined],
    [0, line('=', '[up to date]'), '', 'pushed', undefined],
    [1, line('!', '[rejected] (stale info)'), '', 'moved', undefined],
    [1, line('!', '[rejected] (fetch first)'), '', 'moved', undefined],
    [1, line('!', '[remote rejected] (cannot lock ref)'), '', 'moved', undefined],
    [
      1,
      line('!', '[remote rejected] (pre-receive hook declined)'),
      'remote: no pushes on Friday\n',
      'refused',
      'push_refused',
    ],
    [128, '', 'fatal: Authentication failed', 'refused', 'upstream_denied'],
    [128, '', 'fatal: Could not resolve host', 'unknown', 'upstream_unreachable'],
  ])('maps exit code %i and %j to: %s', (code, output, stderr, kind, failure) => {
    expect(pushOutcome({ code, output, stderr }, source)).toMatchObject({
      kind,
      ...(failure === undefined ? {} : { failure: { code: failure } }),
    });
  });

  it('quotes the message of a hook that refuses', () => {
    const outcome = pushOutcome(
      {
        code: 1,
        output: line('!', '[remote rejected] (pre-receive hook declined)'),
        stderr: 'remote: Sorry,        \nremote: no pushes on Friday        \nerror: failed to push\n',
      },
      source,
    );
    expect(outcome).toMatchObject({
      failure: { message: expect.stringMatching(/remote: Sorry, remote: no pushes on Friday$/) },
    });
  });
});
