import type { OtherPerson } from "../access/other_person.ts";
import { fullName } from "../resource/resource.ts";
import { utcDay } from "../kernel/utc_timestamp.ts";
import type { Rendered } from "./entry.ts";
import { freshnessOf, type RowFreshness } from "./freshness.ts";
import type { Read } from "./miss.ts";
import { ownParams } from "./own_params.ts";
import { pageRequest } from "./page.ts";
import type { Reader } from "./reader.ts";
import { renderAnswer } from "./render_answer.ts";
import type { PersonReading } from "./source.ts";
import { sourceRequest } from "./source_request.ts";

/** One person's rows for another caller. It has no tag: it is kept nowhere, so there is nothing to compare. */
export interface PersonAnswer {
  readonly kind: "person";
  readonly freshness: RowFreshness;
  readonly entry: Rendered;
}

/** A question about another person's rows. */
export interface PersonRead extends Pick<Read, "question" | "emit"> {
  readonly other: OtherPerson;
  readonly request_id: string;
}

/**
 * Reads the rows of a person who is not the caller. The database checks the relation, writes the access log and reads
 * the rows in one transaction. Each request does so by itself: memory, the shared cache, another request's flight and a
 * 304 would each answer without a row in the log, or after the right has ended. While the database does not answer,
 * neither does this.
 *
 * @throws AppError FORBIDDEN, NOT_READY, SOURCE_UNAVAILABLE or INTERNAL.
 */
export async function readPerson(
  reader: Reader,
  { question, other, request_id, emit }: PersonRead,
): Promise<PersonAnswer> {
  const { resource, params } = question;
  const { scope, relation } = other;
  const { clock } = reader;
  const began = clock.monotonic();
  const day = resource.clock === undefined ? null : utcDay(clock.now());
  const request = pageRequest(question, sourceRequest({ resource, params, scope, day }));
  const reading: PersonReading = {
    reader: other.reader === null ? { kind: "secret_key" } : { kind: "user", subject: other.reader },
    relation,
    resource: fullName(resource),
    parameters: ownParams(resource, params),
    request_id,
  };
  const answer = await reader.source.readPerson(resource.view, request, { reading, emit });
  emit({ type: "source_read", milliseconds: clock.monotonic() - began });
  emit({ type: "person_read" });
  const { rendered, state } = await renderAnswer(reader, { question, scope }, answer);
  return { kind: "person", freshness: freshnessOf(state, clock.now(), true), entry: rendered };
}
