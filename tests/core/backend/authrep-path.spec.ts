import { MAX_PATH_BYTES, writeAuthRepPath } from "../../../assembly/core/backend/authrep-path";
import { ByteWriter } from "../../../assembly/core/bytes/byte-writer";
import { Bytes } from "../../../assembly/core/bytes/bytes";
import { loadConfiguration } from "../../../assembly/core/config/configuration";
import { Service } from "../../../assembly/core/config/filter-config";
import { Application } from "../../../assembly/core/credentials/credentials";
import { MemorySource } from "../../../assembly/core/json/byte-source";
import { UsageSum } from "../../../assembly/core/usage/usage-sum";
import { raw, written } from "../support";

const prefix: Bytes = Bytes.of("/authrep?s=1");
const service: Service = twoMetrics();
const usages: UsageSum = new UsageSum();
const out: ByteWriter = new ByteWriter(16);
const kept: Bytes[] = [];

/** A service whose metric 0 is `hits` and whose metric 1 is `w`. */
function twoMetrics(): Service {
  const loaded = loadConfiguration(
    new MemorySource(
      Bytes.of(
        '{"api":"v1","services":[{"id":"1","authorities":["*"],"credentials":{"user_key":[]},"mapping_rules":' +
          '[{"method":"any","pattern":"/","usages":[{"name":"hits","delta":1},{"name":"w","delta":1}]}]}]}',
      ),
    ),
  ).config;
  return loaded!.services[0];
}

function keep(text: string): Bytes {
  const bytes = raw(text);
  kept.push(bytes);
  return bytes;
}

function application(userKey: string, appId: string, appKey: string): Application {
  const result = new Application();
  const key = keep(userKey);
  const id = keep(appId);
  const secret = keep(appKey);
  result.userKey.set(key.ptr, key.length);
  result.appId.set(id.ptr, id.length);
  result.appKey.set(secret.ptr, secret.length);
  return result;
}

function pathOf(who: Application, suffix: string = ""): string {
  return writeAuthRepPath(prefix, who, service, usages, raw(suffix), out) ? written(out) : "too long";
}

describe("writeAuthRepPath", () => {
  beforeEach(() => {
    usages.reset(2);
  });

  test("a user key alone", () => {
    usages.add(0, 1);
    expect(pathOf(application("k", "i", "s"))).toBe("/authrep?s=1&user_key=k&usage%5Bhits%5D=1");
  });

  test("an application id, with and without its key", () => {
    usages.add(0, 1);
    expect(pathOf(application("", "i", ""))).toBe("/authrep?s=1&app_id=i&usage%5Bhits%5D=1");
    expect(pathOf(application("", "i", "s"))).toBe("/authrep?s=1&app_id=i&app_key=s&usage%5Bhits%5D=1");
  });

  test("every value is percent-encoded: none adds a parameter", () => {
    expect(pathOf(application("a&usage[hits]=0", "", ""))).toBe("/authrep?s=1&user_key=a%26usage%5Bhits%5D%3D0");
    expect(pathOf(application("", "a#b", "c?d\xff\r\n "))).toBe("/authrep?s=1&app_id=a%23b&app_key=c%3Fd%FF%0D%0A%20");
  });

  test("usages in the order in which they were met, as large as they come", () => {
    usages.add(1, i64.MAX_VALUE);
    usages.add(0, 0);
    expect(pathOf(application("k", "", ""))).toBe(
      "/authrep?s=1&user_key=k&usage%5Bw%5D=9223372036854775807&usage%5Bhits%5D=0",
    );
  });

  test("the query of the backend's URL comes last", () => {
    expect(pathOf(application("k", "", ""), "&x=1")).toBe("/authrep?s=1&user_key=k&x=1");
  });

  test("8 KiB fit, a byte more does not", () => {
    const rest = "/authrep?s=1&user_key=".length;
    expect(MAX_PATH_BYTES).toBe(8192);
    expect(pathOf(application("k".repeat(8192 - rest), "", "")).length).toBe(8192);
    expect(pathOf(application("k".repeat(8193 - rest), "", ""))).toBe("too long");
    // Encoded, each of these bytes is three.
    const third = (8192 - rest) / 3;
    expect(pathOf(application(" ".repeat(third), "", "")).length).toBe(rest + third * 3);
    expect(pathOf(application(" ".repeat(third + 1), "", ""))).toBe("too long");
    expect(pathOf(application("k".repeat(8192 - rest), "", ""), "&")).toBe("too long");
  });

  test("nothing is left of the path before", () => {
    pathOf(application("k".repeat(9000), "", ""));
    expect(pathOf(application("k", "", ""))).toBe("/authrep?s=1&user_key=k");
  });
});
