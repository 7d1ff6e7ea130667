import { equal, match, ok } from "node:assert/strict";
import { renderToString } from "preact-render-to-string";
import { createElement } from "react";
import { NumbersTable } from "../charts/figure.tsx";
import { LineChart } from "../charts/line_chart.tsx";
import { ApiProvider } from "../api/api.tsx";
import { Card } from "../cards/card.tsx";
import { progressText } from "../cards/export_button.tsx";
import { outcomeText } from "../cards/refresh_button.tsx";
import type { AnyAnswer } from "../cards/standing.ts";

const numbers = { columns: ["Day", "Score"], rows: [["2013-05-01", 70], ["2013-05-02", null]] };

const chart = renderToString(createElement(LineChart, {
  name: "Score by day",
  summary: "One score in two days.",
  points: [{ label: "1 May", value: 70 }, { label: "2 May", value: null }],
  numbers,
  spoken: (index: number) => `value ${index}`,
}));

Deno.test("a chart is a figure with a name, and a slider over its positions that the keyboard reaches", () => {
  const [, id] = /<figure aria-labelledby="([^"]+)" class="chart">/.exec(chart) ?? [];
  ok(id !== undefined, chart.slice(0, 200));
  match(chart, new RegExp(`id="${id}"[^>]*>Score by day<`));
  match(chart, /<div role="slider" tabindex="0"/);
  match(chart, /aria-valuemin="0" aria-valuemax="1"/);
  match(chart, /<svg[^>]* aria-hidden="true"/);
});

Deno.test("the same numbers open as a table with a caption and scopes, and a missing one is named", () => {
  match(chart, /<details><summary>Show the numbers<span class="sr-only">of Score by day/);
  const table = renderToString(createElement(NumbersTable, { name: "Score by day", numbers }));
  match(table, /<caption class="sr-only">Score by day<\/caption>/);
  equal(table.match(/<th scope="col">/g)?.length, 2);
  match(table, /<th scope="row">2013-05-01<\/th><td class="figure">70<\/td>/);
  match(table, /<th scope="row">2013-05-02<\/th><td class="figure">none<\/td>/);
});

function card(
  state: { readonly answer: AnyAnswer | null; readonly answered_at: number | null },
  is_operator = false,
): string {
  const resource = { ...state, failure: null, is_asking: false, name: "acme/orders", askAgain: () => {} };
  const own = { title: "Orders", resource, empty: "No order yet.", children: () => "the rows" };
  const options = { url: "https://example.supabase.co", key: "k", is_operator, token: nothing, onExpired: () => {} };
  return renderToString(createElement(ApiProvider, { options, children: createElement(Card<AnyAnswer>, own) }));
}

const nothing = () => Promise.resolve(null);

Deno.test("a card names itself, its resource, its age and when its rows were computed", () => {
  const answer = {
    data: [1],
    meta: { as_of: "2026-11-30T10:00:00Z" },
    freshness: { age_seconds: 30, is_stale: false, objective_seconds: null },
  };
  const html = card({ answer, answered_at: Date.now() });
  match(
    html,
    /<section aria-labelledby="([^"]+)" aria-busy="false" class="card small"><div class="card-head"><h2 id="\1">Orders/,
  );
  match(html, /the rows/);
  match(html, /Verified 30 s ago · <code>acme\/orders<\/code>/);
  match(html, /computed <time datetime="2026-11-30T10:00:00Z">2026-11-30 10:00 UTC<\/time>/i);
});

Deno.test("a card that waits is busy, has a skeleton of its final size, and shows no rows", () => {
  const html = card({ answer: null, answered_at: null });
  match(html, /aria-busy="true"/);
  match(html, /<div class="skeleton small"><span class="sr-only">Loading/);
  ok(!html.includes("the rows"));
});

Deno.test("an empty card says in words that are announced what fills it", () => {
  const answer = {
    data: [],
    meta: { as_of: null },
    freshness: { age_seconds: 30, is_stale: false, objective_seconds: null },
  };
  match(card({ answer, answered_at: Date.now() }), /<div class="state empty"><p role="status">No order yet\.<\/p>/);
});

Deno.test("only an administrator of the platform is offered a refresh", () => {
  const empty = { answer: null, answered_at: null };
  ok(!card(empty).includes("Refresh<span"));
  match(card(empty, true), /<button type="button">Refresh<span class="sr-only">the rows of Orders<\/span>/);
});

Deno.test("a refresh says what the ledger says: never that it succeeded when it did not", () => {
  const view = { view: "mv_a", state: "finished", refresh_id: 1, sqlstate: null, message: null } as const;
  const said = (outcome: "refreshed" | "skipped_clean" | "failed", more: object) =>
    outcomeText({ id: 1, state: "finished", views: [{ ...view, changed_count: null, ...more, outcome }] });
  equal(said("refreshed", { changed_count: 7 }), "Computed again: 7 rows changed");
  equal(said("skipped_clean", {}), "Nothing had changed since the last refresh");
  equal(said("failed", { message: "canceling statement" }), "The refresh failed: canceling statement");
});

Deno.test("an export says how far it is, and a hundred only when there is a file", () => {
  const about = { export_id: "e", row_count: null } as const;
  equal(progressText(null), "Ordering the file");
  equal(progressText({ ...about, state: "queued", percent: null }), "Waiting for its turn");
  equal(progressText({ ...about, state: "running", percent: 41.6 }), "42% written");
});
