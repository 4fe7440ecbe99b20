import type { DynamicModule } from '@nestjs/common';
import { changeLimitsOf } from '@ymera/config';
import { systemClock, type Logger } from '@ymera/kernel';
import { RabbitTransport } from '@ymera/messaging';
import { openServiceInfrastructure, PeriodicJob, type ServiceRuntime } from '@ymera/service';
import { ArtefactPatchFiles } from './adapters/artefacts/artefact-patch-files';
import { FileArtefactStore } from './adapters/artefacts/file-artefact-store';
import { Git } from './adapters/git/git';
import { GitBranches } from './adapters/git/git-branches';
import { GitChangeReader } from './adapters/git/git-change-reader';
import { prepareGitEnvironment } from './adapters/git/git-environment';
import { GitProjectRepositories } from './adapters/git/git-project-repositories';
import { GitPushIntents, GitUpstreams } from './adapters/git/git-upstreams';
import { GitCommitBuilders } from './adapters/git/git-commit-builders';
import { GitMaintenance } from './adapters/git/git-maintenance';
import { prepareLayout, type RepositoryLayout } from './adapters/git/repository-layout';
import { UploadPack } from './adapters/git/upload-pack';
import { UpstreamAccess } from './adapters/git/upstream-access';
import { ArtefactsController, artefactStore } from './adapters/http/artefacts.controller';
import { GitController } from './adapters/http/git.controller';
import { HttpAuthentication } from './adapters/http/http-authentication';
import { ChangesController, logger as loggerToken } from './adapters/messaging/changes.controller';
import { LandingController } from './adapters/messaging/landing.controller';
import { ProjectsController } from './adapters/messaging/projects.controller';
import { RegistryPrincipals } from './adapters/messaging/registry-principals';
import { OtelLandingTracing } from './adapters/observability/otel-landing-tracing';
import { integrationStores } from './adapters/persistence/integration-stores';
import { migrations } from './adapters/persistence/migrations';
import { removeStale } from './adapters/artefacts/remove-stale';
import { DeleteExpiredArtefacts, type ArtefactStore } from './application/artefacts';
import { CollectGarbage } from './application/collect-garbage';
import { GetChange } from './application/get-change';
import { LandChange } from './application/land-change';
import { LandWaiting } from './application/land-waiting';
import { LandingQueue } from './application/landing-queue';
import { CreateCommit } from './application/create-commit';
import { ReconcileUpstream } from './application/reconcile-upstream';
import { ProposeRevert } from './application/propose-revert';
import { RebaseChange } from './application/rebase-change';
import { GetProject, ListProjects } from './application/read-projects';
import { RegisterProject } from './application/register-project';
import { RepositoryAccess } from './application/repository-access';
import { LandingControl } from './application/landing-control';
import { SyncProject } from './application/sync-project';
import { UpdateProject } from './application/update-project';
import { UpstreamFetches } from './application/upstream-fetches';
import { WithdrawLanding } from './application/withdraw-landing';
import type { IntegrationConfig } from './config';

const service = 'integration';
const dayMs = 86_400_000;
/** Waiting orders are carried out at the resumption; this job is for a process that died right after it. */
const landWaitingEveryMs = 5_000;
/** So that requests do not wait for an upstream that is known to be unavailable. */
const retryFailedUpstreamAfterMs = 5_000;
/** Each registration is several git processes, and one of them may use a gigabyte. */
const messagesAtOnce = 6;
const uploadPackLimits = { concurrent: 16, timeoutMs: 600_000, requestBytes: 16 * 1024 * 1024 };

class IntegrationModule {}

