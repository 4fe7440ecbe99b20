import { type Finding, getRequest, type RequestResource, startWorkflow } from '@ymera/contracts';
import type { FeedEntry } from '../api/feed-entry';
import { PlainAudience } from './plain-audience';

const { plan } = startWorkflow.sample;
const [step] = plan.steps;

describe('a log of the demo', () => {
  it('reports a lost connection and its recovery', () => {
    const lines: string[] = [];
    const audience = new PlainAudience((line) => lines.push(line));
    audience.lost(120_000);
    audience.back();
    expect(lines).toEqual([
      'The connection to the gateway is lost; retrying for 2 min 00 s. The request continues.',
      'The connection to the gateway is restored.',
    ]);
  });

  it('prints why work was sent back, and its place', () => {
    const lines: string[] = [];
    const audience = new PlainAudience((line) => lines.push(line));
    const request: RequestResource = { ...getRequest.reply.parse(getRequest.replySample), plan };
    audience.planned(request);
    const changed = (state: string, attempt: number, extra: object = {}): FeedEntry => ({
      type: 'orchestrator.step.changed.v1',
      time: '2026-01-01T00:00:00.000Z',
      data: { step_id: step?.step_id ?? '', state, attempt, ...extra },
    });
    const found: Finding = {
      code: 'tests_failed',
      severity: 'high',
      message: '330 bytes stay',
      file: 'test/memory.test.mjs',
      line: 32,
    };
    audience.happened(changed('running', 1));
    lines.length = 0;
    audience.happened(
      changed('pending', 0, {
        reason: 'test sent it back (tests_failed): 3 of 13 failed',
        findings: [found],
      }),
    );
    audience.happened(changed('running', 1));
    expect(lines).toEqual([
      `${step?.name}: test sent it back (tests_failed)`,
      '  tests_failed: 330 bytes stay (test/memory.test.mjs:32)',
      expect.stringContaining('running'),
    ]);
  });
});
