// Everything that was planted, in everything that PostgreSQL and HTTP wrap around it; and what has to stay as it is.
import assert from "node:assert/strict";
import fc from "fast-check";
import { passesLuhn, passesMod97 } from "../../../../shared/kernel/scrub/numbers.ts";
import { scrubMessage } from "../../../../shared/kernel/scrub/message.ts";
import { CONTEXTS, PLANTED, READABLE, VALUE_CONTEXTS } from "../../../support/fixtures/planted_secrets.ts";

const contexts = { ...CONTEXTS, ...VALUE_CONTEXTS };

Deno.test(`none of ${PLANTED.length} planted secrets is let through in ${Object.keys(contexts).length} kinds of message`, () => {
  const through: string[] = [];
  for (const { kind, text, hidden } of PLANTED) {
    for (const [context, around] of Object.entries(contexts)) {
      const scrubbed = scrubMessage(around(text));
      if (hidden.some((secret) => scrubbed.includes(secret))) through.push(`${kind} (${context}): ${scrubbed}`);
    }
  }
  assert.ok(PLANTED.length >= 60);
  assert.deepEqual(through, []);
});

Deno.test("no half of a planted secret that has two words or more is let through", () => {
  const through: string[] = [];
  for (const { kind, text, hidden } of PLANTED) {
    for (const [context, around] of Object.entries(contexts)) {
      const scrubbed = scrubMessage(around(text));
      const words = hidden.flatMap((secret) => secret.split(/[^\p{L}\p{N}]+/u)).filter((word) => word.length >= 6);
      const left = words.find((word) => scrubbed.includes(word));
      if (left !== undefined) through.push(`${left} of ${kind} (${context}): ${scrubbed}`);
    }
  }
  assert.deepEqual(through, []);
});

Deno.test("what an operator has to read stays as it was written", () => {
  const changed = READABLE.map(({ message, names = [] }) => [scrubMessage(message, { names }), message] as const)
    .filter(([scrubbed, message]) => scrubbed !== message);
  assert.deepEqual(changed, []);
});

Deno.test("a quoted name that nothing announces stays only where it was told beside the message", () => {
  const message = 'Nightly Export: "Nightly Export" was not run by "Eve Planted"';
  const told = scrubMessage(message, { names: ["Nightly Export", null, undefined, ""] });
  assert.equal(told, 'Nightly Export: "Nightly Export" was not run by "[value]"');
  assert.equal(scrubMessage(message), 'Nightly Export: "[value]"');
});

Deno.test("a message is cut first, and nothing of what was cut through is left", () => {
  for (const { kind, text, hidden } of PLANTED) {
    for (let over = 1; over < text.length; over += 5) {
      const before = "so long ".repeat(600).slice(0, 3_998 - text.length + over - 1);
      const scrubbed = scrubMessage(`${before} ${text} and more ${"x ".repeat(99)}`);
      assert.ok(scrubbed.length <= 4_000, String(scrubbed.length));
      const secret = hidden[0] ?? "";
      const begun = text.indexOf(secret);
      const left = secret.slice(0, Math.max(0, text.length - over - begun));
      if (left.length < 6 || /^[A-Z]/.test(left) && kind.startsWith("name")) continue;
      assert.ok(!scrubbed.includes(left), `${kind}, cut ${over} before its end: …${scrubbed.slice(-80)}`);
    }
  }
});

Deno.test("cards and accounts are told by their check digits", () => {
  const digits = fc.stringMatching(/^[1-9]\d{13,17}$/);
  fc.assert(fc.property(digits, (number) => {
    const valid = [..."0123456789"].filter((check) => passesLuhn(number + check));
    assert.equal(valid.length, 1);
    const card = (number + valid[0]).match(/.{1,4}/g)?.join(" ") ?? "";
    const scrubbed = scrubMessage(`charged ${card} twice`);
    assert.equal(scrubbed, "charged [number] twice");
  }));
  assert.ok(passesMod97("DE89370400440532013000") && !passesMod97("DE88370400440532013000"));
});

Deno.test("scrubbing what was scrubbed changes nothing", () => {
  const planted = fc.constantFrom(...PLANTED.map(({ text }) => text));
  const around = fc.constantFrom(...Object.values(contexts));
  fc.assert(
    fc.property(planted, around, planted, (first, context, second) => {
      const once = scrubMessage(`${context(first)} ${second}`);
      assert.equal(scrubMessage(once), once);
    }),
    { numRuns: 3_000 },
  );
});
