import { silentLogger } from '@ymera/kernel';
import { eventually } from '@ymera/testing';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { sampleSource, type SourceRepository } from '../../testing/git-fixture';
import { GitEnvironmentFixture } from '../../testing/git-environment-fixture';
import { UploadPack } from './upload-pack';

jest.setTimeout(30_000);

describe('UploadPack (real git)', () => {
  let environment: GitEnvironmentFixture;
  let source: SourceRepository;
  let repository: string;
  const limits = { concurrent: 1, timeoutMs: 60_000, requestBytes: 1_000_000 };

  beforeAll(async () => {
    environment = new GitEnvironmentFixture();
    source = sampleSource();
    await environment.adopt(source.path);
    repository = environment.repositories.pathOf('sample');
  });
  afterAll(() => {
    environment.remove();
    source.remove();
  });

  /** A request that is started and not finished. */
  const begin = (uploadPack: UploadPack) => {
    const request = new PassThrough();
    const answer = uploadPack.serve(repository, 'version=2', request, { isGzipped: false });
    answer.on('error', () => undefined);
    return { request, answer };
  };

  it('rejects fetches above the limit of concurrent ones until one is aborted', async () => {
    const uploadPack = new UploadPack(environment.git, limits, silentLogger);
    const { answer } = begin(uploadPack);
    expect(() => begin(uploadPack)).toThrow('too_many_fetches');
    answer.destroy();
    const second = await eventually(() => begin(uploadPack));
    second.request.end('0000');
    expect(await text(second.answer)).toBe('');
  });

  it('ends a request after its timeout', async () => {
    const uploadPack = new UploadPack(environment.git, { ...limits, timeoutMs: 50 }, silentLogger);
    const { answer } = begin(uploadPack);
    expect(await text(answer)).toBe('');
  });

  it('frees the slot of an aborted request', async () => {
    const uploadPack = new UploadPack(environment.git, limits, silentLogger);
    begin(uploadPack).request.destroy(new Error('connection lost'));
    const next = await eventually(() => begin(uploadPack));
    next.request.end('0000');
    await text(next.answer);
  });
});
