import { AppError, invalidQuery } from "../../kernel/app_error.ts";
import type { Resource } from "../../resource/resource.ts";
import type { Format } from "../../resource/definition.ts";

export const MEDIA_TYPES: Readonly<Record<Format, string>> = { json: "application/json", csv: "text/csv" };

/**
 * Chooses the format: `?format=` when given, else the one that `Accept` prefers (RFC 9110, 12.5.1), JSON without a
 * preference.
 *
 * @throws AppError BAD_REQUEST for an unknown `format`; NOT_ACCEPTABLE when `Accept` excludes all formats.
 */
export function chooseFormat(
  resource: Resource,
  asked: { readonly format: string | undefined; readonly accept: string | null },
): Format {
  const { formats } = resource;
  if (asked.format !== undefined) {
    const found = formats.find((format) => format === asked.format);
    if (found === undefined) throw invalidQuery({ field: "format", reason: `must be one of ${formats.join(", ")}` });
    return found;
  }
  if (asked.accept === null || asked.accept === "*/*") return "json";
  const ranges = asked.accept.split(",").map(parseRange);
  const rated = formats.map((format) => ({ format, quality: qualityOf(MEDIA_TYPES[format], ranges) }));
  const best = rated.reduce((left, right) => right.quality > left.quality ? right : left);
  if (best.quality > 0) return best.format;
  const detail = `This resource is served as ${formats.map((format) => MEDIA_TYPES[format]).join(" or ")}`;
  throw new AppError("NOT_ACCEPTABLE", { detail });
}

/** One member of an Accept header: a name and its quality, 0 to 1. */
export interface Range {
  readonly type: string;
  readonly quality: number;
}

export function parseRange(text: string): Range {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
  const quality = weight === undefined ? 1 : Number(weight);
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}

/** The most specific range that covers the type decides, so `text/csv;q=0, *` excludes CSV. */
function qualityOf(media: string, ranges: readonly Range[]): number {
  const family = `${media.slice(0, media.indexOf("/"))}/*`;
  for (const type of [media, family, "*/*"]) {
    const range = ranges.find((candidate) => candidate.type === type);
    if (range !== undefined) return range.quality;
  }
  return 0;
}