/** The composition root: the only place that binds a port to an adapter. */
export async function integrationModule(
  config: IntegrationConfig,
  runtime: ServiceRuntime,
): Promise<DynamicModule> {
  const { logger, health, shutdown } = runtime;
  const git = new Git(prepareGitEnvironment(config.YMERA_DATA_DIR, config.PATH), config.YMERA_DATA_DIR);
  await git.assertVersion();
  const layout = prepareLayout(config.YMERA_DATA_DIR);

  const infrastructure = await openServiceInfrastructure(config, runtime, { service, migrations });
  const { messaging } = infrastructure;

  const unitOfWork = infrastructure.unitOfWork(integrationStores);
  const access = new UpstreamAccess(
    { roots: config.YMERA_SOURCE_ROOTS, hosts: config.YMERA_SOURCE_HOSTS },
    {
      credentialsFile: config.YMERA_UPSTREAM_CREDENTIALS_FILE,
      sshKeyFile: config.YMERA_UPSTREAM_SSH_KEY_FILE,
      knownHostsFile: config.YMERA_UPSTREAM_KNOWN_HOSTS_FILE,
    },
  );
  const repositories = new GitProjectRepositories(git, layout, {
    access,
    cloneTimeoutMs: config.YMERA_CLONE_TIMEOUT_SECONDS * 1000,
  });
  const limits = changeLimitsOf(config);
  const artefacts = new FileArtefactStore(layout.artefacts, layout.incoming);
  const principals = new RegistryPrincipals(
    messaging.queries,
    systemClock,
    config.YMERA_CREDENTIAL_CACHE_SECONDS * 1000,
  );

  const periodicJob = housekeeping(config, layout, artefacts, logger);
  periodicJob.start();
  periodicJob.kick();
  shutdown.defer('housekeeping', () => periodicJob.stop());
  health.add('git', () => git.assertVersion());

  const upstreamTimeoutMs = config.YMERA_UPSTREAM_TIMEOUT_SECONDS * 1000;
  const upstreams = new GitUpstreams(git, layout, access, upstreamTimeoutMs);
  const shared = { unitOfWork, repositories, upstreams, clock: systemClock };
  const tracing = new OtelLandingTracing();
  const branches = new GitBranches(git, layout);
  const underWay = new LandingQueue();
  const commitBuilders = new GitCommitBuilders(git, layout);
  const fetches = new UpstreamFetches(upstreams, systemClock, {
    maxWaitMs: upstreamTimeoutMs,
    retryFailedAfterMs: retryFailedUpstreamAfterMs,
  });
  const sync = new SyncProject({ ...shared, branches, commitBuilders, fetches, underWay });
  const pushIntents = new GitPushIntents(git, layout);
  const landings = { ...shared, branches, underWay, fetches, pushIntents };
  const meetUpstream = new ReconcileUpstream({ sync, upstreams, pushIntents });
  const landing = new LandChange({ ...landings, tracing, meetUpstream });
  const getProject = new GetProject({ ...shared, sync, publicUrl: config.YMERA_PUBLIC_URL });
  const landWaiting = new LandWaiting(landing, logger);
  const waitingLandingsJob = new PeriodicJob(
    'orders to land after a pause',
    landWaitingEveryMs,
    () => landWaiting.execute(),
    logger,
  );
  waitingLandingsJob.start();
  waitingLandingsJob.kick();
  shutdown.defer('waiting landings', () => waitingLandingsJob.stop());
  const garbage = new CollectGarbage({
    unitOfWork,
    maintenance: new GitMaintenance(git, layout),
    underWay,
    logger,
  });
  const garbageJob = new PeriodicJob(
    'garbage of repositories',
    config.YMERA_REPOSITORY_GC_SECONDS * 1000,
    () => garbage.execute(),
    logger,
  );
  garbageJob.start();
  shutdown.defer('garbage of repositories', () => garbageJob.stop());
  return {
    module: IntegrationModule,
    controllers: [
      ProjectsController,
      ChangesController,
      LandingController,
      GitController,
      ArtefactsController,
    ],
    providers: [
      {
        provide: RabbitTransport,
        useValue: infrastructure.transport({ prefetch: messagesAtOnce }),
      },
      { provide: loggerToken, useValue: logger },
      { provide: RegisterProject, useValue: new RegisterProject(shared) },
      {
        provide: GetProject,
        useValue: getProject,
      },
      { provide: ListProjects, useValue: new ListProjects(shared) },
      { provide: UpdateProject, useValue: new UpdateProject(shared) },
      { provide: SyncProject, useValue: sync },
      {
        provide: ProposeRevert,
        useValue: new ProposeRevert({ ...shared, commitBuilders, projects: getProject, limits }),
      },
      {
        provide: CreateCommit,
        useValue: new CreateCommit({
          ...shared,
          commitBuilders,
          patchFiles: new ArtefactPatchFiles(artefacts, layout.incoming),
          limits,
        }),
      },
      {
        provide: RebaseChange,
        useValue: new RebaseChange({ ...shared, commitBuilders, limits }),
      },
      {
        provide: LandChange,
        useValue: landing,
      },
      { provide: WithdrawLanding, useValue: new WithdrawLanding({ ...landings, sync }) },
      {
        provide: LandingControl,
        useValue: new LandingControl(unitOfWork, underWay, systemClock, () => waitingLandingsJob.kick()),
      },
      {
        provide: GetChange,
        useValue: new GetChange({ unitOfWork, reader: new GitChangeReader(git, layout) }),
      },
      { provide: HttpAuthentication, useValue: new HttpAuthentication(principals) },
      { provide: RepositoryAccess, useValue: new RepositoryAccess(unitOfWork, repositories) },
      { provide: UploadPack, useValue: new UploadPack(git, uploadPackLimits, logger) },
      { provide: artefactStore, useValue: artefacts },
    ],
  };
}

function housekeeping(
  config: IntegrationConfig,
  layout: RepositoryLayout,
  artefacts: ArtefactStore,
  logger: Logger,
): PeriodicJob {
  const policy = {
    maxAgeMs: config.YMERA_ARTEFACT_RETENTION_DAYS * dayMs,
    maxTotalBytes: config.YMERA_ARTEFACT_TOTAL_BYTES,
  };
  const deleteExpiredArtefacts = new DeleteExpiredArtefacts(artefacts, policy, systemClock);
  const work = async (): Promise<void> => {
    await removeStale(layout.incoming, dayMs, systemClock.now());
    const removed = await deleteExpiredArtefacts.execute();
    if (removed > 0) logger.info('artefacts deleted by retention', { removed });
  };
  return new PeriodicJob('housekeeping', config.YMERA_ARTEFACT_SWEEP_SECONDS * 1000, work, logger);
}
