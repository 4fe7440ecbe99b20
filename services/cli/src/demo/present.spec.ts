import { beforeAfter, workflowCompleted } from '@ymera/contracts';
import { styleFor } from '../terminal/style';
import type { DemoResult } from './demo-result';
import { coloredDiff, findingLines, presentResult } from './present';

const measured = beforeAfter.parse({
  name: 'visits',
  runs: 6,
  before_ms: [2],
  after_ms: [1],
  before_median_ms: 2,
  after_median_ms: 1,
  speedup: 2,
  interleaved: true,
});
const result: DemoResult = {
  request_id: workflowCompleted.sample.request_id,
  intent: 'DEBUG',
  workflow_id: null,
  state: 'completed',
  steps: [],
  change: null,
  verdict: null,
  tests: null,
  commit: null,
  tree: null,
  branch: null,
  repo: null,
  landed_branch: null,
  before_after: measured,
  approvals: [],
  dirty_files: [],
  trace_id: '0'.repeat(32),
  duration_ms: 1000,
  overhead_ms: 100,
};
const shown = (before_after: DemoResult['before_after']): string =>
  presentResult({ ...result, before_after }, undefined, styleFor(process.stdout));

describe('the result as a person gets it', () => {
  it('says what stayed in memory before and after, where that was measured', () => {
    expect(shown({ ...measured, before_retained_bytes: 482, after_retained_bytes: 7 })).toContain(
      'Memory     482 bytes stayed after each operation before, 7 after',
    );
    expect(shown(measured)).not.toContain('Memory');
  });

  it('shows what a change would have a terminal do, and does not do it', () => {
    const style = styleFor(process.stdout);
    const diff = coloredDiff('+// \u001b[2J\u001b]0;title\u0007\r\n+\tx\n', 10, style);
    expect(diff).toContain('// \\x1b[2J\\x1b]0;title\\x07\\x0d');
    expect(diff).toContain('\tx');
    const [line] = findingLines([{ code: 'a', message: '\u009b2J', severity: 'low' }], style);
    expect(line).toContain('\\x9b2J');
  });
});
