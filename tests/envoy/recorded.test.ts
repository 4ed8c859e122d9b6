import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Envoy } from "../support/envoy.ts";
import { cluster, listener, wasmFilter } from "../support/envoy-config.ts";
import { request, type ClientResponse } from "../support/http-client.ts";
import { poll } from "../support/poll.ts";
import { freePort } from "../support/ports.ts";
import { recordedApi, recordedBackend } from "../support/recorded-backend.ts";
import { DIFFERENCES } from "../support/recorded-differences.ts";
import { oursOf } from "../support/recorded-ours.ts";
import { recordedAdmin, SYSTEM, withKnownEnvironments } from "../support/recorded-system.ts";
import {
  expectedOf,
  notEncoded,
  observe,
  readRecording,
  type Observation,
  type RecordedCase,
} from "../support/recorded.ts";
import { RecordingServer } from "../support/recording-server.ts";

const RECORDED_CASES = 370;
/** The configuration with `system` as it was recorded. */
const UNCHANGED = "system-unchanged";
const { configs, cases } = readRecording();

describe("the recorded cases of threescale-wasm-auth", () => {
  let api: RecordingServer;
  let backend: RecordingServer;
  let admin: RecordingServer;
  let envoy: Envoy;
  /** The port of each configuration that Envoy took. */
  let ports: Map<string, number>;

  before(async () => {
    api = await RecordingServer.start(recordedApi);
    backend = await RecordingServer.start(recordedBackend);
    admin = await RecordingServer.start(recordedAdmin);
    const listeners = [...configs].map(([name, { plugin, text, filters = [] }]) => {
      const configuration = name === SYSTEM ? withKnownEnvironments(plugin!) : (text ?? plugin!);
      return listener(name, [...filters, wasmFilter({ configuration })]);
    });
    listeners.push(listener(UNCHANGED, [wasmFilter({ configuration: configs.get(SYSTEM)!.plugin! })]));
    envoy = await Envoy.start({
      listeners,
      clusters: [
        cluster("echo", api.port),
        cluster("api", api.port),
        cluster("backend", backend.port),
        cluster("dead", await freePort()),
        cluster("system", admin.port),
      ],
    });
    ports = new Map();
    for (const name of configs.keys()) {
      if (await envoy.listenerActive(name)) ports.set(name, await envoy.port(name));
    }
    const fetched = { method: "GET", path: "/remote?user_key=ok", host: "a.test" };
    await poll("the services to be fetched", async () => (await request(ports.get(SYSTEM)!, fetched)).status === 200);
  });

  after(async () => {
    await envoy.stop();
    await api.close();
    await backend.close();
    await admin.close();
  });

  it("are all there", () => {
    assert.equal(cases.length, RECORDED_CASES);
    assert.equal(new Set(cases.map(({ name }) => name)).size, RECORDED_CASES);
    const run = new Set(cases.map(({ name }) => name));
    const idle = DIFFERENCES.flatMap((row) => row.cases).filter((name) => !run.has(name));
    assert.deepEqual(idle, [], "differences of cases that are not run");
  });

  for (const recorded of cases) {
    it(recorded.name, async () => {
      const { observed, badlyEncoded } = await replay(recorded);
      const expected = expectedOf(recorded);
      const { whole, listed } = oursOf(recorded, expected);
      assert.deepEqual(observed, { ...expected, ...whole });
      for (const field of listed) {
        assert.notDeepEqual(whole[field], expected[field], `${field} is listed as a difference and is none`);
      }
      assert.deepEqual(badlyEncoded, []);
    });
  }

  it("decision: an environment that 3scale does not have is refused where there is a system", async () => {
    assert.equal(await envoy.listenerActive(UNCHANGED), false);
    assert.match(envoy.log(), /error at services\[3\]\.environment .*found "weird"/);
  });

  async function replay(recorded: RecordedCase): Promise<{ observed: Observation; badlyEncoded: string[] }> {
    backend.take();
    api.take();
    const port = ports.get(recorded.config);
    let response: ClientResponse | "refused" = "refused";
    if (port !== undefined) response = await request(port, recorded.request);
    const calls = backend.take();
    return { observed: observe(response, calls, api.take()), badlyEncoded: calls.flatMap(notEncoded) };
  }
});
