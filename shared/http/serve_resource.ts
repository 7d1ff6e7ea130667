import type { Caller } from "../core/caller.ts";
import { readDemanded } from "../core/read_demanded.ts";
import { readResource } from "../core/read_resource.ts";
import { fullName, type Resource } from "../core/resource.ts";
import { deriveScope, type Scope } from "../core/scope.ts";
import { createResponder } from "./answer.ts";
import type { Api } from "./api.ts";
import { createCompressor, likesGzip } from "./content_coding.ts";
import { requireCaller } from "./credentials.ts";
import { demandedAge } from "./demanded_age.ts";
import { rememberQuestions } from "./questions.ts";
import type { Route } from "./routes.ts";

/** GET /<pack>/<resource>: question, caller, scope, read, respond. */
export function serveResource(api: Api, resource: Resource): Route {
  const { hash } = api.reader;
  const askedBy = rememberQuestions(resource, hash);
  const respond = createResponder(resource);
  const compressLater = createCompressor(api.reader);
  const name = fullName(resource);

  // A verified caller is one object for as long as it is remembered: its scope is derived once.
  const scopes = new WeakMap<Caller, Scope>();

  function scopeOf(caller: Caller): Scope {
    const scope = scopes.get(caller) ?? deriveScope(resource, caller, hash);
    scopes.set(caller, scope);
    return scope;
  }

  return async (exchange) => {
    exchange.resource = name;
    const { headers } = exchange.request;
    const { question, max_age } = askedBy(exchange.search, headers.get("accept"));
    const identified = requireCaller(api, exchange);
    const caller = identified instanceof Promise ? await identified : identified;
    const scope = scopeOf(caller);
    const if_none_match = headers.get("if-none-match");
    const asked = { ...question, scope, if_none_match, emit: exchange.emit };
    const max_age_seconds = demandedAge(headers.get("cache-control"), max_age);
    exchange.begin("read");
    const answer = max_age_seconds === null
      ? await readResource(api.reader, asked)
      : await readDemanded(api.reader, asked, { max_age_seconds, refreshes: api.refreshes });
    const gzip = likesGzip(headers.get("accept-encoding"));
    if (gzip && answer.kind === "entry" && answer.entry.gzip === undefined) compressLater(answer.entry);
    return respond(answer, { format: question.format, gzip, exchange });
  };
}
