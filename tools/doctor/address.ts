/**
 * Parameters that the driver uses itself, before the session starts. It would send any other as a startup parameter.
 */
const KEPT = ["sslmode", "ssl", "sslnegotiation"];

/** A user `<role>.<project>`, from which the platform's pooler finds the database. */
const POOLED_USER = /^[^.]+\.[a-z]{20}$/;

/**
 * A database URL without the parameters that a pooler drops or refuses. The doctor does not need startup parameters
 * (`options`, `pgbouncer=true`): it sets what it needs in its session. If the path is missing, a project's database is
 * `postgres`, not one named after the pooler's user.
 *
 * @example
 *   connectionUrl("postgresql://postgres.abcdefghijklmnopqrst@aws-0-eu-central-1.pooler.supabase.com:5432?options=-c%20jit%3Doff")
 */
export function connectionUrl(url: string): string {
  const address = new URL(url);
  for (const name of [...address.searchParams.keys()]) {
    if (!KEPT.includes(name)) address.searchParams.delete(name);
  }
  const has_database = address.pathname !== "" && address.pathname !== "/";
  if (!has_database && POOLED_USER.test(decodeURIComponent(address.username))) address.pathname = "/postgres";
  return address.href;
}
