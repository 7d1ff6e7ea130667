import assert from "node:assert/strict";
import { digestContent, type DigestLinks } from "../../functions/weekly-digest/content.ts";
import { htmlBody } from "../../functions/weekly-digest/html_body.ts";
import { textBody } from "../../functions/weekly-digest/text_body.ts";
import { elementsOf, parsedMail, textOf } from "../support/parsed_mail.ts";

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

/** A digest with both lists full, in which every name is this one. */
function largest(name: string) {
  const people = (from: number) =>
    Array.from({ length: 5 }, (_, n) => person(from + n, { name, user_id: `${"&".repeat(199)}${from + n}` }));
  const many = {
    people_count: 1e6,
    active_count: 1e6,
    attempts_count: 1e12,
    assignments_count: 1e9,
    overdue_count: 1e9,
  };
  return mail({ org_name: name, ...many, best: people(1), lowest: people(6) });
}

const NAMES = {
  "of emoji": "👩‍👩‍👧‍👦".repeat(30),
  "of markup": '<img src="https://x.example.com/"> & '.repeat(6),
  "of ampersands": "&".repeat(200),
  "in Arabic": "محمد بن عبد الله ".repeat(12),
  "in Hebrew with figures": "שרה 12 ".repeat(29),
  "with marks that turn the direction": "\u202Enoitnetta\u2066 1 ".repeat(15),
  "without end": "🧑‍🚀".repeat(5_000),
};

for (const [what, name] of Object.entries(NAMES)) {
  Deno.test(`the largest digest with names ${what} is under 100,000 bytes, and says the same as text and as HTML`, () => {
    const { html, text } = largest(name);
    for (const part of [html, text]) assert.ok(new TextEncoder().encode(part).length < 100_000, String(part.length));
    assert.deepEqual(saidByHtml(html), saidByText(text));
  });
}

/** The cells of each row, and the headings: what a reader of the HTML sees as figures. */
function saidByHtml(html: string): string[] {
  return elementsOf(parsedMail(html)).flatMap((element) => {
    if (element.name === "h1" || element.name === "h2") return [textOf(element)];
    const cells = elementsOf(element).filter(({ name }) => name === "td");
    // The outermost row holds the whole card.
    if (element.name !== "tr" || cells.length === 1 || elementsOf(element).some(({ name }) => name === "table")) {
      return [];
    }
    const [place, name, score] = cells.map(textOf);
    return [score === undefined ? `${place} ${name}` : `${place} ${name}: ${score}`];
  });
}

/** The lines up to the note, without the week and the empty ones. */
function saidByText(text: string): string[] {
  const [heading = "", , ...lines] = text.split("\n");
  const note = lines.findIndex((line) => line.startsWith("Only people"));
  return [
    heading,
    ...lines.slice(0, note).map((line) => line.trim().replace(/ {2,}/, " ")).filter((line) => line !== ""),
  ];
}

Deno.test("a digest of an ordinary team says the same as text and as HTML, with the same links", () => {
  for (
    const changed of [{}, { avg_score: null, avg_score_change: null, completion_rate: null, best: [], lowest: [] }]
  ) {
    const { html, text } = mail(changed);
    assert.deepEqual(saidByHtml(html), saidByText(text));
    const links = elementsOf(parsedMail(html)).flatMap(({ attributes: { href } }) => href ?? []);
    // A person's page is linked from the HTML only.
    const shared = links.filter((link) => !link.includes("user="));
    assert.deepEqual(shared, [...text.matchAll(/https?:\S+/g)].map(([link]) => link));
  }
});

Deno.test("a name in a mail is text, whatever is in it, and the mail's own elements are all there are", () => {
  const own = "a body div h1 h2 head html meta p style table tbody td title tr".split(" ");
  for (const name of Object.values(NAMES)) {
    const names = elementsOf(parsedMail(largest(name).html)).map((element) => element.name);
    assert.deepEqual([...new Set(names)].sort(), own);
  }
});

Deno.test("figures behind a name stay in their order, whichever direction the name is written in", () => {
  const said = (name: string) =>
    mail({ best: [person(1, { name })] }).text.split("\n").find((line) => line.includes("59.0"));
  // U+2068 and U+2069 isolate, so that "59.0 (5 scores)" is no part of what is written from the right.
  assert.equal(said("محمد"), "   1  \u2068محمد\u2069: 59.0 (5 scores)");
  assert.equal(said("\u202Edna\u2066 Ada\u200F"), "   1  dna Ada: 59.0 (5 scores)");
  assert.equal(said("Ada"), "   1  Ada: 59.0 (5 scores)");
});

Deno.test("a week that lies in two years names both", () => {
  assert.equal(digestContent(FIGURES, "2024-12-30", LINKS).week, "30 December 2024 to 5 January 2025 (UTC)");
  assert.equal(digestContent(FIGURES, "2020-12-28", LINKS).week, "28 December 2020 to 3 January 2021 (UTC)");
  assert.equal(digestContent(FIGURES, "2028-02-28", LINKS).week, "28 February to 5 March 2028 (UTC)");
});

Deno.test("the HTML loads nothing, names its language, and has colours for a dark screen", () => {
  const elements = elementsOf(parsedMail(mail().html));
  const meta = (name: string) => elements.find(({ attributes }) => attributes.name === name)?.attributes.content;
  assert.equal(elements[0]?.attributes.lang, "en");
  assert.deepEqual([meta("color-scheme"), meta("supported-color-schemes")], ["light dark", "light dark"]);
  const dark = elements.filter(({ name }) => name === "style").map(textOf).join();
  for (const name of new Set(elements.flatMap(({ attributes }) => attributes.class?.split(" ") ?? []))) {
    assert.match(dark, new RegExp(`\\.${name} \\{`), "every class has a dark colour");
  }
  assert.match(dark, /^@media \(prefers-color-scheme: dark\)/);
  assert.doesNotMatch(dark, /url\(|@import/);
  for (const { name, attributes } of elements) {
    assert.ok(!["img", "link", "script", "iframe"].includes(name));
    assert.ok(!("src" in attributes) && !("background" in attributes) && !attributes.style?.includes("url("));
  }
});

Deno.test("figures of another shape are refused", () => {
  assert.throws(() => mail({ people_count: "eight" }));
});
