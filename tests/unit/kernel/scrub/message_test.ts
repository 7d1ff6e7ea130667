import assert from "node:assert/strict";
import fc from "fast-check";
import { scrubMessage } from "../../../../shared/kernel/scrub/message.ts";

const examples: readonly [string, string, string][] = [
  [
    "keeps the sqlstate and the names of objects",
    'refresh of analytics.mv_x failed [42P01]: relation "analytics.gone" does not exist',
    'refresh of analytics.mv_x failed [42P01]: relation "analytics.gone" does not exist',
  ],
  [
    "takes out the value of a key",
    "Key (email, org)=(eve@x.org, 7) already exists.",
    "Key (email, org)=([value]) already exists.",
  ],
  [
    "takes out a value that holds parentheses",
    "Key (name)=(a (b) c) is not present in table",
    "Key (name)=([value]) is not present in table",
  ],
  ["takes out a failing row", "Failing row contains (1, Ann (Ms), null).", "Failing row contains ([values])."],
  [
    "takes out a value that could not be read",
    'invalid input syntax for type integer: "4711 "x" secret"',
    'invalid input syntax for type integer: "[value]"',
  ],
  ["takes out literals", "select 'it''s mine', $q$mine$q$", "select '[literal]''[literal]', [literal]"],
  ["takes out a literal that was cut off", "values ('abc", "values ('[literal]'"],
  [
    "takes out e-mail addresses and passwords in addresses",
    "postgres://eve:pw@db.example.org/x refused by eve@example.org",
    "[url] refused by [email]",
  ],
  ["takes out tokens", "jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln expired", "jwt [token] expired"],
  ["takes out a bearer token behind its header", "Authorization: Bearer abc.def", "Authorization: [secret]"],
  ["takes out API keys", "key sb_secret_Abc123xyz is unknown", "key [key] is unknown"],
  [
    "takes out UUIDs and long numbers",
    "row 8f14e45f-ceea-467f-a9d5-1b1c2d3e4f50 of 4111111111111111",
    "row [uuid] of [number]",
  ],
  [
    "takes out the excerpt of the statement",
    "ERROR: x\nLINE 1: select secret_word\n               ^\nHINT: y",
    "ERROR: x\n[statement]\nHINT: [hint]",
  ],
  [
    "takes out where it was called from",
    'ERROR: x\nCONTEXT:  SQL statement "insert into t values (1)"',
    "ERROR: x\n[context]",
  ],
];

for (const [fact, message, scrubbed] of examples) {
  Deno.test(`scrubMessage() ${fact}`, () => assert.equal(scrubMessage(message), scrubbed));
}

const word = fc.stringMatching(/^[a-z]{1,8}$/);
const prose = fc.array(word, { maxLength: 6 }).map((words) => words.join(" "));
const secret = fc.oneof(
  fc.stringMatching(/^[a-z]{3,8}@[a-z]{3,8}\.(org|com)$/),
  fc.stringMatching(/^sb_secret_[A-Za-z0-9]{12,24}$/),
  fc.stringMatching(/^eyJ[A-Za-z0-9_-]{12,20}\.eyJ[A-Za-z0-9_-]{12,20}\.[A-Za-z0-9_-]{12,20}$/),
  fc.uuid(),
);
/** Wherever a value may stand in what PostgreSQL prints. */
const value = fc.stringMatching(/^[A-Z]{4}[a-z0-9 .,()]{4,12}[A-Z]{4}$/);
const place = fc.constantFrom<((value: string) => string)[]>(
  (text) => `Key (name)=(${text}) already exists.`,
  (text) => `Failing row contains (1, ${text}, null).`,
  (text) => `invalid input syntax for type date: "${text}"`,
  (text) => `insert into t values ('${text}')`,
  (text) => `do $body$ ${text} $body$`,
  (text) => `\nLINE 1: select ${text}\n              ^`,
  (text) => `\nCONTEXT:  SQL statement "select ${text}"`,
);

Deno.test("scrubMessage() lets no credential through, wherever it stands", () => {
  fc.assert(fc.property(prose, secret, prose, (before, planted, after) => {
    assert.ok(!scrubMessage(`${before} ${planted} ${after}`).includes(planted));
  }));
});

Deno.test("scrubMessage() lets no value through, wherever PostgreSQL prints one", () => {
  fc.assert(fc.property(prose, place, value, prose, (before, around, planted, after) => {
    assert.ok(!scrubMessage(`${before} ${around(planted)} ${after}`).includes(planted));
  }));
});

Deno.test("scrubMessage() is idempotent", () => {
  const text = fc.oneof(
    fc.string(),
    fc.tuple(prose, place, value, secret).map(([before, around, planted, key]) =>
      `${before} ${around(planted)} ${key}`
    ),
    fc.stringMatching(/^[a-z"'()=:\[\] \n$@]{0,40}$/),
    fc.stringMatching(/^[a"'`\\()=: $«»‘’„“]{0,14}$/),
  );
  fc.assert(
    fc.property(text, (message) => {
      const once = scrubMessage(message);
      assert.equal(scrubMessage(once), once);
    }),
    { numRuns: 2_000, examples: [["'`\\"]] },
  );
});

Deno.test("scrubMessage() keeps the sqlstate of a failed refresh", () => {
  const sqlstate = fc.stringMatching(/^[0-9A-Z]{5}$/);
  fc.assert(fc.property(sqlstate, place, value, (state, around, planted) => {
    const message = `ERROR:  refresh of analytics.mv_x failed [${state}]: ${around(planted)}`;
    assert.ok(scrubMessage(message).includes(`failed [${state}]:`));
  }));
});
