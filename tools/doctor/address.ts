/** Said by the driver itself, before a session begins. Everything else of an address would become a startup parameter. */
const KEPT = ["sslmode", "ssl", "sslnegotiation"];

/** The user `<role>.<project>`, from which a pooler of the platform learns which database is meant. */
const POOLED_USER = /^[^.]+\.[a-z]{20}$/;

/**
 * A database's address without what a pooler drops or refuses. Startup parameters (`options`, `pgbouncer=true`) decide
 * nothing for the doctor: its session says itself what it needs. Without a path the database of a project is `postgres`, not
 * one that is named like the pooler's user.
 *
 * @example connectionUrl("postgresql://postgres.abcdefghijklmnopqrst@aws-0-eu-central-1.pooler.supabase.com:5432?options=-c%20jit%3Doff")
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
