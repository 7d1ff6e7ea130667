import { readDemanded } from "../core/read_demanded.ts";
import { readResource } from "../core/read_resource.ts";
import { fullName, type Resource } from "../core/resource.ts";
import { deriveScope } from "../core/scope.ts";
import { respond } from "./answer.ts";
import type { Api } from "./api.ts";
import { requireCaller } from "./credentials.ts";
import { demandedAge } from "./demanded_age.ts";
import { rememberQuestions } from "./questions.ts";
import type { Route } from "./routes.ts";

/** GET /<pack>/<resource>: question, caller, scope, read, respond. */
export function serveResource(api: Api, resource: Resource): Route {
  const { hash } = api.reader;
  const askedBy = rememberQuestions(resource, hash);
  const name = fullName(resource);

  return async (exchange) => {
    exchange.resource = name;
    const { headers } = exchange.request;
    const { question, max_age } = askedBy(exchange.search, headers.get("accept"));
    const caller = await requireCaller(api, exchange);
    const scope = deriveScope(resource, caller, hash);
    const if_none_match = headers.get("if-none-match");
    const asked = { ...question, scope, if_none_match, emit: exchange.emit };
    const max_age_seconds = demandedAge(headers.get("cache-control"), max_age);
    const answer = await exchange.timed(
      "read",
      () =>
        max_age_seconds === null
          ? readResource(api.reader, asked)
          : readDemanded(api.reader, asked, { max_age_seconds, refreshes: api.refreshes }),
    );
    return respond(answer, { resource, format: question.format, exchange });
  };
}
