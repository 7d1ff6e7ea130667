import { z } from "zod";
import { AppError } from "../../kernel/app_error.ts";

/**
 * What `parse` makes of a verified message.
 *
 * @param sender whose documents describe the shape, for the message
 * @throws AppError BAD_REQUEST where zod refuses it: the fields are named and not their values, which are personal
 */
export function shapedMessage<Result>(sender: string, parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const fields = error.issues.map(({ path }) => path.join(".") || "the body").join(", ");
    const detail = `The message has not the shape that ${sender} documents, at: ${fields}`;
    throw new AppError("BAD_REQUEST", { detail, defect: detail });
  }
}
