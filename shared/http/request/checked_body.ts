import type { z } from "zod";
import { invalidQuery } from "../../kernel/app_error.ts";
import { shown } from "./query_params.ts";

/**
 * A body that holds the fields of a schema and no others.
 *
 * @param whole what the fields belong to, for the reason of an unknown one
 * @throws AppError BAD_REQUEST with every faulty field
 */
export function checkedBody<Schema extends z.ZodObject>(
  schema: Schema,
  body: unknown,
  whole: string,
): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const known = Object.keys(schema.shape).join(", ");
  throw invalidQuery(
    ...parsed.error.issues.flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => ({ field: shown(key), reason: `is not a field of ${whole}, which has ${known}` }))
        : [{ field: issue.path.length === 0 ? "(body)" : shown(issue.path.join(".")), reason: issue.message }]
    ),
  );
}
