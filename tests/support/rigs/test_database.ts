import postgres from "postgres";

/** The migrated database that tools/test.ts started for this suite. */
export function testDatabaseUrl(role: "postgres" | "superuser" = "postgres"): string {
  const name = role === "postgres" ? "FRESHET_TEST_DATABASE_URL" : "FRESHET_TEST_SUPERUSER_URL";
  const url = Deno.env.get(name);
  if (url === undefined) {
    throw new Error(`${name} is not set: run these through \`deno task test\`, which starts a database`);
  }
  return url;
}

/** Runs a body with connections that are always closed afterwards. */
export async function withConnections<Result>(
  count: number,
  body: (connections: postgres.Sql[]) => Promise<Result>,
): Promise<Result> {
  // The driver closes a connection after 30 to 60 minutes, also in the middle of a transaction that a test has begun itself.
  const options = { max: 1, onnotice: () => {}, max_lifetime: null };
  const connections = Array.from({ length: count }, () => postgres(testDatabaseUrl(), options));
  try {
    return await body(connections);
  } finally {
    await Promise.all(connections.map((connection) => connection.end({ timeout: 5 })));
  }
}
