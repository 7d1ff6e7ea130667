import assert from "node:assert/strict";
import { join } from "node:path";
import { SignJWT } from "jose";
import { createObjectStorage } from "../../shared/adapters/supabase/object_storage.ts";
import { PART_BYTES } from "../../shared/export/ports.ts";
import { resumableUploads } from "../../stack/gateway/resumable_uploads.ts";
import type { StorageFault } from "../../stack/gateway/storage_fault.ts";
import { FILE_SIZE_LIMIT, jwtSecret, publishableKey, secretKey, withDataApi } from "../support/rigs/data_api_rig.ts";

const MINUTE = 60;

/** Bytes that differ from place to place, so that parts in a wrong order would show. */
function bytesOf(length: number) {
  const words = Uint32Array.from({ length: Math.ceil(length / 4) }, (_, index) => Math.imul(index, 2_654_435_761));
  return new Uint8Array(words.buffer, 0, length);
}

function token(claims: Record<string, unknown>, key = jwtSecret): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "JWT", kid: "local" }).setExpirationTime("1h")
    .sign(new TextEncoder().encode(key));
}

Deno.test("resumable uploads are taken as the platform takes them, in front of lite's storage", async (t) => {
  await withDataApi("create schema analytics", async ({ origin, uploadFolder, setStorageFault }) => {
    const environment = { SUPABASE_URL: origin, SUPABASE_SECRET_KEYS: { default: secretKey } };
    const storage = createObjectStorage(environment);
    const uploads = `${origin}/storage/v1/upload/resumable`;
    const file = bytesOf(2 * PART_BYTES + 1_234_567);
    const part = (number: number) => file.slice(number * PART_BYTES, (number + 1) * PART_BYTES);

    /** Begins an upload by hand. */
    async function create(headers: Record<string, string>, given: { bucket?: string; name?: string } = {}) {
      const { bucket = "exports", name = `by hand/${crypto.randomUUID()}` } = given;
      const response = await fetch(uploads, {
        method: "POST",
        headers: {
          "tus-resumable": "1.0.0",
          "upload-length": "10",
          "upload-metadata": `bucketName ${btoa(bucket)},objectName ${btoa(name)}`,
          ...headers,
        },
      });
      await response.body?.cancel();
      return response;
    }
    async function begun(name: string, length = file.length): Promise<string> {
      const upload = await storage.begin(name, length, "text/csv");
      assert.ok(typeof upload === "object", String(upload));
      return upload.upload_url;
    }
    const status = async (url: string, init?: RequestInit) => {
      const response = await fetch(url, init);
      await response.body?.cancel();
      return response.status;
    };
    const withKey = { apikey: secretKey, authorization: `Bearer ${secretKey}` };

    await t.step("without the bucket an upload is 404, and the product makes it, private", async () => {
      assert.equal((await create(withKey)).status, 404);
      await begun("first.csv");
      assert.equal((await create(withKey)).status, 201);
      const bucket = await (await fetch(`${origin}/storage/v1/bucket/exports`, { headers: withKey })).json();
      assert.equal(bucket.public, false);
    });

    await t.step("a file of three parts appears whole with its last byte, also when another call goes on", async () => {
      const name = "org 1/a ä.csv";
      const upload_url = await begun(name);
      assert.equal(await storage.offset(upload_url), 0);
      assert.equal(await storage.append(upload_url, 0, part(0)), PART_BYTES);
      await assert.rejects(storage.append(upload_url, 0, part(0)), { code: "CONFLICT" });

      const other = createObjectStorage(environment);
      assert.equal(await other.offset(upload_url), PART_BYTES);
      assert.equal(await other.append(upload_url, PART_BYTES, part(1)), 2 * PART_BYTES);
      await assert.rejects(other.link(name, MINUTE, "a.csv"), { code: "NOT_FOUND" });
      assert.equal(await other.append(upload_url, 2 * PART_BYTES, part(2)), file.length);

      const link = await storage.link(name, MINUTE, "lanes é.csv");
      const answer = await fetch(link);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get("content-type"), "text/csv");
      assert.match(
        answer.headers.get("content-disposition") ?? "",
        /^attachment; .*filename\*=UTF-8''lanes%20%C3%A9\.csv/,
      );
      assert.deepEqual(await answer.bytes(), file);
      assert.equal(await storage.begin(name, file.length, "text/csv"), "exists");
      assert.equal(await storage.put(name, part(0), "text/csv"), "exists");
    });

    await t.step(
      "a finished upload still tells its offset, takes no room, and is over when its object is gone",
      async () => {
        const upload_url = await begun("small.csv", 10);
        assert.equal(await storage.append(upload_url, 0, file.slice(0, 10)), 10);
        assert.equal(await storage.offset(upload_url), 10);
        const kept = await Deno.stat(join(uploadFolder, upload_url.split("/").at(-1) ?? ""));
        assert.deepEqual([kept.size, kept.blocks], [10, 0]);
        await storage.remove("small.csv");
        assert.equal(await storage.offset(upload_url), null);
        await storage.remove("small.csv");
      },
    );

    await t.step(
      "an unfinished upload is ended and leaves no file, and an object of its name stays",
      async () => {
        const filesOf = (url: string) => {
          const id = url.split("/").at(-1) ?? "";
          return [...Deno.readDirSync(uploadFolder)].filter(({ name }) => name.startsWith(id)).length;
        };
        const upload_url = await begun("ended.csv");
        await storage.append(upload_url, 0, part(0));
        assert.equal(filesOf(upload_url), 2);
        await storage.endUpload(upload_url);
        assert.equal(filesOf(upload_url), 0);
        assert.equal(await storage.offset(upload_url), null);
        await assert.rejects(storage.append(upload_url, PART_BYTES, part(1)), { code: "CONFLICT" });
        await storage.endUpload(upload_url);

        const [late, finished] = [await begun("late.csv", 10), await begun("late.csv", 10)];
        await storage.append(finished, 0, file.slice(0, 10));
        const headers = { "tus-resumable": "1.0.0", ...withKey };
        assert.equal(await status(late, { method: "DELETE", headers }), 409);
        await storage.endUpload(late);
        assert.equal(filesOf(late), 0);
        await storage.endUpload(finished);
        assert.deepEqual(await (await fetch(await storage.link("late.csv", MINUTE, "f"))).bytes(), file.slice(0, 10));
        assert.equal(await status(upload_url, { method: "DELETE", headers: { "tus-resumable": "1.0.0" } }), 401);
      },
    );

    await t.step("a part of another size is refused, unless it is the last", async () => {
      const upload_url = await begun("parts.csv", PART_BYTES + 10);
      await assert.rejects(storage.append(upload_url, 0, file.slice(0, PART_BYTES - 1)), { code: "INTERNAL" });
      assert.equal(await storage.offset(upload_url), 0);
      assert.equal(await storage.append(upload_url, 0, part(0)), PART_BYTES);
      await assert.rejects(storage.append(upload_url, PART_BYTES, file.slice(0, 9)), { code: "INTERNAL" });
      await assert.rejects(storage.append(upload_url, PART_BYTES, file.slice(0, 11)), { code: "INTERNAL" });
      assert.equal(await storage.append(upload_url, PART_BYTES, file.slice(0, 10)), PART_BYTES + 10);
    });

    await t.step("a file over file_size_limit is refused before its first byte, and whole ones too", async () => {
      assert.equal(await storage.begin("large.csv", FILE_SIZE_LIMIT + 1, "text/csv"), "too_large");
      await begun("large.csv", FILE_SIZE_LIMIT);
      assert.equal(await storage.put("large.csv", new Uint8Array(FILE_SIZE_LIMIT + 1), "text/csv"), "too_large");
    });

    await t.step("a bucket's own lower limit counts", async () => {
      const body = JSON.stringify({ id: "small", name: "small", public: false, file_size_limit: 9 });
      const headers = { ...withKey, "content-type": "application/json" };
      assert.equal(await status(`${origin}/storage/v1/bucket`, { method: "POST", headers, body }), 200);
      assert.equal((await create(withKey, { bucket: "small" })).status, 413);
    });

    await t.step("an upload belongs to service_role: others are 401 or 403", async () => {
      const bearer = async (claims: Record<string, unknown>, key?: string) => ({
        authorization: `Bearer ${await token(claims, key)}`,
      });
      assert.equal((await create({})).status, 401);
      assert.equal((await create({ apikey: "sb_secret_of_another_project" })).status, 401);
      assert.equal(
        (await create(await bearer({ role: "service_role" }, "another-secret-of-another-project!!"))).status,
        401,
      );
      assert.equal((await create({ apikey: publishableKey })).status, 403);
      assert.equal((await create({ apikey: publishableKey, ...await bearer({ role: "authenticated" }) })).status, 403);
      assert.equal((await create({ apikey: secretKey, ...await bearer({ role: "authenticated" }) })).status, 403);
      assert.equal((await create(await bearer({ role: "service_role" }))).status, 201);
      assert.equal((await create({ apikey: secretKey })).status, 201);
      const upload_url = await begun("closed.csv", 10);
      const tus = { "tus-resumable": "1.0.0" };
      assert.equal(await status(upload_url, { method: "HEAD", headers: tus }), 401);
      assert.equal(await status(upload_url, { method: "HEAD", headers: { ...tus, ...withKey } }), 200);
    });

    await t.step("an upload that is not known is gone, and no path leaves the folder", async () => {
      assert.equal(await storage.offset(`${uploads}/${crypto.randomUUID()}`), null);
      assert.equal(await storage.offset(`${uploads}/%2e%2e%2fkeys`), null);
      await assert.rejects(storage.append(`${uploads}/${crypto.randomUUID()}`, 0, part(0)), { code: "CONFLICT" });
    });

    await t.step("an upload needs names and a length", async () => {
      assert.equal((await create({ ...withKey, "upload-metadata": `bucketName ${btoa("exports")}` })).status, 400);
      assert.equal((await create({ ...withKey, "upload-length": "ten" })).status, 400);
      const deferred = await fetch(uploads, {
        method: "POST",
        headers: {
          ...withKey,
          "tus-resumable": "1.0.0",
          "upload-defer-length": "1",
          "upload-metadata": `bucketName ${btoa("exports")},objectName ${btoa("deferred")}`,
        },
      });
      assert.equal(deferred.status, 400);
      await deferred.body?.cancel();
    });

    await t.step("a browser may upload from anywhere, and read where and how far", async () => {
      const asked = await fetch(uploads, {
        method: "OPTIONS",
        headers: { "access-control-request-headers": "upload-length" },
      });
      assert.equal(asked.status, 200);
      assert.equal(asked.headers.get("access-control-allow-headers"), "upload-length");
      const { headers } = await create(withKey);
      assert.equal(headers.get("access-control-allow-origin"), "*");
      assert.match(headers.get("access-control-expose-headers") ?? "", /Location.*Upload-Offset/);
    });

    await t.step("a link that has expired is a refusal of the caller, no fault", async () => {
      await storage.put("link.csv", part(0).slice(0, 10), "text/csv");
      const { signedURL } = await (await fetch(`${origin}/storage/v1/object/sign/exports/link.csv`, {
        method: "POST",
        headers: { ...withKey, "content-type": "application/json" },
        body: JSON.stringify({ expiresIn: -1 }),
      })).json();
      assert.equal(await status(`${origin}/storage/v1${signedURL}`), 400);
    });

    const faults: readonly (readonly [StorageFault, () => Promise<unknown>, unknown])[] = [
      [{ kind: "fails", on: "create" }, () => storage.begin("f.csv", 10, "text/csv"), "SOURCE_UNAVAILABLE"],
      [{ kind: "conflict", on: "create" }, () => storage.begin("f.csv", 10, "text/csv"), "SOURCE_UNAVAILABLE"],
      [{ kind: "fails", on: "put" }, () => storage.put("f.csv", file.slice(0, 10), "text/csv"), "SOURCE_UNAVAILABLE"],
      [
        { kind: "conflict", on: "put" },
        () => storage.put("f.csv", file.slice(0, 10), "text/csv"),
        "SOURCE_UNAVAILABLE",
      ],
      [{ kind: "fails", on: "sign" }, () => storage.link("link.csv", MINUTE, "f"), "SOURCE_UNAVAILABLE"],
      [{ kind: "fails", on: "remove" }, () => storage.remove("link.csv"), "SOURCE_UNAVAILABLE"],
    ];
    for (const [fault, call, expected] of faults) {
      await t.step(`on demand, ${fault.on} ${fault.kind}, once, and nothing is done`, async () => {
        setStorageFault({ ...fault, times: 1 });
        assert.equal(await call().catch((error) => error.code), expected);
        assert.equal(await storage.link("f.csv", MINUTE, "f").catch((error) => error.code), "NOT_FOUND");
        assert.match(await storage.link("link.csv", MINUTE, "f"), /token=/);
      });
    }

    await t.step("on demand, the end of an upload fails", async () => {
      const upload_url = await begun("stays.csv");
      setStorageFault({ kind: "fails", on: "end", times: 1 });
      await assert.rejects(storage.endUpload(upload_url), { code: "SOURCE_UNAVAILABLE" });
      assert.equal(await storage.offset(upload_url), 0);
    });

    await t.step("on demand, a part fails, conflicts, or is taken while its answer is lost", async () => {
      const upload_url = await begun("faults.csv");
      setStorageFault({ kind: "fails", on: "append" });
      for (let attempt = 0; attempt < 3; attempt += 1) {
        await assert.rejects(storage.append(upload_url, 0, part(0)), { code: "SOURCE_UNAVAILABLE" });
      }
      setStorageFault({ kind: "conflict", on: "append", times: 1 });
      await assert.rejects(storage.append(upload_url, 0, part(0)), { code: "CONFLICT" });
      assert.equal(await storage.offset(upload_url), 0);
      setStorageFault({ kind: "answer_lost", on: "append", times: 1 });
      await assert.rejects(storage.append(upload_url, 0, part(0)), { code: "SOURCE_UNAVAILABLE" });
      assert.equal(await storage.offset(upload_url), PART_BYTES);
      await storage.append(upload_url, PART_BYTES, part(1));
      setStorageFault({ kind: "answer_lost", on: "append" });
      await assert.rejects(storage.append(upload_url, 2 * PART_BYTES, part(2)), { code: "SOURCE_UNAVAILABLE" });
      setStorageFault(null);
      assert.equal(await storage.offset(upload_url), file.length);
      assert.deepEqual(await (await fetch(await storage.link("faults.csv", MINUTE, "f"))).bytes(), file);
    });
  });
});

