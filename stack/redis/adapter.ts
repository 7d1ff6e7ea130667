import { type Command, CommandError, commandFromUrl, parseCommand, parsePipeline } from "./command.ts";
import { type Connection, RedisUnreachable } from "./connection.ts";
import { encodeOutcome, encodeReply } from "./reply.ts";

/** How much the adapter was used since it started. */
export interface Traffic {
  /** HTTP requests with a valid token: these are what a project pays for. */
  calls: number;
  /** Redis commands within them. */
  commands: number;
}

export interface AdapterOptions {
  connection: Connection;
  token: string;
  traffic: Traffic;
}

/** Answers one HTTP request as Upstash's REST API does. */
export async function answer(request: Request, options: AdapterOptions): Promise<Response> {
  const url = new URL(request.url);
  if (!authorised(request, url, options.token)) return failure(401, "WRONGPASS invalid or missing auth token");
  if (!["GET", "HEAD", "POST", "PUT"].includes(request.method)) return failure(405, "ERR method not allowed");
  options.traffic.calls++;
  try {
    return await route(request, url, options);
  } catch (error) {
    if (error instanceof CommandError) return failure(400, error.message);
    if (error instanceof RedisUnreachable) return failure(503, "ERR redis cannot be reached");
    if (error instanceof URIError) return failure(400, "ERR failed to parse command");
    throw error;
  }
}

async function route(request: Request, url: URL, options: AdapterOptions): Promise<Response> {
  const base64 = request.headers.get("upstash-encoding") === "base64";
  switch (url.pathname) {
    case "/":
      return await single(parseCommand(await request.text()), base64, options);
    case "/pipeline":
      return await pipeline(parsePipeline(await request.text()), base64, options);
    case "/multi-exec":
      return await transaction(parsePipeline(await request.text()), base64, options);
    default:
      return await single(commandFromUrl(url, await request.bytes()), base64, options);
  }
}

async function single(command: Command, base64: boolean, { connection, traffic }: AdapterOptions): Promise<Response> {
  traffic.commands++;
  const [reply] = await connection.send([command]);
  return reply instanceof Error ? failure(400, reply.message) : Response.json({ result: encodeReply(reply, base64) });
}

async function pipeline(
  commands: Command[],
  base64: boolean,
  { connection, traffic }: AdapterOptions,
): Promise<Response> {
  traffic.commands += commands.length;
  const replies = await connection.send(commands);
  return Response.json(replies.map((reply) => encodeOutcome(reply, base64)));
}

async function transaction(
  commands: Command[],
  base64: boolean,
  { connection, traffic }: AdapterOptions,
): Promise<Response> {
  traffic.commands += commands.length;
  const replies = await connection.send([["MULTI"], ...commands, ["EXEC"]]);
  const executed = replies.at(-1);
  if (!Array.isArray(executed)) {
    const cause = replies.find((reply) => reply instanceof Error);
    return failure(400, cause?.message ?? "EXECABORT Transaction discarded");
  }
  return Response.json(executed.map((reply) => encodeOutcome(reply, base64)));
}

function authorised(request: Request, url: URL, token: string): boolean {
  const header = request.headers.get("authorization");
  return header === null ? url.searchParams.get("_token") === token : header === `Bearer ${token}`;
}

function failure(status: number, error: string): Response {
  return Response.json({ error }, { status });
}
