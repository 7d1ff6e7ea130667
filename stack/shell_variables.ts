import type { StackState } from "./state.ts";

/**
 * Lines that a POSIX shell evaluates, so that the commands of the documents can be pasted. The database has a name of
 * its own: FRESHET_DATABASE_URL would make the next start, here or in another checkout, use this database.
 */
export function shellVariables(state: StackState): string {
  const tokens = Object.entries(state.tokens ?? {});
  const variables: Record<string, string | null> = {
    SUPABASE_URL: state.origin,
    SUPABASE_PUBLISHABLE_KEY: state.publishable_key,
    SUPABASE_SECRET_KEY: state.secret_key,
    CRON_KEY: state.cron_key,
    FRESHET_LOCAL_DATABASE_URL: state.database_url,
    FRESHET_LOCAL_MAILBOX_URL: state.mailbox_url,
    FRESHET_LOCAL_CLERK_URL: state.clerk_url,
    ...Object.fromEntries(tokens.map(([who, token]) => [`${who.toUpperCase()}_TOKEN`, token])),
  };
  return Object.entries(variables).flatMap(([name, value]) => value ? [`export ${name}=${quoted(value)}`] : []).join(
    "\n",
  );
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
