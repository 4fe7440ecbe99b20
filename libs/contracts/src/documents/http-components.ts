import type { z } from 'zod';
import { principalCredential } from '../queries/registry';
import { feedEntry } from '../routes/requests';
import { agentResource, agentStatusResource } from '../shared/agents';
import { attributedVerdict, beforeAfter, changeResource, finding, testSummary } from '../shared/change';
import { errorShape, problem } from '../shared/failure';
import { plan } from '../shared/plan';
import { projectResource } from '../shared/project';
import {
  approvalResource,
  auditEntry,
  requestResource,
  stepResource,
  workflowResource,
} from '../shared/resources';
import { waiver } from '../shared/waiver';

/** Resources that have a name of their own in the HTTP document. */
export const httpComponents: Readonly<Record<string, z.ZodType>> = {
  Agent: agentResource,
  AgentStatus: agentStatusResource,
  Approval: approvalResource,
  AuditEntry: auditEntry,
  BeforeAfter: beforeAfter,
  Change: changeResource,
  Error: errorShape,
  FeedEntry: feedEntry,
  Finding: finding,
  Plan: plan,
  PrincipalCredential: principalCredential,
  Problem: problem,
  Project: projectResource,
  Request: requestResource,
  Step: stepResource,
  TestSummary: testSummary,
  Verdict: attributedVerdict,
  Waiver: waiver,
  Workflow: workflowResource,
};

export const componentReferences: ReadonlyMap<z.ZodType, string> = new Map(
  Object.entries(httpComponents).map(([name, schema]) => [schema, `#/components/schemas/${name}`]),
);
