import { readFileSync } from 'node:fs';

/**
 * `JSON.parse` with a result that the type checker does not trust: the caller says what it expects.
 * @param {string} text
 * @returns {unknown}
 */
export const parseJson = (text) => JSON.parse(text);

/**
 * @param {string} path
 * @returns {unknown}
 */
export const readJson = (path) => parseJson(readFileSync(path, 'utf8'));
