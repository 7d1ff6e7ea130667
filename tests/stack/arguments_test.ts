import { deepEqual, doesNotMatch, equal, match, throws } from "node:assert/strict";
import { parseArguments } from "../../stack/arguments.ts";

const nothingSet = () => undefined;

Deno.test("parseArguments() starts on port 54321 in .freshet, with samples, when nothing is said", () => {
  const { command, port, workFolder, projectFolder, samples, watch, flavour } = parseArguments(["start"], nothingSet);
  deepEqual({ command, port, samples, watch, flavour }, {
    ...{ command: "start", port: 54321, samples: true, watch: false, flavour: "auto" },
  });
  equal(parseArguments(["start", "--watch"], nothingSet).watch, true);
  equal(workFolder, `${projectFolder}/.freshet`);
});

Deno.test("parseArguments() takes the port of the command line over that of the environment", () => {
  const environment = (name: string) => name === "FRESHET_PORT" ? "6001" : undefined;
  equal(parseArguments(["start"], environment).port, 6001);
  equal(parseArguments(["start", "--port", "6002"], environment).port, 6002);
  equal(parseArguments(["start", "--port=6003"], environment).port, 6003);
});

Deno.test("parseArguments() does not read DATABASE_URL, and takes --db-url over FRESHET_DATABASE_URL", () => {
  const urls = (variable: string, ...args: string[]) =>
    parseArguments(["start", ...args], (name) => name === variable ? "postgresql://of-the-shell/db" : undefined)
      .databaseUrl;
  equal(urls("DATABASE_URL"), undefined);
  equal(urls("FRESHET_DATABASE_URL"), "postgresql://of-the-shell/db");
  equal(urls("FRESHET_DATABASE_URL", "--db-url", "postgres://given/db"), "postgres://given/db");
  equal(urls("FRESHET_DATABASE_URL", "--db-url=postgres://given/db?a=b"), "postgres://given/db?a=b");
});

Deno.test("parseArguments() refuses what is no database URL, without repeating a password", () => {
  const wrong: [string[], string | undefined][] = [
    [["start", "--db-url", "mysql://u:hunter2@h"], undefined],
    [["start", "--db-url"], undefined],
    [["start", "--db-urls=postgres://u:hunter2@h/db"], undefined],
    [["start", "postgres://u:hunter2@h/db"], undefined],
    [["start"], "hunter2"],
  ];
  for (const [args, variable] of wrong) {
    throws(
      () => parseArguments(args, (name) => name === "FRESHET_DATABASE_URL" ? variable : undefined),
      (error: Error) => {
        doesNotMatch(error.message, /hunter2/);
        match(error.message, /→/);
        return true;
      },
    );
  }
  // What is wrong with it matters to a start only.
  equal(parseArguments(["stop"], (name) => name === "FRESHET_DATABASE_URL" ? "hunter2" : undefined).command, "stop");
});

Deno.test("parseArguments() hands the settings of issuers to the functions, and no other variable of the shell", () => {
  const shell: Readonly<Record<string, string>> = {
    FRESHET_ISSUERS: "[]",
    FRESHET_JWT_ISSUER: "none",
    FRESHET_CLAIM_ORG: "app_metadata.org_id",
    RESEND_API_KEY: "of another project",
  };
  deepEqual(parseArguments(["start"], (name) => shell[name]).variables, {
    FRESHET_ISSUERS: "[]",
    FRESHET_JWT_ISSUER: "none",
    FRESHET_CLAIM_ORG: "app_metadata.org_id",
  });
  deepEqual(parseArguments(["start"], nothingSet).variables, {});
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
