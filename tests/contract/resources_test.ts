/** What every resource keeps, by being registered: a new one is tested without a line of its own. */
import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import { fullName, type Resource } from "../../shared/core/resource.ts";
import { resources } from "../../shared/packs/registry.ts";
import { createHttpRig } from "../support/http_rig.ts";
import { sampleQuery, sampleRow } from "../support/sample_values.ts";
import { KEYS, mintToken } from "../support/tokens.ts";

interface Contracted {
  readonly rig: ReturnType<typeof createHttpRig>;
  readonly path: string;
  /** Asks for the sample row, as the secret key unless headers say otherwise. */
  readonly ask: (query?: string, headers?: Record<string, string>) => Promise<Response>;
}

function contracted(resource: Resource): Contracted {
  const rig = createHttpRig();
  const row = sampleRow(resource, 1);
  rig.source.refresh(resource.view, [row, sampleRow(resource, 2)]);
  if ("column" in resource.access) rig.source.owners.set("owner", [String(row[resource.access.column])]);
  const path = `/analytics/${fullName(resource)}?${new URLSearchParams(sampleQuery(resource, row))}`;
  return { rig, path, ask: (query = "", headers = { apikey: KEYS.secret }) => rig.ask(path + query, { headers }) };
}

function each(sentence: string, prove: (resource: Resource, given: Contracted) => Promise<void>): void {
  for (const resource of resources) {
    Deno.test(`${fullName(resource)} ${sentence}`, () => prove(resource, contracted(resource)));
  }
}

each("answers the secret key with rows of exactly its columns", async (resource, { ask }) => {
  const response = await ask();
  assert.equal(response.status, 200);
  const { data, meta } = await response.json();
  assert.ok(data.length > 0, "the sample row was not found");
  for (const row of data) assert.deepEqual(Object.keys(row), resource.columns);
  assert.equal(meta.resource, fullName(resource));
  assert.equal(meta.row_count, data.length);
});

each("refuses an unknown and a repeated parameter, and keeps nothing", async (_resource, { ask, rig }) => {
  for (const query of ["&nobody_knows=1", "&format=json&format=json"]) {
    const response = await ask(query);
    assert.equal(response.status, 400);
    const { code, errors } = await response.json();
    assert.equal(code, "BAD_REQUEST");
    assert.equal(errors.length, 1);
  }
  assert.equal(rig.shared.held.size, 0);
});

each("refuses to go without a parameter that it requires", async (resource, { rig }) => {
  const bare = await rig.ask(`/analytics/${fullName(resource)}`, { headers: { apikey: KEYS.secret } });
  const requires = Object.keys(sampleQuery(resource, sampleRow(resource, 1))).sort();
  const errors = bare.status === 400 ? (await bare.json()).errors : [];
  assert.deepEqual(errors.map(({ field }: { field: string }) => field).sort(), requires);
});

each("serves the same rows as CSV and as JSON", async (resource, { ask }) => {
  const { data } = await (await ask()).json();
  for (const response of [await ask("&format=csv"), await ask("", { apikey: KEYS.secret, accept: "text/csv" })]) {
    assert.match(response.headers.get("content-type") ?? "", /^text\/csv/);
    const [header, ...rows] = parse(await response.text(), { record_delimiter: "\r\n" }) as string[][];
    assert.deepEqual(header, resource.columns);
    const expected = data.map((row: Record<string, unknown>) =>
      resource.columns.map((name) => String(row[name] ?? ""))
    );
    assert.deepEqual(rows, expected);
  }
});

each("gives one strong tag for one answer, and honours it", async (_resource, { ask }) => {
  const etag = (await ask()).headers.get("etag") ?? "";
  assert.match(etag, /^"[0-9a-f]{32}"$/);
  assert.notEqual((await ask("&format=csv")).headers.get("etag"), etag);
  const again = await ask("", { apikey: KEYS.secret, "if-none-match": etag });
  assert.equal(again.status, 304);
});

each("marks every answer private and unguessable by type", async (_resource, { ask }) => {
  const { headers } = await ask();
  assert.match(headers.get("cache-control") ?? "", /^private/);
  assert.match(headers.get("vary") ?? "", /Authorization/);
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("set-cookie"), null);
});

