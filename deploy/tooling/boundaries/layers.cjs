// Allowed imports between the layers of a project: rules of dependency-cruiser.
// A module is identified by its path, a package by `node_modules/<name>` or, where it is not installed, by its name alone.

/** @param {string[]} names */
const packages = (...names) => `(^|node_modules/)(${names.join('|')})(/|$)`;
const frameworks = packages(
  '@nestjs/[^/]+',
  'typeorm',
  'pg',
  'amqplib',
  '@opentelemetry/[^/]+',
  'fastify',
  'rxjs',
  'prom-client',
  'winston',
);

/** @satisfies {import('dependency-cruiser').IConfiguration} */
const configuration = {
  forbidden: [
    {
      name: 'no-circular',
      comment:
        'A cycle has no first file to read. Files that share only types in a circle are one module too.',
      severity: 'error',
      from: { path: '^(libs|services|test|deploy)/' },
      to: { circular: true },
    },
    {
      name: 'services-never-meet',
      comment: 'Services talk through the broker and share nothing but contracts.',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/([^/]+)/', pathNot: '^services/$1/' },
    },
    {
      name: 'libs-know-no-service',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^services/' },
    },
    {
      name: 'libs-by-their-index',
      comment: 'What a library does not export is its own business.',
      severity: 'error',
      from: { path: '^(libs|services|test)/([^/]+)/' },
      to: {
        path: '^libs/([^/]+)/src/',
        pathNot: ['^libs/[^/]+/src/index\\.ts$', '^libs/service/src/process\\.ts$', '^$1/$2/'],
      },
    },
    {
      name: 'domain-is-pure',
      comment: 'Rules know no framework, no driver, no other layer.',
      severity: 'error',
      from: { path: '^services/[^/]+/src/(dead-letters/)?domain/', pathNot: '\\.spec\\.ts$' },
      to: {
        path: [
          frameworks,
          '^services/[^/]+/src/(dead-letters/)?(application|adapters|testing)/',
          '^libs/(amqp|unit-of-work|messaging|persistence|http|observability|config|resilience|service)/',
          packages(
            '@ymera/(amqp|unit-of-work|messaging|persistence|http|observability|config|resilience|service)',
          ),
        ],
      },
    },
    {
      name: 'domain-reads-nothing',
      comment: 'Files, processes, time and randomness are arguments.',
      severity: 'error',
      from: { path: '^services/[^/]+/src/(dead-letters/)?domain/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|path|util|assert)(/|$)' },
    },
    {
      name: 'application-knows-ports-only',
      comment: 'The composition root gives use cases their adapters.',
      severity: 'error',
      from: {
        path: '^services/(gateway|registry|reporting|coordinator|orchestrator|integration|audit)/src/(dead-letters/)?application/',
        pathNot: '\\.spec\\.ts$',
      },
      to: { path: [frameworks, '^services/[^/]+/src/(dead-letters/)?(adapters|testing)/'] },
    },
    {
      name: 'config-knows-no-layer',
      comment:
        'The environment is read before anything else exists; values that need a rule take it from the domain.',
      severity: 'error',
      from: { path: '^services/[^/]+/src/config[^/]*\\.ts$', pathNot: '\\.spec\\.ts$' },
      to: { path: '^services/[^/]+/src/(dead-letters/)?(application|adapters|testing)/' },
    },
    {
      name: 'process-needs-no-app',
      comment: 'A process without database, broker and HTTP application loads none of what they need.',
      severity: 'error',
      from: { path: '^libs/service/src/process(/|\\.ts$)', pathNot: '\\.spec\\.ts$' },
      to: {
        path: [
          frameworks,
          '^libs/service/src/(index|app/|infrastructure/)',
          '^libs/(http|messaging|persistence)/',
          packages('@ymera/(http|messaging|persistence)'),
        ],
      },
    },
    {
      name: 'agent-runner-is-no-app',
      comment: 'It takes @ymera/service/process: it has no database and serves nothing but its health.',
      severity: 'error',
      from: { path: '^services/agent-runner/src/' },
      to: { path: ['^libs/service/src/index\\.ts$', '^(node_modules/)?@ymera/service$'] },
    },
    {
      name: 'fakes-stay-in-tests',
      severity: 'error',
      from: {
        path: '^(services|libs)/[^/]+/src/',
        pathNot: ['\\.spec\\.ts$', '/testing/', '^libs/testing/'],
      },
      to: { path: ['/src/testing/', '^libs/testing/', packages('@ymera/testing')] },
    },
    {
      name: 'contracts-need-zod-only',
      severity: 'error',
      from: { path: '^libs/contracts/src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '.', pathNot: ['^libs/(contracts|kernel)/', packages('zod', '@ymera/kernel')] },
    },
    {
      name: 'launcher-needs-nothing-installed',
      comment: 'The launcher starts before npm ci: it imports builtins of Node and its own files only.',
      severity: 'error',
      from: { path: '^deploy/local/', pathNot: '\\.test\\.mjs$' },
      to: { path: '.', pathNot: '^deploy/local/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'kernel-needs-nothing',
      severity: 'error',
      from: { path: '^libs/kernel/src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '.', pathNot: '^libs/kernel/', dependencyTypesNot: ['core'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['/dist/', '/fixtures/', '^deploy/local/samples/', 'jest\\.config\\.ts$'] },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@ymera/source', 'require', 'node', 'default'],
      extensions: ['.ts', '.mjs', '.cjs', '.js', '.json'],
    },
  },
};

module.exports = configuration;
