import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { buildProbe } from "./build-probe.ts";
import { cases } from "./cases.ts";
import { EnvoyHost } from "./envoy-host.ts";
import { run } from "./run.ts";

describe("conformance: Envoy", () => {
  let host: EnvoyHost | undefined;
  before(async () => {
    host = await EnvoyHost.start(await buildProbe());
  });
  after(async () => {
    await host?.stop();
  });

  for (const row of cases) {
    it(row.name, async () => {
      for (const { step, actual, expected } of await run(host!, row)) {
        assert.deepEqual(actual, expected, `step ${String(step)}`);
      }
    });
  }

  it("a refused configuration", async () => {
    assert.deepEqual([await host!.accepted("probe"), await host!.accepted("refused")], [true, false]);
  });
});
