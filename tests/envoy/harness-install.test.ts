import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access, constants, open } from "node:fs/promises";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ENVOY_VERSION, provideEnvoy } from "../../envoy/install.ts";

const run = promisify(execFile);
const install = [
  ...["--import", fileURLToPath(import.meta.resolve("tsx"))],
  fileURLToPath(new URL("../../envoy/install.ts", import.meta.url)),
];
const withoutOverride = { ...process.env, ENVOY: "" };

describe("provideEnvoy", () => {
  it("gives several processes at once the same Envoy of the pinned version: the binary, not a wrapper", async () => {
    const runs = await Promise.all([1, 2, 3].map(() => run(process.execPath, install, { env: withoutOverride })));
    const [path = "", ...others] = runs.map(({ stdout }) => stdout.trim());
    for (const other of others) assert.equal(other, path);
    await access(path, constants.X_OK);
    const { stdout } = await run(path, ["--version"]);
    assert.match(stdout, new RegExp(`/${ENVOY_VERSION.replaceAll(".", "\\.")}/`));
    const file = await open(path);
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    await file.close();
    assert.notEqual(buffer.toString("latin1"), "#!");
  });

  it("takes the Envoy that ENVOY names, or says that it cannot", async () => {
    const path = await provideEnvoy();
    const { stdout } = await run(process.execPath, install, { env: { ...process.env, ENVOY: path } });
    assert.equal(stdout.trim(), path);
    const failure = await run(process.execPath, install, { env: { ...process.env, ENVOY: "/no/such/envoy" } }).then(
      () => assert.fail("it exited with 0"),
      (error: unknown) => error as { code: number; stderr: string },
    );
    assert.equal(failure.code, 1);
    assert.match(failure.stderr, /ENVOY=\/no\/such\/envoy is not an executable file/);
  });
});
