/** The loader of docs/bi/metabase against a stand-in that holds its requests to Metabase's API documentation. */
import assert from "node:assert/strict";
import { readQuestions } from "../../tools/bi_metabase.ts";
import { createMetabase } from "../../tools/metabase/api.ts";
import { type Arguments, parseArguments } from "../../tools/metabase/arguments.ts";
import { load } from "../../tools/metabase/load.ts";
import { FakeMetabase } from "../support/fakes/metabase.ts";
import { namesIn } from "../support/documents/metabase_sql.ts";

const URL_OF = "https://metabase.example.com";
const ORG = "00000000-0000-4000-8000-0000000000a1";
const ASKED: Arguments = { url: URL_OF, database: null, organisation: ORG, collection: "Freshet training" };

async function loadInto(metabase: FakeMetabase, over: Partial<Arguments> = {}, key = "mb_key") {
  return await load(createMetabase({ url: URL_OF, key }, metabase.fetch), { ...ASKED, ...over }, await readQuestions());
}

Deno.test("every question becomes a card over the right database, with its SQL and a tag for each variable", async () => {
  const metabase = new FakeMetabase("mb_key");
  const { cards } = await loadInto(metabase);
  const questions = await readQuestions();
  assert.equal(cards, questions.length);
  for (const { title, sql } of questions) {
    const card = [...metabase.cards.values()].find(({ name }) => name === title) ?? assert.fail(title);
    assert.equal(card.dataset_query.database, 7);
    assert.equal(card.dataset_query.native.query, sql);
    assert.deepEqual(Object.keys(card.dataset_query.native["template-tags"]).sort(), namesIn(sql).sort());
    assert.deepEqual(card.parameters.map(({ slug }) => slug).sort(), namesIn(sql).sort());
  }
  const trend = [...metabase.cards.values()].find(({ name }) => name === "Attempts a day");
  assert.equal(trend?.display, "line");
  assert.deepEqual(trend?.visualization_settings, { "graph.dimensions": ["day"], "graph.metrics": ["attempts"] });
  const { days, organisation } = trend?.dataset_query.native["template-tags"] ?? {};
  assert.deepEqual([days?.type, days?.default, days?.required], ["number", 30, true]);
  assert.deepEqual([organisation?.type, organisation?.default, organisation?.required], ["text", undefined, false]);
});

Deno.test("each dashboard shows its questions beside each other, and its filters reach every variable", async () => {
  const metabase = new FakeMetabase("mb_key");
  const { dashboards } = await loadInto(metabase);
  assert.deepEqual(
    dashboards.map(({ name }) => name),
    ["admin", "kpi", "manager", "trainee"].map((name) => `Training: ${name}`),
  );
  for (const { id } of dashboards) {
    const { dashcards, parameters } = metabase.dashboards.get(id) ?? assert.fail("no dashboard");
    const places = dashcards.map(({ row, col }) => `${row}/${col}`);
    assert.equal(new Set(places).size, places.length, "two cards share a place");
    for (const { card_id, parameter_mappings } of dashcards) {
      const card = metabase.cards.get(card_id ?? 0) ?? assert.fail("a dashboard shows a card that is not there");
      const mapped = parameter_mappings.map(({ parameter_id, target }) => {
        assert.equal(parameters.find((filter) => filter.id === parameter_id)?.slug, target[1][1]);
        return target[1][1];
      });
      assert.deepEqual(mapped.sort(), Object.keys(card.dataset_query.native["template-tags"]).sort());
    }
    const organisation = parameters.find(({ slug }) => slug === "organisation");
    assert.deepEqual(organisation?.["default"], [ORG]);
  }
});

Deno.test("a second run changes nothing but what was edited here, and leaves alone what was added or moved there", async () => {
  const metabase = new FakeMetabase("mb_key");
  const first = await loadInto(metabase);
  const dashboard = metabase.dashboards.get(first.dashboards[0]?.id ?? 0) ?? assert.fail("no dashboard");
  const [moved] = dashboard.dashcards;
  assert.ok(moved !== undefined);
  Object.assign(moved, { row: 40, col: 3, size_x: 5 });
  const text = {
    id: 900,
    card_id: null,
    row: 60,
    col: 0,
    size_x: 24,
    size_y: 2,
    visualization_settings: { text: "Ours" },
    parameter_mappings: [],
  };
  dashboard.dashcards.push(text);
  const before = structuredClone([...metabase.cards, ...metabase.dashboards]);

  assert.deepEqual(await loadInto(metabase), first);
  assert.deepEqual([...metabase.cards, ...metabase.dashboards], before);
  assert.equal(metabase.collections.filter(({ name }) => name === "Freshet training").length, 1);
});

Deno.test("the database is named where Metabase has none or several, and the names are told", async () => {
  const metabase = new FakeMetabase("mb_key");
  metabase.databases.push({ id: 8, name: "Warehouse", engine: "postgres" });
  await assert.rejects(
    loadInto(metabase),
    /has 2 PostgreSQL databases.*--database NAME.*"Product" \(postgres\), "Warehouse"/,
  );
  await assert.rejects(loadInto(metabase, { database: "Elsewhere" }), /no database "Elsewhere"/);
  await loadInto(metabase, { database: "Warehouse" });
  assert.ok([...metabase.cards.values()].every((card) => card.dataset_query.database === 8));
});

Deno.test("what Metabase refuses is told with a remedy, and never with the key", async () => {
  const metabase = new FakeMetabase("mb_key");
  await assert.rejects(loadInto(metabase, {}, "mb_wrong_key"), (error: Error) => {
    assert.match(error.message, /GET \/database answered 401.*METABASE_API_KEY/);
    assert.ok(!error.message.includes("mb_wrong_key"));
    return true;
  });
  const silent: typeof globalThis.fetch = () => Promise.reject(new TypeError("refused"));
  const html: typeof globalThis.fetch = () => Promise.resolve(new Response("<html>"));
  const key = "mb_key";
  await assert.rejects(load(createMetabase({ url: URL_OF, key }, silent), ASKED, []), /does not answer/);
  await assert.rejects(load(createMetabase({ url: URL_OF, key }, html), ASKED, []), /unknown shape, at the top/);
});

Deno.test("the stand-in refuses a request that Metabase's documentation does not have", async () => {
  const metabase = new FakeMetabase("mb_key");
  const call = (path: string, body: unknown) =>
    metabase.fetch(`${URL_OF}/api${path}`, {
      method: "POST",
      headers: { "x-api-key": "mb_key" },
      body: JSON.stringify(body),
    });
  assert.equal((await call("/card", { name: "x" })).status, 400);
  assert.equal((await call("/dashboard", { name: "x", collection_id: "root", description: "" })).status, 400);
  assert.equal((await call("/questions", {})).status, 404);
});

Deno.test("the arguments name an address, and what is not understood is refused", () => {
  assert.deepEqual(
    parseArguments(["--url", "http://127.0.0.1:3000/", "--organisation", ORG, "--database", "Product"]),
    {
      url: "http://127.0.0.1:3000",
      database: "Product",
      organisation: ORG,
      collection: "Freshet training",
    },
  );
  assert.equal(parseArguments(["--help"]), null);
  const bad = [[], ["--url"], ["--url", "metabase"], ["--url", URL_OF, "--org", "x"], [
    "--url",
    URL_OF,
    "--organisation",
    "acme",
  ]];
  for (const args of bad) assert.throws(() => parseArguments(args), { name: "Error" }, args.join(" "));
});
