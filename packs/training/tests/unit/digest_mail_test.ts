import assert from "node:assert/strict";
import { digestContent, type DigestLinks } from "../../functions/weekly-digest/content.ts";
import { htmlBody } from "../../functions/weekly-digest/html_body.ts";
import { textBody } from "../../functions/weekly-digest/text_body.ts";

const LINKS: DigestLinks = {
  pages_url: "https://app.example.com/people?tab=week",
  unsubscribe_href: "https://x.example.com/u?token=1",
};

function person(n: number, changed: Readonly<Record<string, unknown>> = {}) {
  return {
    user_id: `u${n}`,
    name: `Person ${n}`,
    avg_score: 60 - n,
    scored_count: 5,
    rank: n,
    tied_count: 1,
    ...changed,
  };
}

const FIGURES = {
  org_name: "Acme",
  people_count: 8,
  active_count: 7,
  attempts_count: 34,
  scored_count: 34,
  avg_score: 37.647,
  avg_score_change: 17.147,
  assignments_count: 3,
  completed_count: 2,
  completion_rate: 0.6667,
  overdue_count: 1,
  best: [person(1, { rank: 1, tied_count: 2 })],
  lowest: [person(6)],
};

function mail(changed: Readonly<Record<string, unknown>> = {}, links = LINKS) {
  const content = digestContent({ ...FIGURES, ...changed }, "2026-03-02", links);
  return { content, html: htmlBody(content), text: textBody(content) };
}

Deno.test("a digest says its figures in words, in the text and in the HTML", () => {
  const { content, html, text } = mail();
  assert.equal(content.subject, "Acme: your team's week, 2 March to 8 March 2026");
  for (
    const said of [
      "7 of 8",
      "34",
      "37.6",
      "+17.1",
      "2 of 3 (67 %)",
      "1=",
      "Person 1",
      "59.0 (5 scores)",
      "May need support",
    ]
  ) {
    assert.ok(html.includes(said) && text.includes(said), said);
  }
});

Deno.test("a week without data says so and shows no figure", () => {
  const { text } = mail({ avg_score: null, avg_score_change: null, completion_rate: null, best: [], lowest: [] });
  assert.match(text, /Average score +no scores\n/);
  assert.match(text, /week before +not known: a week has no scores\n/);
  assert.match(text, /Assignments completed +no assignments\n/);
  assert.doesNotMatch(text, /Best averages|May need support/);
});

Deno.test("a change that rounds to zero has no sign", () => {
  for (const change of [0.04, -0.04, 0]) assert.match(mail({ avg_score_change: change }).text, /week before +0\.0\n/);
  assert.match(mail({ avg_score_change: -1.26 }).text, /week before +-1\.3\n/);
});

Deno.test("links lead to the page with the week, and a person's with the person", () => {
  const { content } = mail();
  assert.equal(content.href, "https://app.example.com/people?tab=week&from=2026-03-02&to=2026-03-08");
  assert.equal(content.lists[0]?.people[0]?.href, `${content.href}&user=u1`);
  assert.equal(mail({}, { ...LINKS, pages_url: null }).content.href, null);
});

Deno.test("a name with markup is text in the HTML, and one with line breaks does not reach the subject as two lines", () => {
  const name = "<script>alert(1)</script>\"'&";
  const { html, content } = mail({ best: [person(1, { name })], org_name: "A\r\nBcc: x@example.com <img src=x>" });
  assert.ok(!html.includes("<script") && !html.includes("<img"));
  assert.ok(html.includes("&lt;script>alert(1)&lt;/script>") || html.includes("&lt;script&gt;"));
  assert.doesNotMatch(content.subject, /[\r\n]/);
});

Deno.test("the largest digest is under 100,000 bytes, however long names are", () => {
  const name = "🧑‍🚀".repeat(5_000);
  const people = (from: number) =>
    Array.from({ length: 5 }, (_, n) => person(from + n, { name, user_id: "u".repeat(200) }));
  const { html, text } = mail({ org_name: name, best: people(1), lowest: people(6) });
  assert.ok(new TextEncoder().encode(html).length < 100_000, String(html.length));
  assert.ok(new TextEncoder().encode(text).length < 100_000);
});

Deno.test("the HTML loads nothing, names its language, and has colours for a dark screen", () => {
  const { html } = mail();
  assert.match(html, /^<!doctype html><html lang="en">/);
  assert.match(html, /<meta name="color-scheme" content="light dark"/);
  assert.match(html, /prefers-color-scheme: dark/);
  assert.doesNotMatch(html, /<img|<link|<script|url\(|src=/);
});

Deno.test("figures of another shape are refused", () => {
  assert.throws(() => mail({ people_count: "eight" }));
});