each("refuses every credential that does not hold, before anything is read", async (_resource, { ask, rig }) => {
  const bad: Record<string, string>[] = [
    { apikey: "" },
    { apikey: "sb_secret_wrong_0123456789" },
    { authorization: "Bearer forged.token.here" },
    { authorization: `Bearer ${await mintToken({ expires_in: -1 })}`, apikey: KEYS.secret },
    {
      authorization: `Bearer ${await mintToken({ secret: "another-secret-another-secret-another" })}`,
      apikey: KEYS.secret,
    },
    { authorization: `Bearer ${KEYS.secret}` },
  ];
  for (const headers of bad) assert.equal((await ask("", headers)).status, 401, JSON.stringify(headers));
  assert.equal(rig.source.reads + rig.source.state_reads, 0);
});

each(
  "lets each kind of caller read what is theirs, with a cold cache and with a warm one",
  async (resource, { ask }) => {
    const token = async (claims: Record<string, unknown>) => ({
      authorization: `Bearer ${await mintToken({ claims })}`,
    });
    const callers = {
      publishable: { apikey: KEYS.publishable },
      cron: { apikey: KEYS.cron },
      owner: await token({ sub: "owner", org_id: "text 1" }),
      stranger: await token({ sub: "stranger", org_id: "another" }),
      admin: await token({ sub: "root", is_admin: true }),
      secret: { apikey: KEYS.secret },
    };
    const { scope } = resource.access;
    const open = scope === "public" ? 200 : 403;
    const own = scope === "public" || scope === "user" || scope === "team" ? 200 : 403;
    const expected = {
      publishable: open,
      cron: open,
      owner: own,
      stranger: open,
      admin: scope === "service" ? 403 : 200,
      secret: 200,
    };
    for (const _temperature of ["cold", "warm"]) {
      const found: Record<string, number> = {};
      for (const [name, headers] of Object.entries(callers)) found[name] = (await ask("", headers)).status;
      assert.deepEqual(found, expected);
    }
  },
);

each("is not swayed by what a caller writes about himself", async (resource, { ask, rig }) => {
  if (resource.access.scope === "public") return;
  const headers = {
    authorization: `Bearer ${await mintToken({ claims: { sub: "stranger", user_metadata: { is_admin: true } } })}`,
  };
  assert.equal((await ask("", { ...headers, "x-user-id": "owner", cookie: "sub=owner" })).status, 403);
  assert.equal((await ask("&sub=owner", headers)).status, 400);
  assert.equal(rig.shared.keysWith(fullName(resource)).filter((key) => !key.includes("lock:")).length, 0);
});

each("keeps keys, tokens and people out of what it stores and logs", async (_resource, { ask, rig }) => {
  const token = await mintToken({ claims: { sub: "owner" } });
  await ask();
  await ask("", { authorization: `Bearer ${token}`, apikey: KEYS.publishable });
  const stored = [...rig.shared.held].map(([key, { value }]) => key + value).join();
  const everything = stored + rig.lines.join();
  for (const secret of [token, "owner", ...Object.values(KEYS)]) assert.ok(!everything.includes(secret), secret);
});

each("answers a failing database without a word of what it said", async (_resource, { ask, rig }) => {
  rig.source.is_down = true;
  const response = await ask();
  assert.equal(response.status, 503);
  assert.equal(response.headers.get("retry-after"), "5");
  assert.equal(response.headers.get("cache-control"), "no-store");
  const body = await response.text();
  assert.doesNotMatch(body, /down|view_states|\.ts|stack/);
});

each(
  "asks the database for nothing but its columns, in a fixed order, with its minimum sample",
  async (resource, { ask, rig }) => {
    await ask();
    const [request] = rig.source.requests;
    assert.deepEqual(request?.columns, resource.columns);
    assert.ok((request?.order.length ?? 0) > 0);
    assert.ok((request?.limit ?? 0) >= 1 && (request?.limit ?? 0) <= 1_000);
    const { minimum_sample: guard } = resource;
    if (guard === null) {
      assert.notEqual(
        resource.access.scope,
        "public",
        "a public resource over people needs a minimum sample",
      );
    } else {
      assert.ok(guard.at_least >= 5);
      assert.ok(
        request?.filters.some(({ column, op, value }) =>
          column === guard.column && op === "gte" && value === guard.at_least
        ),
      );
    }
  },
);
