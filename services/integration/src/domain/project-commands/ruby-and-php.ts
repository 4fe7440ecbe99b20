import { z } from 'zod';
import { isForeign, parseJson, type Detector } from './repository-files';

/** RSpec, a Rake task, or the test files themselves. */
export const fromRuby: Detector = ({ paths, contents }) => {
  const bundle = paths.includes('Gemfile') ? 'bundle exec ' : '';
  const has = (pattern: RegExp) => paths.some((path) => pattern.test(path) && !isForeign(path));
  if (has(/^spec\/.*_spec\.rb$/) || paths.includes('.rspec')) return { test: `${bundle}rspec` };
  const rakefile = contents.get('Rakefile') ?? '';
  if (/TestTask|task\s+:?test\b|task\s+\(?['"]test['"]/.test(rakefile)) return { test: `${bundle}rake test` };
  if (!has(/^test\/.*(_test|\/test_[^/]*)\.rb$|^test\/test_[^/]*\.rb$/)) return {};
  const load = `Dir["./test/**/{*_test,test_*}.rb"].each { |file| require file unless file.end_with?("test_helper.rb") }`;
  return { test: `${bundle}ruby -Ilib -Itest -e '${load}'` };
};

const composerFile = z.object({ scripts: z.record(z.string(), z.unknown()).optional() });

/** Composer's test script, or PHPUnit's configuration. */
export const fromPhp: Detector = ({ paths, contents }) => {
  const parsed = composerFile.safeParse(parseJson(contents.get('composer.json')));
  if (parsed.success && parsed.data.scripts?.['test'] !== undefined) return { test: 'composer test' };
  const isConfigured = paths.some((path) => /^phpunit(\.dist)?\.xml(\.dist)?$/.test(path));
  return isConfigured ? { test: 'vendor/bin/phpunit' } : {};
};

/** Tests of shell scripts. */
export const fromBats: Detector = ({ paths }) => {
  const folders = ['test', 'tests'].filter((folder) =>
    paths.some((path) => path.startsWith(`${folder}/`) && path.endsWith('.bats')),
  );
  return folders.length === 0 ? {} : { test: `bats ${folders.join(' ')}` };
};
