/** What every resource keeps, by being registered: a new one is tested without a line of its own. */
import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import { fullName, type Resource } from "../../shared/resource/resource.ts";
import type { PivotTable } from "../../shared/read/pivot_rows.ts";
import { packNames } from "../../tools/pack_folders.ts";
import { resources } from "../../tools/resources.ts";
import { bearer, type Contracted, contracted, ownerOf, readerOf, readsAll } from "../support/fixtures/contracted.ts";
import type { FakeRow } from "../support/fakes/source.ts";
import { samplePack } from "../support/sample_pack/mod.ts";
import { sampleQuery, sampleRow } from "../support/fixtures/sample_values.ts";
import { KEYS, mintToken } from "../support/fixtures/tokens.ts";

/** What rows must have in common to be answers to one question of one caller. */
function alike(resource: Resource, row: FakeRow): FakeRow {
  const { access, filters } = resource;
  const asked = sampleQuery(resource, row);
  const columns = filters.filter(({ param }) => param in asked).map(({ column }) => column);
  if (access.scope === "person") columns.push(access.column);
  if (access.scope === "member" && !readsAll(resource)) columns.push(access.org, access.column ?? access.org);
  return Object.fromEntries(columns.map((column) => [column, row[column]]));
}

/** The rows of a JSON answer, also of one that is pivoted. */
function rowsOf(resource: Resource, data: FakeRow[] | PivotTable): FakeRow[] {
  const { pivot } = resource;
  if (pivot === undefined || Array.isArray(data)) return data as FakeRow[];
  return data.rows.flatMap(({ cells, ...head }) =>
    (cells as FakeRow[]).map(({ at, ...cell }) => {
      const row: FakeRow = { ...head, ...cell, [pivot.columns]: data.columns[Number(at)] };
      return Object.fromEntries([...Object.keys(row)].sort(byPlaceIn(resource)).map((name) => [name, row[name]]));
    })
  );
}

/** Whether the least question names the row's owner, so that anybody else is refused; else theirs is another list. */
function namesOwner(resource: Resource, row: FakeRow): boolean {
  const { access, filters } = resource;
  if (!("column" in access)) return false;
  const asked = sampleQuery(resource, row);
  return filters.some(({ param, column }) => param in asked && column === access.column);
}

function byPlaceIn(resource: Resource): (left: string, right: string) => number {
  return (left, right) => resource.columns.indexOf(left) - resource.columns.indexOf(right);
}

/** Every resource of this checkout, and of the sample pack those of one person, whichever packs there are. */
const contracts = [...resources, ...samplePack.filter(({ access }) => access.scope === "person")];

function each(sentence: string, prove: (resource: Resource, given: Contracted) => Promise<void>): void {
  for (const resource of contracts) {
    Deno.test(`${fullName(resource)} ${sentence}`, () => prove(resource, contracted(resource)));
  }
}

