// Which project may depend on which: options of @nx/enforce-module-boundaries. ADR 0001 says why services never meet.

const libraries = {
  kernel: [],
  contracts: ['kernel'],
  amqp: ['kernel', 'testing'],
  'unit-of-work': ['kernel', 'contracts'],
  config: ['kernel'],
  observability: ['kernel'],
  git: [],
  resilience: ['kernel', 'observability'],
  messaging: ['kernel', 'contracts', 'amqp', 'observability'],
  persistence: ['kernel', 'contracts', 'unit-of-work', 'observability', 'testing'],
  http: ['kernel', 'contracts', 'observability'],
  service: ['kernel', 'contracts', 'config', 'observability', 'http', 'messaging', 'persistence', 'testing'],
  transparency: ['kernel'],
  'agent-sdk': ['kernel', 'contracts', 'amqp', 'testing'],
  // Depends on little, so that every library's tests may use it without a cycle.
  testing: ['kernel', 'contracts', 'unit-of-work'],
};

const platform = [
  'kernel',
  'contracts',
  'amqp',
  'unit-of-work',
  'config',
  'observability',
  'resilience',
  'messaging',
  'persistence',
  'http',
  'git',
  'service',
  'testing',
];

const others = {
  cli: ['kernel', 'contracts', 'git', 'transparency', 'testing'],
  // Of `service` only its process part, which layers.cjs holds.
  'agent-runner': [
    'kernel',
    'contracts',
    'config',
    'git',
    'observability',
    'resilience',
    'service',
    'agent-sdk',
    'testing',
  ],
};

/** @param {readonly string[]} names */
const scopes = (names) => names.map((name) => `scope:${name}`);

export const projectBoundaries = {
  enforceBuildableLibDependency: false,
  banTransitiveDependencies: true,
  allow: [],
  depConstraints: [
    ...Object.entries(libraries).map(([name, allowed]) => ({
      sourceTag: `scope:${name}`,
      onlyDependOnLibsWithTags: scopes(allowed),
    })),
    ...['gateway', 'registry', 'reporting', 'coordinator', 'orchestrator', 'integration', 'audit'].map(
      (service) => ({
        sourceTag: `scope:${service}`,
        onlyDependOnLibsWithTags: scopes(service === 'audit' ? [...platform, 'transparency'] : platform),
      }),
    ),
    ...Object.entries(others).map(([name, allowed]) => ({
      sourceTag: `scope:${name}`,
      onlyDependOnLibsWithTags: scopes(allowed),
    })),
    // Load tests of a whole platform share the test environment and the history check of the end-to-end tests.
    { sourceTag: 'type:test', onlyDependOnLibsWithTags: ['type:lib', 'scope:e2e'] },
  ],
};
