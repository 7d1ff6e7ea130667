import assert from "node:assert/strict";
import { createObjectStorage } from "../../../../shared/adapters/supabase/object_storage.ts";

const SUPABASE_URL = "https://project.example";
const KEY = "sb_secret_of_this_test";
const UPLOAD = `${SUPABASE_URL}/storage/v1/upload/resumable/ZXhwb3J0cy9h`;
const BYTES = new TextEncoder().encode("a,b\n1,2\n");
const UNAVAILABLE = { code: "SOURCE_UNAVAILABLE", status: 503 };

/** Storage answers a refusal with 400 and the status that it means in the body. */
function refusal(statusCode: number, error: string): Response {
  return Response.json({ statusCode: String(statusCode), error, message: "private/name.csv" }, { status: 400 });
}

interface Seen {
  readonly line: string;
  readonly headers: Headers;
  readonly text: string;
  readonly redirect: RequestRedirect | undefined;
  readonly has_limit: boolean;
}

/** A storage that gives these answers, one after the other. */
function storageThat(...answers: (Response | Error)[]) {
  const seen: Seen[] = [];
  const fetch = async (input: string | URL | Request, init: RequestInit = {}) => {
    const { method, url, headers } = new Request(input, init);
    const text = await new Response(init.body ?? null).text();
    const line = `${method} ${url.slice(SUPABASE_URL.length)}`;
    seen.push({ line, headers, text, redirect: init.redirect, has_limit: init.signal instanceof AbortSignal });
    const answer = answers.shift();
    if (answer === undefined) throw new Error(`a call too many: ${line}`);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const environment = { SUPABASE_URL, SUPABASE_SECRET_KEYS: { default: KEY, cron: "sb_secret_cron" } };
  return { seen, storage: createObjectStorage(environment, fetch), left: answers };
}

const offsets = (offset: number, length: number, name = "org/a.csv") => ({
  "upload-offset": String(offset),
  "upload-length": String(length),
  "upload-metadata": `bucketName ZXhwb3J0cw==,objectName ${btoa(name)}`,
});

/** Every call, by its name. */
const CALLS: Readonly<Record<string, (storage: ReturnType<typeof createObjectStorage>) => Promise<unknown>>> = {
  put: (storage) => storage.put("org/a.csv", BYTES, "text/csv"),
  begin: (storage) => storage.begin("org/a.csv", 7_000_000, "text/csv"),
  offset: (storage) => storage.offset(UPLOAD),
  append: (storage) => storage.append(UPLOAD, 0, BYTES),
  endUpload: (storage) => storage.endUpload(UPLOAD),
  link: (storage) => storage.link("org/a.csv", 300, "a.csv"),
  remove: (storage) => storage.remove("org/a.csv"),
};

Deno.test("an object is stored whole, under its own name, and never over another one", async () => {
  const { storage, seen } = storageThat(
    Response.json({ Key: "exports/x" }),
    refusal(409, "Duplicate"),
    new Response(null),
  );
  assert.equal(await storage.put("org 1/ä?.csv", BYTES, "text/csv; charset=utf-8"), "stored");
  assert.equal(await storage.put("org 1/ä?.csv", BYTES, "text/csv"), "exists");
  const [first] = seen;
  assert.equal(first?.line, "POST /storage/v1/object/exports/org%201/%C3%A4%3F.csv");
  assert.equal(first?.text, "a,b\n1,2\n");
  assert.equal(first?.headers.get("content-type"), "text/csv; charset=utf-8");
  assert.equal(first?.headers.get("x-upsert"), "false");
});

for (const status of [409, 423]) {
  Deno.test(`an object that storage refuses with ${status} and does not have is not stored: a later call may store it`, async () => {
    const absent = () => refusal(status, "x");
    const missing = () => status === 409 ? [new Response(null, { status: 400 })] : [];
    const { storage, left } = storageThat(absent(), ...missing(), absent(), ...missing(), absent(), absent());
    await assert.rejects(storage.put("org/a.csv", BYTES, "text/csv"), UNAVAILABLE);
    await assert.rejects(storage.begin("org/a.csv", 7_000_000, "text/csv"), UNAVAILABLE);
    await assert.rejects(storage.link("org/a.csv", 300, "a.csv"), UNAVAILABLE);
    await assert.rejects(storage.remove("org/a.csv"), UNAVAILABLE);
    assert.equal(left.length, 0);
  });
}

Deno.test("a file over the project's limit is said to be too large, by a body or by a proxy's 413", async () => {
  const page = () => new Response("<html>", { status: 413 });
  const { storage } = storageThat(refusal(413, "Payload too large"), page(), page());
  assert.equal(await storage.put("a", BYTES, "text/csv"), "too_large");
  assert.equal(await storage.put("a", BYTES, "text/csv"), "too_large");
  assert.equal(await storage.begin("a", 9e9, "text/csv"), "too_large");
});

Deno.test("a missing bucket is made, private, and the call is repeated once", async () => {
  const missing = () => refusal(404, "Bucket not found");
  for (const made of [Response.json({ name: "exports" }), refusal(409, "Duplicate")]) {
    const { storage, seen } = storageThat(missing(), made, Response.json({ Key: "exports/a" }));
    assert.equal(await storage.put("a", BYTES, "text/csv"), "stored");
    const lines = seen.map(({ line }) => line);
    assert.deepEqual(lines, ["POST /storage/v1/object/exports/a", "POST /storage/v1/bucket", lines[0]]);
    assert.deepEqual(JSON.parse(seen[1]?.text ?? ""), { id: "exports", name: "exports", public: false });
    assert.equal(seen[2]?.text, "a,b\n1,2\n");
  }
  const resumable = storageThat(
    new Response("Bucket not found", { status: 404 }),
    Response.json({ name: "exports" }),
    new Response("", { status: 201, headers: { location: UPLOAD } }),
  );
  assert.deepEqual(await resumable.storage.begin("a", 7_000_000, "text/csv"), { upload_url: UPLOAD });
  const never = storageThat(missing(), Response.json({ name: "exports" }), missing());
  await assert.rejects(never.storage.put("a", BYTES, "text/csv"), { code: "INTERNAL" });
});

Deno.test("an upload begins with its length and names, and is addressed at the project's own origin", async () => {
  const elsewhere = "http://internal:5000/storage/v1/upload/resumable/ZXhwb3J0cy9h";
  const { storage, seen } = storageThat(
    new Response("", { status: 201, headers: { location: elsewhere } }),
    new Response("The resource already exists", { status: 409 }),
    new Response(null),
    new Response("", { status: 201 }),
  );
  assert.deepEqual(await storage.begin("org/ä.csv", 7_000_000, "text/csv"), { upload_url: UPLOAD });
  assert.equal(await storage.begin("org/ä.csv", 7_000_000, "text/csv"), "exists");
  await assert.rejects(storage.begin("org/ä.csv", 7_000_000, "text/csv"), { code: "INTERNAL" });
  const [first] = seen;
  assert.equal(first?.line, "POST /storage/v1/upload/resumable");
  assert.equal(first?.headers.get("tus-resumable"), "1.0.0");
  assert.equal(first?.headers.get("upload-length"), "7000000");
  // The values by coreutils' base64.
  const metadata = "bucketName ZXhwb3J0cw==,objectName b3JnL8OkLmNzdg==,contentType dGV4dC9jc3Y=";
  assert.equal(first?.headers.get("upload-metadata"), metadata);
});

Deno.test("a part is sent at its offset, and the new offset is what storage says", async () => {
  const { storage, seen } = storageThat(new Response(null, { status: 204, headers: { "upload-offset": "14" } }));
  assert.equal(await storage.append(UPLOAD, 6, BYTES), 14);
  const [first] = seen;
  assert.equal(first?.line, "PATCH /storage/v1/upload/resumable/ZXhwb3J0cy9h");
  assert.equal(first?.headers.get("upload-offset"), "6");
  assert.equal(first?.headers.get("content-type"), "application/offset+octet-stream");
  assert.equal(first?.text, "a,b\n1,2\n");
});

for (const status of [409, 423, 404, 410]) {
  Deno.test(`a part that storage refuses with ${status} is a conflict: the offset must be asked again`, async () => {
    const { storage } = storageThat(new Response("", { status }));
    await assert.rejects(storage.append(UPLOAD, 0, BYTES), { code: "CONFLICT", status: 409 });
  });
}

Deno.test("an upload's offset is read, and is null for an upload that storage has forgotten", async () => {
  const { storage } = storageThat(
    new Response("", { headers: offsets(6, 14) }),
    new Response(null, { status: 404 }),
    new Response(null, { status: 410 }),
    new Response(null, { status: 423 }),
    new Response(""),
  );
  assert.equal(await storage.offset(UPLOAD), 6);
  assert.equal(await storage.offset(UPLOAD), null);
  assert.equal(await storage.offset(UPLOAD), null);
  await assert.rejects(storage.offset(UPLOAD), { code: "CONFLICT" });
  await assert.rejects(storage.offset(UPLOAD), { code: "INTERNAL" });
});

Deno.test("an upload that has all bytes counts only if its object exists", async () => {
  for (const [found, offset] of [[200, 14], [400, null], [404, null]] as const) {
    const { storage, seen } = storageThat(
      new Response("", { headers: offsets(14, 14) }),
      new Response(null, { status: found }),
    );
    assert.equal(await storage.offset(UPLOAD), offset);
    assert.equal(seen[1]?.line, "HEAD /storage/v1/object/exports/org/a.csv");
  }
  const { storage } = storageThat(
    new Response("", { headers: offsets(14, 14) }),
    new Response(null, { status: 403 }),
  );
  await assert.rejects(storage.offset(UPLOAD), { code: "INTERNAL" });
});

Deno.test("the secret key goes to no upload of another origin, and to no other path", async () => {
  const { storage, seen } = storageThat();
  for (
    const address of [
      "https://project.example.org/storage/v1/upload/resumable/a",
      "https://another.example/storage/v1/upload/resumable/a",
      `${SUPABASE_URL}/storage/v1/upload/resumable/`,
      `${SUPABASE_URL}/storage/v1/upload/resumable/../../object/exports/a`,
      `${SUPABASE_URL}/storage/v1/object/exports/a`,
      "",
    ]
  ) {
    await assert.rejects(storage.offset(address), { code: "INTERNAL" }, address);
    await assert.rejects(storage.append(address, 0, BYTES), { code: "INTERNAL" }, address);
    await assert.rejects(storage.endUpload(address), { code: "INTERNAL" }, address);
  }
  assert.equal(seen.length, 0);
});

Deno.test("an upload is ended; one that is over, or that storage cannot end, is no error; one that is held is ended later", async () => {
  const over = [204, 404, 410, 400, 405];
  const { storage, seen } = storageThat(
    ...over.map((status) => new Response(null, { status })),
    refusal(404, "Upload not found"),
    ...[423, 409].map((status) => new Response("", { status })),
  );
  for (let count = 0; count <= over.length; count += 1) await storage.endUpload(UPLOAD);
  assert.equal(seen[0]?.line, "DELETE /storage/v1/upload/resumable/ZXhwb3J0cy9h");
  assert.deepEqual(["tus-resumable", "x-upsert"].map((name) => seen[0]?.headers.get(name)), ["1.0.0", "true"]);
  await assert.rejects(storage.endUpload(UPLOAD), UNAVAILABLE);
  await assert.rejects(storage.endUpload(UPLOAD), UNAVAILABLE);
});

Deno.test("a link is signed for so many seconds and downloads under the file's name", async () => {
  const { storage, seen } = storageThat(
    Response.json({ signedURL: "/object/sign/exports/org 1/ä.csv?token=t" }),
    refusal(404, "not_found"),
    Response.json({ signedUrl: "elsewhere" }),
  );
  const link = await storage.link("org/a.csv", 300, "lane & more.csv");
  const address =
    `${SUPABASE_URL}/storage/v1/object/sign/exports/org%201/%C3%A4.csv?token=t&download=lane%20%26%20more.csv`;
  assert.equal(link, address);
  assert.equal(seen[0]?.line, "POST /storage/v1/object/sign/exports/org/a.csv");
  assert.deepEqual(JSON.parse(seen[0]?.text ?? ""), { expiresIn: 300 });
  await assert.rejects(storage.link("org/a.csv", 300, "a.csv"), { code: "NOT_FOUND" });
  await assert.rejects(storage.link("org/a.csv", 300, "a.csv"), { code: "INTERNAL" });
});

Deno.test("removing an object that does not exist, or whose bucket does not, is no error", async () => {
  const { storage, seen } = storageThat(Response.json([]), refusal(404, "Bucket not found"), refusal(400, "Invalid"));
  await storage.remove("org/a.csv");
  await storage.remove("org/a.csv");
  await assert.rejects(storage.remove("org/a.csv"), { code: "INTERNAL" });
  assert.equal(seen[0]?.line, "DELETE /storage/v1/object/exports");
  assert.deepEqual(JSON.parse(seen[0]?.text ?? ""), { prefixes: ["org/a.csv"] });
});

for (const [name, calling] of Object.entries(CALLS)) {
  Deno.test(`${name}: a storage that fails, or does not answer, is not available now`, async () => {
    const failing = [500, 502, 503, 504, 544, 408, 429].map((status) => new Response("<html>", { status }));
    const passing = [
      refusal(503, "x"),
      refusal(544, "x"),
      new TypeError("refused"),
      new DOMException("", "TimeoutError"),
    ];
    const answers = [...failing, ...passing];
    const { storage, left } = storageThat(...answers);
    for (let count = 0; left.length > 0; count += 1) await assert.rejects(calling(storage), UNAVAILABLE, String(count));
  });

  Deno.test(`${name}: a refused key is a fault that names the remedy, and repeats no message of storage`, async () => {
    for (const status of [401, 403]) {
      const { storage } = storageThat(refusal(status, "Unauthorized"));
      await assert.rejects(calling(storage), (error: Error & { remedy?: string; defect?: string }) => {
        assert.match(error.remedy ?? "", /secret key named "default"/);
        assert.doesNotMatch(`${error.message} ${error.defect} ${error.remedy}`, /private|sb_secret/);
        return true;
      });
    }
  });

  Deno.test(`${name}: the call has a time limit, the default key twice, and follows no redirect`, async () => {
    const { storage, seen } = storageThat(
      new Response(null, { status: 302, headers: { location: "https://x.example" } }),
    );
    await assert.rejects(calling(storage), { code: "INTERNAL" });
    const [call] = seen;
    assert.equal(call?.has_limit, true);
    assert.equal(call?.redirect, "manual");
    assert.equal(call?.headers.get("apikey"), KEY);
    assert.equal(call?.headers.get("authorization"), `Bearer ${KEY}`);
  });
}