each("answers a caller that may read it with rows of exactly its columns", async (resource, { ask }) => {
  const response = await ask();
  assert.equal(response.status, 200);
  const { data: served, meta } = await response.json();
  const data = rowsOf(resource, served);
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

each("refuses a period that ends before it begins, and reads nothing for it", async (resource, { ask, rig }) => {
  const periods = Object.keys(resource.params.shape).filter((name) => /(?:^|_)from$/.test(name));
  for (const from of periods) {
    const to = from.replace(/from$/, "to");
    const response = await ask(`&${from}=2026-03-09&${to}=2026-03-01`);
    assert.equal(response.status, 400);
    assert.deepEqual((await response.json()).errors.map(({ field }: { field: string }) => field), [to]);
  }
  assert.equal(rig.source.reads + rig.source.state_reads, 0);
  const day = periods.flatMap((from) => [from, from.replace(/from$/, "to")]).map((name) => `&${name}=2026-03-01`);
  assert.equal((await ask(day.join(""))).status, 200);
});

each("refuses to go without a parameter that it requires", async (resource, { rig, row }) => {
  const bare = await rig.ask(`/analytics/${fullName(resource)}`, { headers: await readerOf(resource, row) });
  const requires = Object.keys(sampleQuery(resource, sampleRow(resource, 1))).sort();
  const errors = bare.status === 400 ? (await bare.json()).errors : [];
  assert.deepEqual(errors.map(({ field }: { field: string }) => field).sort(), requires);
});

each("serves the same rows as CSV and as JSON", async (resource, { ask }) => {
  const data = rowsOf(resource, (await (await ask()).json()).data);
  for (const response of [await ask("&format=csv"), await ask("", { accept: "text/csv" })]) {
    assert.match(response.headers.get("content-type") ?? "", /^text\/csv/);
    const [header, ...rows] = parse(await response.text(), { record_delimiter: "\r\n" }) as string[][];
    assert.deepEqual(header, resource.columns);
    const expected = data.map((row) => resource.columns.map((name) => String(row[name] ?? "")));
    assert.deepEqual(rows, expected);
  }
});

each("gives one strong tag for one answer, and honours it", async (_resource, { ask }) => {
  const etag = (await ask()).headers.get("etag") ?? "";
  assert.match(etag, /^"[0-9a-f]{32}"$/);
  assert.notEqual((await ask("&format=csv")).headers.get("etag"), etag);
  const again = await ask("", { "if-none-match": etag });
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
  async (resource, { ask, row }) => {
    const callers = {
      publishable: { apikey: KEYS.publishable },
      cron: { apikey: KEYS.cron },
      owner: await ownerOf(resource, row),
      stranger: await bearer({ sub: "stranger" }),
      admin: await bearer({ sub: "root", is_admin: true }),
      secret: { apikey: KEYS.secret },
    };
    const { scope } = resource.access;
    const open = scope === "public" ? 200 : 403;
    const own = ["public", "user", "org", "member", "person"].includes(scope) ? 200 : 403;
    const everything = readsAll(resource) ? 200 : 403;
    const is_of_one = scope === "person";
    // Where the question names the owner's row, somebody else is refused; without that their own list is empty.
    const expected = {
      publishable: open,
      cron: open,
      owner: own,
      stranger: is_of_one || scope === "user" && !namesOwner(resource, row) ? 200 : open,
      // Of one person's rows an administrator reads their own, and the secret key has none.
      admin: is_of_one ? 200 : scope === "service" ? 403 : everything,
      secret: is_of_one ? 400 : everything,
    };
    for (const _temperature of ["cold", "warm"]) {
      const found: Record<string, number> = {};
      for (const [name, headers] of Object.entries(callers)) found[name] = (await ask("", headers)).status;
      assert.deepEqual(found, expected);
    }
  },
);

each("shows its owner the rows, and nobody else's", async (resource, { rig, row, path }) => {
  const { access } = resource;
  if (access.scope !== "user" && access.scope !== "org" && access.scope !== "person") return;
  const response = await rig.ask(path, { headers: await ownerOf(resource, row) });
  const rows = rowsOf(resource, (await response.json()).data);
  assert.deepEqual(rows.map((shown) => shown[access.column]), [row[access.column]]);
  if (access.scope !== "org") return;
  const another = await bearer({ sub: "owner", org_id: "00000000-0000-4000-8000-0000000000f2" });
  const foreign = await rig.ask(path, { headers: another });
  assert.deepEqual(rowsOf(resource, (await foreign.json()).data), []);
});

each(
  "shows another person's rows to those whom the relation lists and the secret key, and to no other",
  async (resource, given) => {
    const { access } = resource;
    if (access.scope !== "person") return;
    const { rig, row, path } = given;
    const person = String(row[access.column]);
    const asked = `${path}&${access.param}=${encodeURIComponent(person)}`;
    const expected: readonly (readonly [number, Record<string, string>])[] = [
      [200, await bearer({ sub: "tutor" })],
      [200, { apikey: KEYS.secret }],
      [403, await bearer({ sub: "stranger" })],
      [403, await bearer({ sub: "root", is_admin: true })],
      [403, { apikey: KEYS.publishable }],
      [403, { apikey: KEYS.cron }],
    ];
    for (const _temperature of ["cold", "warm"]) {
      for (const [status, headers] of expected) {
        const response = await rig.ask(asked, { headers });
        assert.equal(response.status, status, JSON.stringify(headers));
        assert.equal(response.headers.get("cache-control"), "no-store");
        assert.equal(response.headers.get("etag"), null);
        const rows = rowsOf(resource, (await response.json()).data ?? []);
        assert.equal(rows.length > 0, status === 200);
        assert.ok(rows.every((shown) => shown[access.column] === person));
      }
    }
    assert.deepEqual(rig.shared.keysWith(fullName(resource)), []);
    assert.equal(rig.source.access_log.length, 4);
  },
);

each("shows a member of another organisation none of its rows", async (resource, { rig, row, path }) => {
  const { access } = resource;
  if (access.scope !== "member") return;
  for (const org_role of Object.keys(access.rows)) {
    const headers = await bearer({ sub: row[access.column ?? ""] ?? "owner", org_id: "another", org_role });
    const response = await rig.ask(path, { headers });
    assert.equal(response.status, 200, org_role);
    assert.deepEqual(rowsOf(resource, (await response.json()).data), []);
  }
});

each("is not swayed by what a caller writes about himself", async (resource, { ask, rig, row }) => {
  if (resource.access.scope === "public") return;
  const headers = {
    authorization: `Bearer ${await mintToken({ claims: { sub: "stranger", user_metadata: { is_admin: true } } })}`,
  };
  const response = await ask("", { ...headers, "x-user-id": "owner", cookie: "sub=owner" });
  // A list of the caller's own, in which no owner is named, is a stranger's own: empty.
  const { scope } = resource.access;
  const own_list = scope === "person" || scope === "user" && !namesOwner(resource, row);
  assert.equal(response.status, own_list ? 200 : 403);
  if (own_list) assert.deepEqual((await response.json()).data, []);
  assert.equal((await ask("&sub=owner", headers)).status, 400);
  const kept = rig.shared.keysWith(fullName(resource)).filter((key) => !key.includes("lock:"));
  if (!own_list) assert.deepEqual(kept, []);
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
    assert.ok((request?.limit ?? 0) >= 2 && (request?.limit ?? 0) <= (resource.pivot === undefined ? 1_001 : 5_001));
    const { minimum_sample: guard } = resource;
    if (guard === null) {
      assert.notEqual(
        resource.access.scope,
        "public",
        "a public resource over people needs a minimum sample",
      );
    } else {
      assert.ok(guard.at_least >= 5);
      const is_asked = request?.filters.some((filter) =>
        "column" in filter && filter.column === guard.column && filter.op === "gte" &&
        filter.value === guard.at_least && filter.is_guard === true
      );
      // The question was the secret key's: it reads each row beneath, where somebody of the organisation does.
      assert.equal(is_asked, guard.except === undefined);
    }
  },
);

each("says how many rows its minimum sample held back, in CSV by a header", async (resource, { rig, row, ask }) => {
  const { minimum_sample: guard } = resource;
  const few = { ...row, [guard?.column ?? ""]: (guard?.at_least ?? 0) - 1 };
  if (guard !== null) rig.source.refresh(resource.view, [row, few]);
  const { data, meta } = await (await ask()).json();
  const sees_few = guard?.except !== undefined;
  assert.equal(meta.withheld_count, guard === null ? undefined : sees_few ? 0 : 1);
  const { headers } = await ask("&format=csv");
  assert.equal(headers.get("freshet-withheld-count"), guard === null ? null : sees_few ? "0" : "1");
  if (guard !== null) assert.equal(rowsOf(resource, data).length, sees_few ? 2 : 1);
});

Deno.test("every scope that the documents name has a resource that is shipped", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/add-a-view.md", import.meta.url));
  const documented = new Set([...page.matchAll(/\{ scope: "(\w+)"/g)].map(([, scope]) => scope));
  const shipped = new Set<string>(resources.map(({ access }) => access.scope));
  for (const scope of shipped) assert.ok(documented.has(scope), scope);
  // The page of the API lists every pack's paths; a checkout that has left a pack out may lack its scopes.
  const api = await Deno.readTextFile(new URL("../../docs/api.md", import.meta.url));
  const listed = [...api.matchAll(/^\| `\/([a-z_]+)\/[^`]*` \|/gm)].map(([, pack = ""]) => pack);
  const is_whole = listed.every((pack) => ["ops", "runbook"].includes(pack) || packNames().includes(pack));
  if (is_whole) assert.deepEqual([...documented].sort(), [...shipped].sort());
  assert.ok(documented.size >= 5, "the page names no scopes");
});

each(
  "is never short in silence: it has pages, or says whether it was cut, with the number of all rows, in CSV by headers",
  async (resource, { rig, row, ask }) => {
    if (resource.cursor !== undefined) return;
    const { limit } = resource;
    const [most, asked] = typeof limit === "number" ? [limit, ""] : [3, `&${limit.param}=3`];
    const rows = Array.from({ length: most + 2 }, () => row);
    for (const [length, is_truncated] of [[most + 2, true], [most + 1, true], [most, false], [0, false]] as const) {
      rig.source.refresh(resource.view, rows.slice(0, length));
      rig.clock.advance(3_000);
      const { data, meta } = await (await ask(asked)).json();
      assert.equal(rowsOf(resource, data).length, Math.min(length, most));
      assert.deepEqual([meta.is_truncated, meta.total_count], [is_truncated, length]);
      const { headers } = await ask(`${asked}&format=csv`);
      assert.equal(headers.get("freshet-truncated"), is_truncated ? "?1" : "?0");
      assert.equal(headers.get("freshet-total-count"), String(length));
    }
  },
);

each(
  "pages through every row once, in JSON and in CSV, and refuses a cursor that is not its own",
  async (resource, { rig, row, ask }) => {
    if (resource.cursor === undefined || typeof resource.limit === "number") return;
    const asked = sampleQuery(resource, row);
    const rows = Array.from({ length: 7 }, (_, seed) => ({ ...sampleRow(resource, seed), ...alike(resource, row) }));
    rig.source.refresh(resource.view, rows);
    const whole = await (await ask(`&${resource.limit.param}=100`)).json();
    assert.equal(whole.meta.next_cursor, null);

    const headers = await readerOf(resource, row);
    const page = `/analytics/${fullName(resource)}`;
    const pages: FakeRow[] = [];
    let query = `?${new URLSearchParams({ ...asked, [resource.limit.param]: "3" })}`;
    for (const length of [3, 3, 1]) {
      const response = await rig.ask(page + query, { headers });
      const { data, meta } = await response.json();
      assert.equal(meta.row_count, length);
      pages.push(...rowsOf(resource, data));
      const csv = await rig.ask(`${page}${query}&format=csv`, { headers });
      const next = /^<(.*)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1];
      assert.equal(csv.headers.get("link")?.includes(meta.next_cursor) ?? false, meta.next_cursor !== null);
      assert.equal(next === undefined ? null : new URLSearchParams(next).get(resource.cursor), meta.next_cursor);
      query = next ?? "";
    }
    assert.equal(query, "");
    assert.deepEqual(pages, rowsOf(resource, whole.data));

    for (const cursor of ["", "x", "W10", "a.b", "é"]) {
      const response = await ask(`&${resource.cursor}=${cursor}`);
      assert.equal(response.status, 400, cursor);
      assert.deepEqual((await response.json()).errors.map(({ field }: { field: string }) => field), [resource.cursor]);
    }
  },
);
