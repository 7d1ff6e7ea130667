import { deepEqual, equal, throws } from "node:assert/strict";
import { parseArguments } from "../../stack/arguments.ts";

const nothingSet = () => undefined;

Deno.test("parseArguments() starts on port 54321 in .freshet, with samples, when nothing is said", () => {
  const { command, port, workFolder, projectFolder, samples, flavour } = parseArguments(["start"], nothingSet);
  deepEqual({ command, port, samples, flavour }, { command: "start", port: 54321, samples: true, flavour: "auto" });
  equal(workFolder, `${projectFolder}/.freshet`);
});

Deno.test("parseArguments() takes the port of the command line over that of the environment", () => {
  const environment = (name: string) => name === "FRESHET_PORT" ? "6001" : undefined;
  equal(parseArguments(["start"], environment).port, 6001);
  equal(parseArguments(["start", "--port", "6002"], environment).port, 6002);
  equal(parseArguments(["start", "--port=6003"], environment).port, 6003);
});

Deno.test("parseArguments() takes an empty variable for one that is not set", () => {
  const { databaseUrl, sentryDsn } = parseArguments(["start"], () => "");
  deepEqual([databaseUrl, sentryDsn], [undefined, undefined]);
});

Deno.test("parseArguments() names what it does not understand, and the remedy", () => {
  throws(() => parseArguments(["start", "--port", "http"], nothingSet), /"http" is not a port[\s\S]*→ give a number/);
  throws(() => parseArguments(["begin"], nothingSet), /"begin" is no command[\s\S]*start, stop/);
  throws(() => parseArguments(["start", "--fast"], nothingSet), /"--fast" was not understood/);
  throws(
    () => parseArguments(["start"], (name) => name === "FRESHET_POSTGRES" ? "16" : undefined),
    /"16" is no FRESHET_POSTGRES/,
  );
});
