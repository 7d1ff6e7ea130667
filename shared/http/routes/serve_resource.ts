import type { Caller } from "../../access/caller.ts";
import { readDemanded } from "../../read/read_demanded.ts";
import { type PersonAnswer, readPerson } from "../../read/read_person.ts";
import { type ReadAnswer, readResource } from "../../read/read_resource.ts";
import type { Question } from "../../read/question.ts";
import { fullName, type Resource } from "../../resource/resource.ts";
import { otherPerson } from "../../access/other_person.ts";
import { deriveScope } from "../../access/scope.ts";
import { type MaybePromise, thenMaybe } from "../../kernel/maybe_promise.ts";
import { createWriter } from "../response/answer.ts";
import type { Api } from "../api.ts";
import { createCompressor, likesGzip } from "../response/content_coding.ts";
import { requireCaller } from "../request/credentials.ts";
import { demandedAge } from "../request/demanded_age.ts";
import type { Exchange } from "../request/exchange.ts";
import { checkerOf } from "../request/questions.ts";
import type { Route } from "./route.ts";

/** GET /<pack>/<resource>: question, caller, scope, read, respond. */
export function serveResource(api: Api, resource: Resource): Route {
  const { fast_path, reader } = api;
  const { hash } = reader;
  const checkQuestion = fast_path.rememberQuestions(checkerOf(resource, hash));
  const scopeOf = fast_path.rememberScopes((caller) => deriveScope(resource, caller, hash));
  const write = createWriter(resource);
  const compressLater = createCompressor(reader);
  const name = fullName(resource);

  function read(exchange: Exchange, question: Question, caller: Caller): MaybePromise<ReadAnswer | PersonAnswer> {
    const { request: { headers }, emit, request_id } = exchange;
    const max_age_seconds = demandedAge(headers.get("cache-control"), question.max_age);

    function demanded<Answer extends ReadAnswer | PersonAnswer>(once: () => MaybePromise<Answer>) {
      if (max_age_seconds === null) return once();
      return readDemanded(reader, { question, emit, read: once }, { max_age_seconds, refreshes: api.on_demand });
    }

    const other = otherPerson(resource, caller, question.params);
    if (other !== null) return demanded(() => readPerson(reader, { question, other, request_id, emit }));
    const wanted = { question, scope: scopeOf(caller), if_none_match: headers.get("if-none-match"), emit };
    return demanded(() => readResource(reader, wanted));
  }

  function respond(exchange: Exchange, { format }: Question, answer: ReadAnswer | PersonAnswer): Response {
    const { events, search } = exchange;
    if (answer.kind === "person") return write(answer, { format, gzip: false, events, search });
    if (answer.kind === "not_modified") exchange.outcome = "NOT_MODIFIED";
    const gzip = answer.kind === "entry" && likesGzip(exchange.request.headers.get("accept-encoding"));
    if (gzip && answer.entry.gzip === undefined) compressLater(answer.entry);
    const form = { format, gzip, events, search };
    return fast_path.copyOf(answer, form) ?? fast_path.keep(answer, form, write(answer, form));
  }

  return (exchange) => {
    exchange.resource = name;
    const question = checkQuestion(exchange.search, exchange.request.headers.get("accept"));
    return thenMaybe(requireCaller(api, exchange), (caller) => {
      const found = read(exchange, question, caller);
      if (found instanceof Promise) exchange.begin("read");
      return thenMaybe(found, (answer) => respond(exchange, question, answer));
    });
  };
}
