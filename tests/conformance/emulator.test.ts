import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { buildProbe } from "./build-probe.ts";
import { cases } from "./cases.ts";
import { EmulatorHost } from "./emulator-host.ts";
import { run } from "./run.ts";

describe("conformance: the emulator", () => {
  let host: EmulatorHost;
  before(async () => {
    host = await EmulatorHost.start(await buildProbe());
  });

  for (const row of cases) {
    it(row.name, async () => {
      for (const { step, actual, expected } of await run(host, row)) {
        assert.deepEqual(actual, expected, `step ${String(step)}`);
      }
      assert.deepEqual(host.takeViolations(), row.violations ?? []);
    });
  }

  it("a refused configuration", async () => {
    assert.deepEqual([await host.accepted("probe"), await host.accepted("refused")], [true, false]);
  });
});
