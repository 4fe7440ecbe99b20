/** A text without the byte-order mark that some editors put first: parsers of JSON, TOML and YAML refuse it. */
export const withoutByteOrderMark = (text: string): string => text.replace(/^\uFEFF/, '');
