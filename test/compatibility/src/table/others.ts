import type { Combination } from '../combination';
import { onSum } from './changes';

const rubySum = 'def sum_of(a, b)\n  a + b\nend\n';
const ignores = { '.gitignore': '_build/\ndeps/\n' } as const;

/** Languages whose tools few machines have. */
export const otherCombinations: readonly Combination[] = [
  {
    id: 'rspec',
    language: 'Ruby',
    tool: 'RSpec 3',
    packageManager: 'none',
    shape: '`spec` folder; rspec of the system',
    needs: ['rspec'],
    files: {
      '.rspec': '--require spec_helper\n',
      'lib/tiny.rb': rubySum,
      'spec/spec_helper.rb': "$LOAD_PATH.unshift(File.expand_path('../lib', __dir__))\n",
      'spec/tiny_spec.rb':
        "require 'tiny'\n\nRSpec.describe 'sum_of' do\n  it 'adds' do\n    expect(sum_of(1, 2)).to eq(3)\n  end\nend\n",
    },
    command: 'rspec',
    trials: onSum('lib/tiny.rb', 1),
  },
  {
    id: 'minitest',
    language: 'Ruby',
    tool: 'minitest',
    packageManager: 'rake',
    shape: 'Rakefile',
    needs: ['rake'],
    files: {
      Rakefile:
        "require 'rake/testtask'\n\nRake::TestTask.new do |t|\n  t.libs << 'lib'\n  t.pattern = 'test/**/*_test.rb'\nend\n\ntask default: :test\n",
      'lib/tiny.rb': rubySum,
      'test/tiny_test.rb':
        "require 'minitest/autorun'\nrequire 'tiny'\n\nclass TinyTest < Minitest::Test\n  def test_adds\n    assert_equal 3, sum_of(1, 2)\n  end\nend\n",
    },
    command: 'rake test',
    trials: onSum('lib/tiny.rb', 1),
  },
  {
    id: 'exunit',
    language: 'Elixir',
    tool: 'ExUnit',
    packageManager: 'mix',
    shape: 'mix project without dependencies',
    needs: ['elixir'],
    files: {
      ...ignores,
      'mix.exs':
        'defmodule Tiny.MixProject do\n  use Mix.Project\n\n  def project do\n    [app: :tiny, version: "0.1.0", elixir: "~> 1.14", deps: []]\n  end\nend\n',
      'lib/tiny.ex': 'defmodule Tiny do\n  def sum(a, b) do\n    a + b\n  end\nend\n',
      'test/test_helper.exs': 'ExUnit.start()\n',
      'test/tiny_test.exs':
        'defmodule TinyTest do\n  use ExUnit.Case\n\n  test "adds" do\n    assert Tiny.sum(1, 2) == 3\n  end\nend\n',
    },
    command: 'mix test',
    trials: onSum('lib/tiny.ex', 1),
  },
  {
    id: 'bats',
    language: 'Shell',
    tool: 'Bats',
    packageManager: 'none',
    shape: '`test` folder of .bats files',
    needs: ['bats'],
    files: {
      'sum.sh': '#!/bin/sh\nsum() {\n  a=$1\n  b=$2\n  echo $((a + b))\n}\n',
      'test/sum.bats': '@test "adds" {\n  . ./sum.sh\n  [ "$(sum 1 2)" -eq 3 ]\n}\n',
    },
    command: 'bats test',
    trials: onSum('sum.sh', 1),
  },
  {
    id: 'shell-make-check',
    language: 'Shell',
    tool: 'a script of assertions',
    packageManager: 'make',
    shape: 'target `check` in a Makefile',
    needs: ['make'],
    files: {
      Makefile: '.PHONY: check\ncheck:\n\tsh check.sh\n',
      'sum.sh': 'sum() {\n  a=$1\n  b=$2\n  echo $((a + b))\n}\n',
      'check.sh': '. ./sum.sh\n[ "$(sum 1 2)" -eq 3 ] || { echo "sum is wrong"; exit 1; }\necho good\n',
    },
    command: 'make check',
    trials: onSum('sum.sh'),
  },
];
