import { equal } from "node:assert/strict";
import { shapeFault } from "../support/documents/printed_shape.ts";

function json(shown: string, printed: string) {
  return shapeFault({ info: "json output", text: shown }, printed);
}

Deno.test("shapeFault() takes other figures, and refuses another kind, a missing member and one that is not shown", () => {
  equal(json('{"data":[{"p50":72}],"n":null}', '{"data":[{"p50":1},{"p50":2.5}],"n":3}'), null);
  equal(json('{"data":[{"p50":72}]}', '{"data":[{"p50":1},{"p50":"1"}]}'), ".data[1].p50 is a string, not a number");
  equal(json('{"a":1,"b":2}', '{"a":1}'), ".b is missing");
  equal(json('{"a":1}', '{"a":1,"b":2}'), ".b is not shown");
  equal(json('{"a":1,"…":0}', '{"a":1,"b":2}'), null);
  equal(json('{"a":"…"}', '{"a":[1]}'), null);
  equal(json('{"a":[1]}', '{"a":[]}'), ".a is empty");
  equal(json('{"a":[]}', '{"a":[1]}'), ".a is not empty");
});

Deno.test("shapeFault() finds the lines that are shown in what was printed, in order, whatever the numbers", () => {
  const text = (shown: string) =>
    shapeFault({ info: "text output", text: shown }, "HTTP/1.1 200 OK\r\nage: 74\r\nx: y\r\n");
  equal(text("HTTP/1.1 200 OK\n…\nage: 3"), null);
  equal(text("age: 3\nHTTP/1.1 200 OK"), "no line like: HTTP/1.1 200 OK");
  equal(text("age: …\nx: …"), null);
  equal(text("age: three"), "no line like: age: three");
});
