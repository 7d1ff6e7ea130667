import postgres from "postgres-js";
import { isUnwantedGrant } from "./grants.js";
import { sendAsRequester } from "./requester.js";
import { mendError } from "./sqlstate.js";
import { isMadeAlready } from "./standby.js";
import { values } from "./values.js";

/** postgres.js with the mends that README.md lists. */
export default function mended(url, options = {}) {
  const sql = postgres(url, { ...options, types: { ...options.types, ...values } });
  const { reserve } = sql;
  // kysely-postgres-js sends everything through unsafe() of a reserved connection.
  sql.reserve = async () => mendConnection(await reserve());
  return sql;
}

function mendConnection(connection) {
  const { unsafe } = connection;
  const send = sendAsRequester((text, parameters, options) => unsafe(text, parameters, options));
  connection.unsafe = async (text, parameters, options) => {
    if (isUnwantedGrant(text) || isMadeAlready(text)) return await unsafe("select 1");
    try {
      return await send(text, parameters, options);
    } catch (error) {
      throw mendError(error);
    }
  };
  return connection;
}
