import { failure, unstorableTexts, type Failure, type UnstorableText } from '@ymera/kernel';

type Part = 'params' | 'query' | 'body';

const nameOf = (codePoint: string): string =>
  codePoint === 'U+0000' ? 'NUL (U+0000)' : `half of a surrogate pair (${codePoint})`;

const messageOf = ({ codePoint, index }: UnstorableText): string =>
  `Holds ${nameOf(codePoint)} at index ${index}.`;

/**
 * Text that no service can store is refused before any of them gets it, in every field and in members that the route
 * does not know. Undefined when all of it can be stored.
 */
export function textFailure(request: Readonly<Record<Part, unknown>>): Failure | undefined {
  const { params, query, body } = request;
  const errors = unstorableTexts({ params, query, body }).map((text) => ({
    path: text.path.join('.').slice(0, 300),
    message: messageOf(text),
  }));
  const [first] = errors;
  if (!first) return undefined;
  return failure('validation', 'text_invalid', `${first.path}: ${first.message}`, {
    suggestion: 'Remove the character and send the request again.',
    details: { errors },
  });
}
