/** Monthly partitions depend on the date, so they do not count as made by the migrations. */
export const monthlyPartition = "_y[0-9][0-9][0-9][0-9]m[0-9][0-9]";

/** pg_dump of our schemas without the parts that differ between machines and months. Needs PostgreSQL 15. */
export async function dumpSchema(databaseUrl: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("/usr/lib/postgresql/15/bin/pg_dump", {
    args: [
      ...["--schema-only", "--no-owner", "-n", "analytics", "-n", "freshet", "-n", "public"],
      ...["-T", `analytics.*${monthlyPartition}`, databaseUrl],
    ],
    env: { PGOPTIONS: "-c search_path=" },
  }).output();
  if (!success) throw new Error(`pg_dump failed: ${new TextDecoder().decode(stderr).trim()}`);
  return new TextDecoder().decode(stdout)
    // A version, and a random token that pg_dump draws each time.
    .replaceAll(/^(-- Dumped .*|\\(un)?restrict .*)\n/gm, "")
    // The order in which an object was granted means nothing.
    .replaceAll(/(?:^GRANT .*\n)+/gm, (grants) => grants.trimEnd().split("\n").sort().join("\n") + "\n")
    .replaceAll(/\n{3,}/g, "\n\n");
}
