import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { gunzipSync } from "node:zlib";
import { gzipStored } from "../../packaging/gzip-stored.ts";
import { readTar, writeTar } from "../../packaging/tar.ts";

const patterned = (size: number): Buffer => Buffer.from(Array.from({ length: size }, (_, at) => (at * 31) % 251));

describe("gzip without compression", () => {
  for (const size of [0, 1, 0xfffe, 0xffff, 0x10000, 3 * 0xffff, 200_000]) {
    it(`gives back ${String(size)} bytes`, () => {
      const packed = gzipStored(patterned(size));
      assert.deepEqual(gunzipSync(packed), patterned(size));
      execFileSync("gzip", ["--test"], { input: packed });
    });
  }
});

describe("tar archives", () => {
  const files = [
    { name: "plugin.wasm", content: patterned(1000) },
    { name: "empty", content: patterned(0) },
    { name: "whole", content: patterned(1024) },
  ];

  it("come back as written", () => {
    assert.deepEqual(
      [...readTar(writeTar(files))].map(({ name, content }) => ({ name, content: Buffer.from(content) })),
      files,
    );
  });

  it("are read by tar: root's files, readable by all, of the time 0", () => {
    const listed = execFileSync("tar", ["--list", "--verbose", "--utc", "--numeric-owner", "--file", "-"], {
      input: writeTar(files),
      env: { ...process.env, LC_ALL: "C" },
    });
    const lines = listed.toString().trim().split("\n");
    assert.deepEqual(
      lines.map((line) => line.replaceAll(/ +/g, " ")),
      files.map(({ name, content }) => `-rw-r--r-- 0/0 ${String(content.length)} 1970-01-01 00:00 ${name}`),
    );
  });

  it("of tar are read, folders passed over", () => {
    const directory = mkdtempSync(join(tmpdir(), "tar-"));
    try {
      for (const { name, content } of files) writeFileSync(join(directory, name), content);
      const archive = execFileSync("tar", ["--create", "--file", "-", "--directory", directory, "."]);
      const read = new Map([...readTar(archive)].map(({ name, content }) => [name, Buffer.from(content)]));
      assert.deepEqual(
        new Map([...read].sort()),
        new Map(files.map(({ name, content }) => [`./${name}`, content] as const).sort()),
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  for (const [what, damage, reason] of [
    ["cut short in a file", (archive: Buffer) => archive.subarray(0, 700), /ends within a file/],
    ["cut short in a header", (archive: Buffer) => archive.subarray(0, 1536 + 100), /ends within a header/],
    ["with a changed header", (archive: Buffer) => archive.fill("x", 0, 1), /wrong checksum/],
  ] as const) {
    it(`${what} are refused`, () => {
      assert.throws(() => [...readTar(damage(writeTar(files)))], reason);
    });
  }
});
