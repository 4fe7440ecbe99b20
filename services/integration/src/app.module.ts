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
import { GitWorkbenches } from './adapters/git/git-workbenches';
import { prepareLayout, type RepositoryLayout } from './adapters/git/repository-layout';
import { UploadPack } from './adapters/git/upload-pack';
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
import { RemakeChange } from './application/remake-change';
import { GetProject, ListProjects } from './application/read-projects';
import { RegisterProject } from './application/register-project';
import { RepositoryAccess } from './application/repository-access';
import { SteerLanding } from './application/steer-landing';
import { WithdrawLanding } from './application/withdraw-landing';
import type { IntegrationConfig } from './config';

const service = 'integration';
const dayMs = 86_400_000;
/** What waited is carried out at the resumption; this is for a process that died right after it. */
const landWaitingEveryMs = 5_000;
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
  const repositories = new GitProjectRepositories(git, layout, {
    policy: { roots: config.YMERA_SOURCE_ROOTS, hosts: config.YMERA_SOURCE_HOSTS },
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

  const shared = { unitOfWork, repositories, clock: systemClock };
  const tracing = new OtelLandingTracing();
  const branches = new GitBranches(git, layout);
  const underWay = new LandingsUnderWay();
  const landing = new LandChange({ ...shared, tracing, branches, underWay });
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
        useValue: new GetProject({ ...shared, publicUrl: config.YMERA_PUBLIC_URL }),
      },
      { provide: ListProjects, useValue: new ListProjects(shared) },
      {
        provide: MaterialiseChange,
        useValue: new MaterialiseChange({
          ...shared,
          workbenches: new GitWorkbenches(git, layout),
          patchFiles: new ArtefactPatchFiles(artefacts, layout.incoming),
          limits,
        }),
      },
      {
        provide: RemakeChange,
        useValue: new RemakeChange({ ...shared, workbenches: new GitWorkbenches(git, layout), limits }),
      },
      {
        provide: LandChange,
        useValue: landing,
      },
      { provide: WithdrawLanding, useValue: new WithdrawLanding({ ...shared, branches, underWay }) },
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
