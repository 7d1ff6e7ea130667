import type { Caller } from "../../access/caller.ts";
import { readDemanded } from "../../read/read_demanded.ts";
import { type ReadAnswer, readResource } from "../../read/read_resource.ts";
import type { Question } from "../../read/question.ts";
import { memoize } from "../../kernel/memoize.ts";
import { fullName, type Resource } from "../../resource/resource.ts";
import { deriveScope, type Scope } from "../../access/scope.ts";
import { type MaybePromise, thenMaybe } from "../../kernel/maybe_promise.ts";
import { createWriter } from "../response/answer.ts";
import type { Api } from "../api.ts";
import { createCompressor, likesGzip } from "../response/content_coding.ts";
import { requireCaller } from "../request/credentials.ts";
import { demandedAge } from "../request/demanded_age.ts";
import type { Exchange } from "../request/exchange.ts";
import type { KeptResponse } from "../response/kept_response.ts";
import { rememberQuestions } from "../request/questions.ts";
import type { Route } from "./route.ts";

/** Spellings of Accept-Encoding that are remembered: nearly all callers send one of three. */
const MOST_CODINGS = 50;

/** GET /<pack>/<resource>: question, caller, scope, read, respond. */
export function serveResource(api: Api, resource: Resource): Route {
  const { hash } = api.reader;
  const readQuestion = rememberQuestions(resource, hash);
  const write = createWriter(resource);
  const takesGzip = memoize(likesGzip, MOST_CODINGS);
  const compressLater = createCompressor(api.reader);
  const name = fullName(resource);

  // A verified caller is one object for as long as it is remembered: its scope is derived once.
  const scopes = new WeakMap<Caller, Scope>();

  function scopeOf(caller: Caller): Scope {
    const scope = scopes.get(caller) ?? deriveScope(resource, caller, hash);
    scopes.set(caller, scope);
    return scope;
  }

  function read(exchange: Exchange, question: Question, caller: Caller): MaybePromise<ReadAnswer> {
    const { headers } = exchange.request;
    const if_none_match = headers.get("if-none-match");
    const asked = { question, scope: scopeOf(caller), if_none_match, emit: exchange.emit };
    const max_age_seconds = demandedAge(headers.get("cache-control"), question.max_age);
    return max_age_seconds === null
      ? readResource(api.reader, asked)
      : readDemanded(api.reader, asked, { max_age_seconds, refreshes: api.on_demand });
  }

  function respond(exchange: Exchange, { format }: Question, answer: ReadAnswer): Response | KeptResponse {
    if (answer.kind === "not_modified") exchange.outcome = "NOT_MODIFIED";
    const gzip = answer.kind === "entry" && isWantedCompressed(exchange);
    if (gzip && answer.entry.gzip === undefined) compressLater(answer.entry);
    return api.kept.respond(answer, { format, gzip, exchange }, write);
  }

  function isWantedCompressed({ request }: Exchange): boolean {
    const codings = request.headers.get("accept-encoding");
    return codings !== null && takesGzip(codings);
  }

  return (exchange) => {
    exchange.resource = name;
    const question = readQuestion(exchange.search, exchange.request.headers.get("accept"));
    return thenMaybe(requireCaller(api, exchange), (caller) => {
      const found = read(exchange, question, caller);
      if (found instanceof Promise) exchange.begin("read");
      return thenMaybe(found, (answer) => respond(exchange, question, answer));
    });
  };
}