Deno.test("uploads that were not finished within a day are removed at the next start", async () => {
  const folder = await Deno.makeTempDir();
  const options = { folder, byteLimit: 10, dataApiUrl: "http://127.0.0.1:9", secretKey, jwtSecret };
  const upload = async (hours: number) => {
    const id = crypto.randomUUID();
    const creation_date = new Date(Date.now() - hours * 3_600_000).toISOString();
    const metadata = { bucketName: "exports", objectName: id };
    await Deno.writeTextFile(join(folder, id), "12345");
    await Deno.writeTextFile(
      join(folder, `${id}.json`),
      JSON.stringify({ id, size: 10, offset: 0, metadata, creation_date }),
    );
    return id;
  };
  const [old, young] = [await upload(25), await upload(23)];
  const uploads = resumableUploads({ ...options, secretKeys: [secretKey] });
  const headers = { "tus-resumable": "1.0.0", apikey: secretKey };
  const ask = (id: string) =>
    uploads(new Request(`http://127.0.0.1/storage/v1/upload/resumable/${id}`, { method: "HEAD", headers }));
  assert.equal((await ask(young)).headers.get("upload-offset"), "5");
  assert.equal((await ask(old)).status, 404);
  assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [young, `${young}.json`]);
  await Deno.remove(folder, { recursive: true });
});
