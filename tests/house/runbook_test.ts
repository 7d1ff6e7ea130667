// Every kind of finding that the database knows has its page, its row in the list and its repair.
import { deepEqual, ok } from "node:assert/strict";
import { alertPayload } from "../../shared/audit/pass.ts";
import { repairSql } from "../../shared/audit/repair.ts";
import { withConnections } from "../support/rigs/test_database.ts";

const root = new URL("../../", import.meta.url);

async function kinds(): Promise<{ kind: string; severity: string }[]> {
  return await withConnections(1, async ([sql]) => {
    const rows = await sql?.unsafe("select kind, severity from analytics.alert_kinds order by kind") ?? [];
    return rows.map((row) => ({ kind: String(row["kind"]), severity: String(row["severity"]) }));
  });
}

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, root));
}

Deno.test("the runbook lists every kind with its severity, and nothing else", async () => {
  const rows = (await read("docs/runbook/README.md")).matchAll(/^\| \[([a-z_]+)\]\(\1\.md\) \| ([a-z]+) \|/gm);
  const listed = [...rows].map(([, kind, severity]) => ({ kind, severity }));
  deepEqual(listed.sort((a, b) => String(a.kind) < String(b.kind) ? -1 : 1), await kinds());
});

Deno.test("every kind has a page that says how it is seen, repaired and muted", async () => {
  for (const { kind } of await kinds()) {
    const page = await read(`docs/runbook/${kind}.md`);
    for (const part of [`# ${kind}\n`, "\n## See\n", "\n## Repair\n", "\n## Mute\n"]) {
      ok(page.includes(part), `docs/runbook/${kind}.md lacks "${part.trim()}"`);
    }
  }
});

Deno.test("every kind has SQL to begin its repair with", async () => {
  const moment = "2026-01-01T00:00:00Z";
  for (const { kind, severity } of await kinds()) {
    const payload = alertPayload.parse({
      ...{ kind, severity, subject: "probe", fingerprint: `${kind}:probe`, summary: "", incident_id: 1, streak: 1 },
      ...{ first_seen_at: moment, last_seen_at: moment, opened_at: moment, closed_at: null, resolution: null },
    });
    ok(repairSql(payload) !== null, `shared/audit/repair.ts has nothing for ${kind}`);
  }
});
