import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonSchemas, withoutAdded } from '@ymera/contracts';
import { digestOf } from '@ymera/kernel';
import { z } from 'zod';

const file = join(__dirname, '..', 'frozen.json');
const frozen = z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(file, 'utf8')));
const declared = Object.entries(jsonSchemas());

/** The parts that a reader of the message depends on; descriptions may change, and optional members may be added. */
const shape = ({ description: _description, ...schema }: Record<string, unknown>): string =>
  digestOf(withoutAdded(schema));

describe('published versions of messages', () => {
  it.each(declared)(
    '%s is what it was (a change is a new version; else see test/contract/README.md)',
    (name, schema) => {
      expect({ [name]: frozen[name] }).toEqual({ [name]: shape(schema) });
    },
  );

  it('are all still declared', () => {
    expect(Object.keys(frozen).filter((name) => !declared.some(([known]) => known === name))).toEqual([]);
  });
});

describe('an optional member marked as added', () => {
  const published = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };
  const gained = (member: object) => ({
    ...published,
    properties: { ...published.properties, note: { type: 'string', ...member } },
  });

  it('does not change the digest of the message', () => {
    expect(shape(gained({ 'x-added': true }))).toBe(shape(published));
  });

  it('changes the digest when it is unmarked or required', () => {
    expect(shape(gained({}))).not.toBe(shape(published));
    expect(shape({ ...gained({ 'x-added': true }), required: ['id', 'note'] })).not.toBe(shape(published));
  });
});
