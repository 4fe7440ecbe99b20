import { createHash } from 'node:crypto';
import type { OpenApiDocument, OpenApiOperation } from '@ymera/contracts';

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; text-transform: capitalize; }
details { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .4rem; margin: .5rem 0; }
summary { padding: .6rem .8rem; cursor: pointer; }
details > div { padding: 0 .8rem .8rem; }
code, pre { font: .875rem/1.45 ui-monospace, monospace; }
pre { overflow: auto; max-height: 24rem; padding: .6rem; background: color-mix(in srgb, currentColor 7%, transparent); }
.method { display: inline-block; min-width: 4rem; font-weight: 700; }`;

/** For a content security policy that allows the style of this page and nothing else. */
export const styleHash = `sha256-${createHash('sha256').update(style).digest('base64')}`;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const json = (value: unknown): string => `<pre>${escaped(JSON.stringify(value, null, 2))}</pre>`;

function renderOperation(method: string, path: string, operation: OpenApiOperation): string {
  const parameters = operation.parameters.map(
    ({ name, in: place, required }) =>
      `<li><code>${escaped(name)}</code> in ${place}${required ? ', required' : ''}</li>`,
  );
  return `<details id="${escaped(operation.operationId)}">
<summary><span class="method">${method.toUpperCase()}</span> <code>${escaped(path)}</code> ${escaped(operation.summary)}</summary>
<div><p>${escaped(operation.description)}</p>
${parameters.length > 0 ? `<h4>Parameters</h4><ul>${parameters.join('')}</ul>` : ''}
${operation.requestBody ? `<h4>Body</h4>${json(operation.requestBody)}` : ''}
<h4>Answers</h4>${json(operation.responses)}</div>
</details>`;
}

/** The API as a page for people: one page, no script, no external resources. */
export function docsPage(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))];
  const sections = tags.map(
    (tag) =>
      `<h2>${escaped(tag)}</h2>${operations
        .filter(({ operation }) => operation.tags.includes(tag))
        .map(({ method, path, operation }) => renderOperation(method, path, operation))
        .join('\n')}`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(document.info.title)}: API</title><style>${style}</style></head>
<body><h1>${escaped(document.info.title)}</h1>
<p>${escaped(document.info.description)}</p>
<p><a href="/openapi.json">openapi.json</a></p>
${sections.join('\n')}
<h2>resources</h2>
${Object.entries((document.components['schemas'] ?? {}) as Record<string, unknown>)
  .map(
    ([name, schema]) =>
      `<details><summary><code>${escaped(name)}</code></summary><div>${json(schema)}</div></details>`,
  )
  .join('\n')}
</body></html>
`;
}
