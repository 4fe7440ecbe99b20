import type { DynamicModule } from '@nestjs/common';
import { changeLimitsOf } from '@ymera/config';
import { openFoundation } from '@ymera/foundation';
import { Sweep, type ServiceRuntime } from '@ymera/http';
import { systemClock, type Logger } from '@ymera/kernel';
import { RabbitTransport } from '@ymera/messaging';
import { ArtefactPatchFiles } from './adapters/artefacts/artefact-patch-files';
import { FileArtefactStore } from './adapters/artefacts/file-artefact-store';
import { Git } from './adapters/git/git';
import { GitBranches } from './adapters/git/git-branches';
import { GitChangeReader } from './adapters/git/git-change-reader';
import { prepareGitEnvironment } from './adapters/git/git-environment';
import { GitProjectRepositories } from './adapters/git/git-project-repositories';
import { GitPushIntents, GitUpstreams } from './adapters/git/git-upstreams';
import { GitWorkbenches } from './adapters/git/git-workbenches';
import { prepareLayout, type RepositoryLayout } from './adapters/git/repository-layout';
import { UploadPack } from './adapters/git/upload-pack';
import { UpstreamAccess } from './adapters/git/upstream-access';
import { ArtefactsController, artefactStore } from './adapters/http/artefacts.controller';
import { GitController } from './adapters/http/git.controller';
import { PrincipalDoor } from './adapters/http/principal-door';
import { ChangesController, logger as loggerToken } from './adapters/messaging/changes.controller';
import { LandingController } from './adapters/messaging/landing.controller';
import { ProjectsController } from './adapters/messaging/projects.controller';
import { RegistryPrincipals } from './adapters/messaging/registry-principals';
import { OtelLandingTracing } from './adapters/observability/otel-landing-tracing';
import { integrationStores } from './adapters/persistence/integration-stores';
import { migrations } from './adapters/persistence/migrations';
import { removeStale } from './adapters/artefacts/remove-stale';
import { SweepArtefacts, type ArtefactStore } from './application/artefacts';
import { GetChange } from './application/get-change';
import { LandChange } from './application/land-change';
import { LandWaiting } from './application/land-waiting';
import { LandingsUnderWay } from './application/landings-under-way';
import { MaterialiseChange } from './application/materialise-change';
import { MeetUpstream } from './application/meet-upstream';
import { ProposeRevert } from './application/propose-revert';
import { RemakeChange } from './application/remake-change';
import { GetProject, ListProjects } from './application/read-projects';
import { RegisterProject } from './application/register-project';
import { RepositoryAccess } from './application/repository-access';
import { SteerLanding } from './application/steer-landing';
import { SyncProject } from './application/sync-project';
import { UpdateProject } from './application/update-project';
import { UpstreamFetches } from './application/upstream-fetches';
import { WithdrawLanding } from './application/withdraw-landing';
import type { IntegrationConfig } from './config';

const service = 'integration';
const dayMs = 86_400_000;
/** What waited is carried out at the resumption; this is for a process that died right after it. */
const landWaitingEveryMs = 5_000;
/** So that requests do not wait for an upstream that is known to be away. */
const retryFailedUpstreamAfterMs = 5_000;
/** Each is several git processes, and one of them may use a gigabyte. */
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

  const foundation = await openFoundation(config, runtime, { service, migrations });
  const { messaging } = foundation;

  const unitOfWork = foundation.unitOfWork(integrationStores);
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

  const sweep = housekeeping(config, layout, artefacts, logger);
  sweep.start();
  sweep.kick();
  shutdown.defer('housekeeping', () => sweep.stop());
  health.add('git', () => git.assertVersion());

  const upstreamTimeoutMs = config.YMERA_UPSTREAM_TIMEOUT_SECONDS * 1000;
  const upstreams = new GitUpstreams(git, layout, access, upstreamTimeoutMs);
  const shared = { unitOfWork, repositories, upstreams, clock: systemClock };
  const tracing = new OtelLandingTracing();
  const branches = new GitBranches(git, layout);
  const underWay = new LandingsUnderWay();
  const workbenches = new GitWorkbenches(git, layout);
  const fetches = new UpstreamFetches(upstreams, systemClock, {
    maxWaitMs: upstreamTimeoutMs,
    retryFailedAfterMs: retryFailedUpstreamAfterMs,
  });
  const sync = new SyncProject({ ...shared, branches, workbenches, fetches, underWay });
  const pushIntents = new GitPushIntents(git, layout);
  const landings = { ...shared, branches, underWay, fetches, pushIntents };
  const meetUpstream = new MeetUpstream({ sync, upstreams, pushIntents });
  const landing = new LandChange({ ...landings, tracing, meetUpstream });
  const getProject = new GetProject({ ...shared, sync, publicUrl: config.YMERA_PUBLIC_URL });
  const landWaiting = new LandWaiting(landing, logger);
  const waitingSweep = new Sweep(
    'orders to land that waited',
    landWaitingEveryMs,
    () => landWaiting.execute(),
    logger,
  );
  waitingSweep.start();
  waitingSweep.kick();
  shutdown.defer('waiting landings', () => waitingSweep.stop());
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
        useValue: foundation.transport({ prefetch: messagesAtOnce }),
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
        useValue: new ProposeRevert({ ...shared, workbenches, projects: getProject, limits }),
      },
      {
        provide: MaterialiseChange,
        useValue: new MaterialiseChange({
          ...shared,
          workbenches,
          patchFiles: new ArtefactPatchFiles(artefacts, layout.incoming),
          limits,
        }),
      },
      {
        provide: RemakeChange,
        useValue: new RemakeChange({ ...shared, workbenches, limits }),
      },
      {
        provide: LandChange,
        useValue: landing,
      },
      { provide: WithdrawLanding, useValue: new WithdrawLanding({ ...landings, sync }) },
      {
        provide: SteerLanding,
        useValue: new SteerLanding(unitOfWork, underWay, systemClock, () => waitingSweep.kick()),
      },
      {
        provide: GetChange,
        useValue: new GetChange({ unitOfWork, reader: new GitChangeReader(git, layout) }),
      },
      { provide: PrincipalDoor, useValue: new PrincipalDoor(principals) },
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
): Sweep {
  const policy = {
    maxAgeMs: config.YMERA_ARTEFACT_RETENTION_DAYS * dayMs,
    maxTotalBytes: config.YMERA_ARTEFACT_TOTAL_BYTES,
  };
  const sweepArtefacts = new SweepArtefacts(artefacts, policy, systemClock);
  const work = async (): Promise<void> => {
    await removeStale(layout.incoming, dayMs, systemClock.now());
    const removed = await sweepArtefacts.execute();
    if (removed > 0) logger.info('artefacts removed by retention', { removed });
  };
  return new Sweep('housekeeping', config.YMERA_ARTEFACT_SWEEP_SECONDS * 1000, work, logger);
}
