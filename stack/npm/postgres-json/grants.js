/** The statements with which lite opens a schema to the API roles because some table in it has row security. */
const opening =
  /^\s*(?:grant (?:usage on schema|all on all (?:tables|sequences) in schema)|alter default privileges in schema) "((?:[^"]|"")+)" .*\bto anon, authenticated, service_role\s*$/i;

/**
 * Whether a statement would give away privileges that the project's migrations keep. A hosted project grants nothing
 * by itself, so lite may do it for its own schema `storage` only.
 */
export function isUnwantedGrant(text) {
  const schema = opening.exec(text)?.[1];
  return schema !== undefined && schema !== "storage";
}
