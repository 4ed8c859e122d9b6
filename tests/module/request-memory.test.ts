import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import { compileAssembly, instantiateAssembly } from "../support/assembly.ts";

/** What tests/core/exports/requests.ts exports. */
interface Requests {
  memory: WebAssembly.Memory;
  start: () => void;
  run: (count: number) => void;
  counted: () => number;
  allocate: () => void;
}

const REQUESTS = 100_000;

suite("memory of requests", () => {
  let module: Requests;

  before(async () => {
    const bytes = await compileAssembly("tests/core/exports/requests.ts", "-O2");
    module = (await instantiateAssembly(bytes)) as unknown as Requests;
    module.start();
    module.run(1000);
  });

  test("100,000 requests without a collection leave no object behind", () => {
    const sizeBytes = module.memory.buffer.byteLength;
    module.run(REQUESTS);
    assert.equal(module.memory.buffer.byteLength, sizeBytes);
    assert.equal(module.counted(), 1000 + REQUESTS);
  });

  test("one object for each of as many requests would have shown", () => {
    const sizeBytes = module.memory.buffer.byteLength;
    for (let i = 0; i < REQUESTS; i++) module.allocate();
    assert.ok(module.memory.buffer.byteLength > sizeBytes);
  });
});
