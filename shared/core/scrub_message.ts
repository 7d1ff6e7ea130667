type Rule = readonly [pattern: RegExp, name: string];

/** What looks like a credential, or names a person, wherever it stands. */
const CREDENTIALS: readonly Rule[] = [
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}/g, "[token]"],
  [/\bsb_[\w-]{6,}/g, "[key]"],
  [/\bBearer\s+[^\s,;]+/gi, "Bearer [token]"],
  [/\b(password|passwd|pwd|secret|token|api[_-]?key|authorization)(["']?\s*[=:]\s*)[^\s,;]+/gi, "$1$2[secret]"],
  [/[^\s"'(),;<>[\]]+@[^\s"'(),;<>[\]]+/g, "[email]"],
];

/** Whole statements, which go first. */
const STATEMENTS: readonly Rule[] = [
  [/^LINE \d+:.*(?:\n\s*\^[^\n]*)?$/gm, "[statement]"],
  [/^(?:CONTEXT|QUERY|STATEMENT): [\s\S]*/m, "[context]"],
  [/\bJSON data, line \d+:[\s\S]*/, "[context]"],
];

/** Values are printed unescaped, so each of these reaches to the last place where its value can end. */
const LITERALS: readonly Rule[] = [
  [
    /\)=\((?:[\s\S]*\)(?= already exists| is not present| is still referenced| is duplicated| conflicts with)|[\s\S]*$)/g,
    ")=([value])",
  ],
  [/\bFailing row contains \((?:[\s\S]*\)|[\s\S]*$)/g, "Failing row contains ([values])"],
  [/\$(\w*)\$[\s\S]*?(?:\$\1\$|$)/g, "[literal]"],
  // One that is never closed was cut off: the rest of the text is its.
  [/'[^']*(?:'|$)/g, "'[literal]'"],
  [/:\s+"(?:[\s\S]*"|[^"]*$)/g, ': "[value]"'],
];

const IDENTITIES: readonly Rule[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, "[uuid]"],
  [/\b(?=[\w+/-]*\d)(?=[\w+/-]*[A-Za-z])[\w+/-]{40,}={0,2}/g, "[token]"],
  [/\b[0-9a-f]{32,}\b/gi, "[hex]"],
  [/\d{9,}/g, "[number]"],
];

const QUOTED_WORD =
  /(\b(?:relation|table|view|column|index|constraint|schema|function|type|role|database|sequence|extension|trigger|policy|cursor|language|job)\s+)?"([^"]*)(?:"|$)/g;
const IDENTIFIER = /^[a-z_][a-z0-9_.$-]{0,127}$/i;

/**
 * Takes personal data and secrets out of an error message: e-mail addresses, key values, tokens, API keys, literals,
 * UUIDs, rows. Names of database objects and an SQLSTATE in brackets stay. Idempotent.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(
 *   scrubMessage('duplicate key value violates unique constraint "users_email_key" Key (email)=(a@b.org) already exists.'),
 *   'duplicate key value violates unique constraint "users_email_key" Key (email)=([value]) already exists.',
 * );
 * ```
 */
export function scrubMessage(message: string): string {
  const withoutLiterals = replaceAll(message, [...STATEMENTS, ...CREDENTIALS, ...LITERALS]).replace(
    QUOTED_WORD,
    keepIdentifier,
  );
  return replaceAll(withoutLiterals, IDENTITIES);
}

/**
 * Takes credentials and e-mail addresses out of a text that is otherwise ours, such as a name or a statement of repair.
 * Less than scrubMessage, which also takes every literal.
 */
export function scrubCredentials(text: string): string {
  return replaceAll(text, CREDENTIALS);
}

function replaceAll(text: string, rules: readonly Rule[]): string {
  return rules.reduce((rest, [pattern, name]) => rest.replace(pattern, name), text);
}

/** A quoted word is a name after the word that announces one; anywhere else it may be a value. */
function keepIdentifier(_quoted: string, announced: string | undefined, word: string): string {
  return announced !== undefined && IDENTIFIER.test(word) ? `${announced}"${word}"` : `${announced ?? ""}"[value]"`;
}
