import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { neutralise, renderCsv } from "../../../../shared/adapters/runtime/csv.ts";
import type { Row } from "../../../../shared/read/row_check.ts";

const LIVE = /^[\s"'\p{Cf}\p{Cc}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/u;

function csv(columns: readonly string[], rows: readonly Row[]): string {
  return renderCsv({ columns, rows });
}

Deno.test("renderCsv() writes a header, CRLF, and quotes where they are needed", () => {
  const text = csv(["lane", "score"], [{ lane: 'a "quoted", lane', score: 1.5 }, {
    lane: "two\nlines",
    score: 2,
  }]);
  assert.equal(text, 'lane,score\r\n"a ""quoted"", lane",1.5\r\n"two\nlines",2\r\n');
});

Deno.test("renderCsv() keeps numbers numbers, the negative ones too, and null an empty field", () => {
  const text = csv(["a", "b", "c"], [{ a: -3.5, b: null, c: true }, { a: 0, b: -1e-7, c: false }]);
  assert.equal(text, "a,b,c\r\n-3.5,,true\r\n0,-1e-7,false\r\n");
});

Deno.test("renderCsv() writes the header also when there are no rows", () => {
  assert.equal(csv(["a", "b"], []), "a,b\r\n");
});

const FORMULAS = [
  "=1+1",
  "+1",
  "-1",
  "@SUM(A1)",
  "\t=1",
  "\r=1",
  "\n=1",
  "  =1",
  '"=1',
  "'=1",
  "＝1",
  "＋1",
  "－1",
  "＠1",
  "\u200b=1",
  "\ufeff=1",
  "\u2060 \u200d=1",
  "\u00ad-1",
  "\u202e=1",
  "\u00a0\u3000+1",
  "\u3164@a",
  "\u0000=1",
  "−1",
];

for (const formula of FORMULAS) {
  Deno.test(`renderCsv() makes ${JSON.stringify(formula)} harmless`, () => {
    const [row] = parse(csv(["a"], [{ a: formula }]), { columns: true, record_delimiter: "\r\n" }) as {
      a: string;
    }[];
    assert.equal(row?.a, neutralise(formula));
    assert.ok(row?.a.startsWith("'") && row.a.replaceAll("'", "") === formula.replaceAll("'", ""));
    assert.match(csv(["a"], [{ a: formula }]), /^a\r\n"/);
  });
}

Deno.test("renderCsv() makes formulas harmless where another separator begins a cell", () => {
  for (
    const [text, written] of [["a;=1", "a;'=1"], [";=1", ";'=1"], ['a; "=1', "a;' \"=1"], ["a\t@b", "a\t'@b"], [
      "a\n+1",
      "a\n'+1",
    ]]
  ) {
    const rows = parse(csv(["a"], [{ a: text }]), { from_line: 1, record_delimiter: "\r\n" }) as string[][];
    assert.equal(rows[1]?.[0], written);
  }
  assert.equal(neutralise("a = 1; b - 2; c"), "a = 1; b - 2; c");
});

Deno.test("renderCsv() leaves no live formula in a file that is read with any separator", () => {
  const piece = fc.constantFrom(..."=+-@;\t| \"'a1,", "\u200b", "\ufeff", "＝", "\r", "\n");
  const cell = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
  fc.assert(fc.property(cell, cell, (a, b) => {
    const [, line = ""] = [...(csv(["a", "b"], [{ a, b }])).matchAll(/^a,b\r\n([\s\S]*)\r\n$/g)][0] ?? [];
    // A program that parts at semicolons knows no quotes here, since none stands at the beginning of its cells.
    for (const found of line.split(/[;\t|\r\n]/).slice(1)) {
      assert.doesNotMatch(found, /^[\s"\p{Cf}]*[=+@＝]/u, JSON.stringify([a, b, line]));
    }
  }));
});

Deno.test("renderCsv() makes formulas in column names and in JSON values harmless", () => {
  assert.equal(csv(["=a"], [{ "=a": { b: 1 } }]), `"'=a"\r\n"{""b"":1}"\r\n`);
});

Deno.test("renderCsv() can be read back to what was written, and holds no live formula", () => {
  const cell = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(...FORMULAS),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  fc.assert(fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 8 }), (pairs) => {
    const text = csv(["a", "b"], pairs.map(([a, b]) => ({ a, b })));
    const read = parse(text, { from_line: 2, record_delimiter: "\r\n", relax_column_count: false }) as string[][];
    assert.deepEqual(
      read,
      pairs.map((pair) => pair.map((held) => typeof held === "number" ? String(held) : neutralise(held))),
    );
    for (const [at, pair] of pairs.entries()) {
      for (const [column, held] of pair.entries()) {
        if (typeof held === "string") {
          assert.ok(!LIVE.test(read[at]?.[column] ?? "") || read[at]?.[column]?.startsWith("'"));
        }
      }
    }
  }));
});

Deno.test("renderCsv() writes what csv-stringify writes of the same cells, texts in any language and JSON among them", () => {
  const cell = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom(..."a1 =+-@;\t|\"',\r\n＝é") }),
    fc.constantFrom(...FORMULAS),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.jsonValue(),
  );
  const columns = ["a", "b", "c"];
  fc.assert(fc.property(fc.array(fc.record({ a: cell, b: cell, c: cell }), { maxLength: 5 }), (rows) => {
    const expected = stringify(rows, {
      header: true,
      columns,
      record_delimiter: "windows",
      cast: {
        string: (text) => ({ value: neutralise(text), quoted: neutralise(text) !== text || /[\r\n;\t]/.test(text) }),
        boolean: String,
        object: (value) => ({
          value: neutralise(JSON.stringify(value)),
          quoted: /[\r\n;\t]/.test(JSON.stringify(value)),
        }),
      },
    });
    assert.equal(csv(columns, rows), expected);
  }));
});
