import { materialiseChange, type Finding } from '@ymera/contracts';
import { base, enhancePlan } from '../../testing/plans';
import { badFinding, WorkflowScenario } from '../../testing/workflow-scenario';

const artefact = { base, digest: `sha256:${'a'.repeat(64)}`, size_bytes: 10_485_760 };
const collision: Finding = {
  code: 'case_collision',
  severity: 'medium',
  message: 'Src/a.js and src/a.js are one path on other systems.',
  file: 'Src/a.js',
};

describe('proposedChange', () => {
  it('passes the agent’s uploaded artefact on to integration', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.do('review');
    scenario.do('enhance', { change_artefact: artefact });
    expect(scenario.states()).toMatchObject({ enhance: 'materialising' });
    const [order] = scenario.orders('materialise');
    expect(materialiseChange.payload.parse(order?.payload)).toMatchObject({ change: artefact });
  });

  it('prefers the inline change when there are both', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.do('review');
    const change = { base, patch: 'diff --git a/a b/a\n' };
    scenario.do('enhance', { change, change_artefact: artefact });
    expect(scenario.orders('materialise')[0]?.payload).toMatchObject({ change });
  });

  it('passes integration’s findings to later steps and to the result of its step', () => {
    const scenario = new WorkflowScenario(enhancePlan);
    scenario.do('review');
    scenario.do('enhance', { change_artefact: artefact, findings: [badFinding] });
    const effects = scenario.recordCommit('enhance', undefined, [collision]);
    expect(scenario.step('enhance').output?.findings).toEqual([collision, badFinding]);
    const facts = effects.flatMap((effect) =>
      effect.kind === 'fact' && effect.name === 'step_changed' ? [effect.payload] : [],
    );
    expect(facts.find(({ step_id }) => step_id === 'enhance')).toMatchObject({
      state: 'completed',
      findings: [collision, badFinding],
    });
    scenario.assign('test');
    expect(scenario.sent('task').at(-1)?.payload.input.findings).toEqual([collision, badFinding]);
  });
});
