import { deepEqual, equal } from "node:assert/strict";
import { csvOf } from "../charts/numbers.ts";
import { change, counted, day, duration, number } from "../words/numbers.ts";

Deno.test("figures are written in the reader's way, and nothing is a dash, not a zero", () => {
  equal(number(1234.56, 1, "en-GB"), "1,234.6");
  equal(number(1234.56, 1, "de-DE"), "1.234,6");
  equal(number(null), "–");
});

Deno.test("a change has its sign, and no change has none", () => {
  deepEqual([change(2.04, 1, "en-GB"), change(-2, 1, "en-GB"), change(0, 1, "en-GB")], ["+2", "-2", "0"]);
});

Deno.test("a day is the UTC day, wherever the reader is", () => {
  equal(day("2013-05-01", "en-GB"), "1 May 2013");
  equal(day("2013-05-01T23:59:59Z", "en-GB"), "1 May 2013");
});

Deno.test("a duration has its two largest units", () => {
  deepEqual([0, 42, 125, 3_900, 3_600, 90_061].map(duration), [
    "0 s",
    "42 s",
    "2 min 5 s",
    "1 h 5 min",
    "1 h",
    "1 d 1 h",
  ]);
});

Deno.test("one is singular", () => {
  deepEqual([counted(1, "row", "en-GB"), counted(1204, "row", "en-GB")], ["1 row", "1,204 rows"]);
});

Deno.test("a cell of the CSV that a spreadsheet would take for a formula is text, and quotes are doubled", () => {
  const text = csvOf({ columns: ["Day", "Score"], rows: [["=1+1", 3], ['a "b", c', null], ["2013-05-01", -4]] });
  equal(text, `Day,Score\r\n'=1+1,3\r\n"a ""b"", c",\r\n2013-05-01,-4\r\n`);
});
