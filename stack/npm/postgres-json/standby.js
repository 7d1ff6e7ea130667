/** Set by stack/data_api for a database that takes no writes. */
const isStandby = globalThis.Deno?.env.get("FRESHET_STANDBY") === "1";

/** What lite makes at its start. A request never holds such a statement: they are tables, functions and nothing else. */
const makes = /^\s*(?:create|alter|drop|grant|revoke|comment on|do)\s/i;

/**
 * Whether a statement would make what the replica has already from its primary, whose data API made it. A replica refuses
 * it even where it says `if not exists`.
 */
export function isMadeAlready(text) {
  return isStandby && makes.test(text);
}
