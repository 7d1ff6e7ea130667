// How the time grows with the text. A message is cut before it is read, so this is of the rules themselves, uncut.
import assert from "node:assert/strict";
import process from "node:process";
import { neutralise } from "../../../../shared/adapters/runtime/csv.ts";
import { scrubMessage, scrubName } from "../../../../shared/kernel/scrub/message.ts";
import { proofs } from "../../../support/random/proofs.ts";

/** What a rule could begin to read again and again. */
const SHAPES = [
  ..."1a_A.- \n\t'\"`$=:;,@/\\()[]{}<>«»“”‘’|%&?*+",
  ..."1 ,a ,a1,A1,aA1,a@,a.,a:,a=,=a,::,://,x://,aa://,x://a:,x://a@,:a,a-,-a,--a,eyJ,eyJ.,eyJ-,sb_,sk_live_,AKIA,ya29.,SG.,ghp_"
    .split(","),
  ...[
    "(",
    ")=(",
    ") already exists",
    "Failing row contains (",
    "Key (a)=(1)",
    "LINE 1:",
    "LINE 1:\n",
    "LINE 1: x\n ^\n",
  ],
  ...["DETAIL:", "\nDETAIL: a", "\nHINT: a", "DETAIL:  Key (", "CONTEXT", "JSON data, line ", "ERROR: "],
  ...[
    '""',
    '" "',
    'table "',
    'table "a" ',
    'table "a" of ',
    'job "a" of "b" ',
    ': "',
    "''",
    "' '",
    "a'",
    "'a",
    "'s ",
    "\\'",
    '\\"',
  ],
  ...["$$", "$a$", "$a", "$a$ $b$", "« ", "» «", "‘a", "’ ", "` `"],
  ...["-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "-----"],
  ...[
    "password",
    "password ",
    "password is ",
    "password is not ",
    "password for ",
    "password for a is ",
    "with password ",
  ],
  ...[
    "token",
    "token=",
    "token = ",
    "token: ",
    'token="',
    "token='",
    "token\t",
    "token:=",
    "token token ",
    "-token",
    "--token ",
    "secret_",
  ],
  ...[
    "Basic ",
    "Basic a",
    "Bearer ",
    "Bearer a ",
    "Authorization: ",
    "Cookie: a;",
    "-u ",
    "-u a:b ",
    "a:5432:",
    "a:5432:b:c:d ",
  ],
  ...[
    "1.",
    "1.1.1.1",
    "1.1.1.",
    "1:",
    "1:2",
    "::1",
    "f:",
    "0:",
    "00:",
    "00-",
    "2026-",
    "2026-11-20 ",
    "10:00:00 ",
    "10:",
    "1/",
  ],
  ...[
    "+1",
    "+1 ",
    "(1",
    "(1) ",
    "0 ",
    "01 ",
    "0/1",
    "4111 ",
    "4111-1111-",
    "DE89",
    "DE89 ",
    "DE89 3704 ",
    "AB12CD34",
    "tel: ",
    "tel: 1 ",
  ],
  ...[
    "12345678-",
    "8f14e45f-ceea-",
    "0123456789abcdef",
    "aB3",
    "aB3/",
    "aB3+",
    "aB3=",
    "a/b?c",
    "https://a/b ",
    "https://a?b=",
    "/a",
  ],
  ...[
    "<a",
    "<a ",
    "<a>",
    "<token>",
    "<token ",
    "</token>",
    "token:\n",
    "token: {",
    "token: [a,",
    "set ",
    "set a",
    "set token",
    "set token to ",
  ],
  ...[
    "token a1 ",
    "token -",
    "a1-",
    "SCRAM-SHA-256$",
    "Private-Lines: 1",
    "-u",
    "-ua:b",
    "%40",
    "a%40",
    "｀",
    "１",
    "\u00a0",
    "‚",
    "‘",
    "「",
    "``",
  ],
  ...[
    "API key",
    "API key ",
    "API key: ",
    "API key=",
    "recovery code: ",
    "credentials ",
    "credentials a",
    "credentials a:b ",
    "basic auth a:",
    "A_KEY",
    "A_KEY=",
    "_KEY",
    "《 ",
  ],
  ...[" conflicts with existing key ", "conflicts with existing key (", "4111–", "email: a ", "first_name: ", "→"],
  ...["otp ", "otp 1 ", "security code ", "1 is your ", "123 is your a ", "csrf=", "cvv 123 ms "],
  ...["mysql ", "mysql", "mysql -p", "mysql -p'", "-p", "-p ", "mysql -pa ", "docker -p ", "docker -p\n"],
  ...["detail: ", "detail: a", "detail: a\n", "detail: '", 'detail: "', "detail: 1 ", "details", "hint:\n", "row=a "],
  ...["&quot;", "&amp;", "&", "&#", "&#34;", "&amp;quot;", "table &quot;", "%22", "\\u0022", "&#x"],
  ...["é", "ß=", "\u200b", "𝒳", "…", "[value]", '"[value]"'],
] as const;

const SHORT = 1_000;
const LONG = proofs(40_000, 100_000);
/** Work that is linear has an exponent of 1, reading a text again and again one of 2. */
const LARGEST_EXPONENT = 1.1;

/** Milliseconds of processor time: other processes do not count, however busy the machine is. */
function timed(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/**
 * The exponent by which the time grows from SHORT to LONG characters: one long text beside short ones that are as many
 * characters and make as much garbage. Compilation and garbage only ever add time, so the least of each counts,
 * and tries go on until the exponent holds or there were plenty: what reads a text again and again misses by far each time.
 */
function exponent(scrub: (text: string) => unknown, shape: string): number {
  const [short = "", long = ""] = [SHORT, LONG].map((length) =>
    shape.repeat(Math.ceil(length / shape.length)).slice(0, length)
  );
  let [quick, slow] = [Infinity, Infinity];
  let found = Infinity;
  for (let tries = 0; tries < 60 && !(found <= LARGEST_EXPONENT); tries += 1) {
    slow = Math.min(slow, timed(() => scrub(long)));
    if (slow > 5_000) return Infinity;
    quick = Math.min(
      quick,
      timed(() => {
        for (let round = 0; round < LONG / SHORT; round += 1) scrub(short);
      }),
    );
    found = 1 + Math.log(slow / quick) / Math.log(LONG / SHORT);
  }
  return found;
}

const SCRUBS: Readonly<Record<string, (text: string) => unknown>> = {
  "scrubMessage()": (text) => scrubMessage(text, { longest: Infinity, names: ["a", "b c"] }),
  // With scrubCredentials() in it.
  "scrubName()": scrubName,
  "neutralise()": neutralise,
};

/** The proofs take them all. */
const EVERY = proofs(3, 1);
const shapes = SHAPES.filter((_, nth) => nth % EVERY === 0);

for (const [name, scrub] of Object.entries(SCRUBS)) {
  Deno.test(`the time of ${name} grows no faster than the text, whichever of ${shapes.length} shapes repeats`, () => {
    const slow = shapes.map((shape) => [shape, exponent(scrub, shape)] as const).filter(([, found]) =>
      !(found <= LARGEST_EXPONENT)
    );
    assert.deepEqual(slow, []);
  });
}

Deno.test("a message of any length costs what one of 4,000 characters does", () => {
  const long = "Key (email)=(eve@example.org) 4111 1111 1111 1111, ".repeat(40_000);
  const beginning = long.slice(0, 4_001);
  let [whole, cut] = [Infinity, Infinity];
  for (let tries = 0; tries < 200 && !(whole < cut * 2 && tries > 5); tries += 1) {
    whole = Math.min(whole, timed(() => scrubMessage(long)));
    cut = Math.min(cut, timed(() => scrubMessage(beginning)));
  }
  assert.ok(whole < cut * 2, `${whole} ms, and ${cut} ms of its beginning`);
});
