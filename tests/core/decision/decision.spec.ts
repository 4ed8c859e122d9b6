import { Bytes } from "../../../assembly/core/bytes/bytes";
import { loadConfiguration } from "../../../assembly/core/config/configuration";
import { FilterConfig } from "../../../assembly/core/config/filter-config";
import { Decision } from "../../../assembly/core/decision/decision";
import { Outcome, outcomeName } from "../../../assembly/core/decision/outcome";
import { MemorySource } from "../../../assembly/core/json/byte-source";
import { configuration } from "../sample-configuration";
import { SpecRequest, written } from "../support";

const PREFIX: string = "/base/transactions/authrep.xml?service_id=11&service_token=t%261";
const decision: Decision = new Decision();
const request: SpecRequest = new SpecRequest();
let config: FilterConfig | null = null;

function load(json: string): FilterConfig | null {
  return loadConfiguration(new MemorySource(Bytes.of(json))).config;
}

/**
 * Returns the outcome of a request to api.example.com, for one to be asked about the AuthRep path behind the service's
 * constant part. `headers` are `name: value`, separated by semicolons.
 */
function decide(method: string, target: string, headers: string = "", authority: string = "api.example.com"): string {
  const current = config;
  if (current == null) return "the configuration is refused";
  request.clear();
  request.header(":method", method);
  request.header(":scheme", "https");
  request.header(":authority", authority);
  request.header(":path", target);
  const lines = headers.split("; ");
  for (let i = 0; i < lines.length; i++) {
    const colon = lines[i].indexOf(": ");
    if (colon > 0) request.header(lines[i].substring(0, colon), lines[i].substring(colon + 2));
  }
  request.snapshot.read();
  const outcome = decision.decide(current, request.snapshot);
  if (outcome != Outcome.Pending) return outcomeName(outcome);
  const path = written(decision.authRepPath);
  return path.startsWith(PREFIX) ? path.substring(PREFIX.length) : path;
}

describe("Decision", () => {
  beforeAll(() => {
    config = load(configuration(""));
  });

  test("the path of an AuthRep call", () => {
    expect(decide("GET", "/", "x-key: k")).toBe("&user_key=k&usage%5Bhits%5D=1&x=1");
  });

  test("the first listed service that has the authority", () => {
    expect(decide("GET", "/?user_key=k")).toBe("&user_key=k&usage%5Bhits%5D=1&x=1");
    expect(decide("GET", "/", "x-key: k", "API.EXAMPLE.COM:443")).toBe("&user_key=k&usage%5Bhits%5D=1&x=1");
    expect(decide("GET", "/", "x-key: k", "any.example.org")).toBe("&user_key=k&usage%5Bhits%5D=1&x=1");
    expect(decide("GET", "/?user_key=k", "", "other.net")).toBe(
      "/base/transactions/authrep.xml?service_id=13&service_token=t3&user_key=k&usage%5Bhits%5D=1&x=1",
    );
  });

  test("an authority that no service has", () => {
    expect(decide("GET", "/", "x-key: k", "example.com")).toBe("unknown_service");
    expect(decide("GET", "/", "x-key: k", "api.example.com:8443")).toBe("unknown_service");
    expect(decide("GET", "/", "x-key: k", "")).toBe("unknown_service");
    expect(decide("GET", "/", "x-key: k", "\xff\xfe")).toBe("unknown_service");
  });

  test("service before credentials, credentials before rules", () => {
    expect(decide("DELETE", "/", "", "nowhere")).toBe("unknown_service");
    expect(decide("DELETE", "/")).toBe("credentials_missing");
    expect(decide("DELETE", "/", "x-key: k")).toBe("no_mapping_rule");
  });

  test("a user key is taken from its sources and keys in order", () => {
    expect(decide("GET", "/?user_key=q", "x-old-key: o; x-key: n")).toBe("&user_key=n&usage%5Bhits%5D=1&x=1");
    expect(decide("GET", "/?user_key=q", "x-old-key: o")).toBe("&user_key=o&usage%5Bhits%5D=1&x=1");
    expect(decide("GET", "/?user_key=q", "x-other: o")).toBe("&user_key=q&usage%5Bhits%5D=1&x=1");
  });

  test("an empty value is none: the next duplicate, key and source are asked", () => {
    expect(decide("GET", "/", "x-key: ; x-key: second")).toBe("&user_key=second&usage%5Bhits%5D=1&x=1");
    expect(decide("GET", "/", "x-key: ; x-old-key: o")).toBe("&user_key=o&usage%5Bhits%5D=1&x=1");
    expect(decide("GET", "/?user_key=q", "x-key: ")).toBe("&user_key=q&usage%5Bhits%5D=1&x=1");
    expect(decide("GET", "/?user_key=&user_key=q")).toBe("&user_key=q&usage%5Bhits%5D=1&x=1");
    expect(decide("GET", "/?user_key=")).toBe("credentials_missing");
    expect(decide("GET", "/?user_key")).toBe("credentials_missing");
  });

  test("the first duplicate wins", () => {
    expect(decide("GET", "/?user_key=a&user_key=b")).toBe("&user_key=a&usage%5Bhits%5D=1&x=1");
  });

  test("an application id where there is no user key, with its key where there is one", () => {
    expect(decide("GET", "/", "x-app-id: i")).toBe("&app_id=i&usage%5Bhits%5D=1&x=1");
    expect(decide("GET", "/", "x-app-id: i; x-app-key: s")).toBe("&app_id=i&app_key=s&usage%5Bhits%5D=1&x=1");
    expect(decide("GET", "/?app_key=q", "x-app-id: i")).toBe("&app_id=i&app_key=q&usage%5Bhits%5D=1&x=1");
    expect(decide("GET", "/", "x-app-id: i; x-app-key: s; x-key: k")).toBe("&user_key=k&usage%5Bhits%5D=1&x=1");
    expect(decide("GET", "/", "x-app-key: s")).toBe("credentials_missing");
  });

  test("nothing of one request is left for the next", () => {
    decide("GET", "/", "x-app-id: i; x-app-key: s");
    expect(decide("GET", "/", "x-app-id: i")).toBe("&app_id=i&usage%5Bhits%5D=1&x=1");
    expect(decide("GET", "/")).toBe("credentials_missing");
  });

  test("a credential cannot inject, whatever its bytes", () => {
    expect(decide("GET", "/?user_key=a%26usage%5Bhits%5D%3D0")).toBe(
      "&user_key=a%26usage%5Bhits%5D%3D0&usage%5Bhits%5D=1&x=1",
    );
    expect(decide("GET", "/", "x-key: a&usage[hits]=0")).toBe(
      "&user_key=a%26usage%5Bhits%5D%3D0&usage%5Bhits%5D=1&x=1",
    );
    expect(decide("GET", "/", "x-key: \xff")).toBe("&user_key=%FF&usage%5Bhits%5D=1&x=1");
  });

  test("a credential that makes the path too long is refused before the call", () => {
    expect(decide("GET", "/", "x-key: " + "k".repeat(8200))).toBe("authrep_path_too_long");
    expect(decide("GET", "/", "x-key: " + "k".repeat(8000)).length).toBeGreaterThan(8000);
  });

  test("the usages of all matching rules are summed by metric", () => {
    expect(decide("GET", "/a/b", "x-key: k")).toBe("&user_key=k&usage%5Bhits%5D=11&usage%5Ba%20reads%5D=2&x=1");
    expect(decide("PUT", "/a/b", "x-key: k")).toBe("&user_key=k&usage%5Ba%20reads%5D=2&usage%5Bhits%5D=10&x=1");
    expect(decide("PUT", "/a/b/c", "x-key: k")).toBe("no_mapping_rule");
  });

  test("methods are compared as they are, configured ones in capitals", () => {
    expect(decide("POST", "/last", "x-key: k")).toBe("&user_key=k&usage%5Bwrites%5D=3&x=1");
    expect(decide("post", "/last", "x-key: k")).toBe("&user_key=k&usage%5Bnever%5D=1&x=1");
  });

  test("last ends the evaluation", () => {
    expect(decide("POST", "/last/x", "x-key: k")).toBe("&user_key=k&usage%5Bwrites%5D=3&x=1");
    expect(decide("PUT", "/last/x", "x-key: k")).toBe("&user_key=k&usage%5Bnever%5D=1&x=1");
  });

  test("sums stay at the largest number", () => {
    expect(decide("GET", "/q?flag=1", "x-key: k")).toBe(
      "&user_key=k&usage%5Bhits%5D=1&usage%5Bflagged%5D=9223372036854775807&x=1",
    );
    expect(decide("GET", "/q?flag=2", "x-key: k")).toBe("&user_key=k&usage%5Bhits%5D=1&usage%5Bflagged%5D=1&x=1");
  });

  test("a path whose readings select the same is let be", () => {
    expect(decide("GET", "/x/../y", "x-key: k")).toBe("&user_key=k&usage%5Bhits%5D=1&x=1");
    expect(decide("GET", "/a/b/..", "x-key: k")).toBe("&user_key=k&usage%5Bhits%5D=1&x=1");
    expect(decide("GET", "//a//b", "x-key: k")).toBe("&user_key=k&usage%5Bhits%5D=11&usage%5Ba%20reads%5D=2&x=1");
    expect(decide("GET", "/%61/b", "x-key: k")).toBe("&user_key=k&usage%5Bhits%5D=11&usage%5Ba%20reads%5D=2&x=1");
  });

  test("a path whose readings select different usages is refused", () => {
    const paths: string[] = [
      "/x/../a/b",
      "/a/b/../c",
      "/a/./b",
      "/a\\b",
      "/x\\..\\a\\b",
      "/x/%2e%2e/a/b",
      "/a/x/%2E%2e/b",
    ];
    for (let i = 0; i < paths.length; i++) expect(decide("GET", paths[i], "x-key: k")).toBe("ambiguous_path", paths[i]);
  });

  test("no path at all", () => {
    expect(decide("CONNECT", "", "x-key: k")).toBe("no_mapping_rule");
    expect(decide("GET", "*", "x-key: k")).toBe("no_mapping_rule");
  });

  test("a service without a token", () => {
    expect(decide("GET", "/?user_key=k", "", "notoken.example.com")).toBe("service_token_missing");
    expect(decide("GET", "/", "", "notoken.example.com")).toBe("credentials_missing");
  });
});

describe("Decision on what is configured in part", () => {
  test("no services", () => {
    config = load('{"api":"v1"}');
    expect(decide("GET", "/")).toBe("services_missing");
    config = load('{"api":"v1","services":[]}');
    expect(decide("GET", "/")).toBe("unknown_service");
  });

  test("no backend", () => {
    config = load(
      '{"api":"v1","services":[{"id":"1","token":"t","authorities":["*"],' +
        '"credentials":{"user_key":[{"header":{"keys":["k"]}}]},' +
        '"mapping_rules":[{"method":"any","pattern":"/","usages":[{"name":"m","delta":1}]}]}]}',
    );
    expect(decide("GET", "/", "k: v")).toBe("backend_missing");
    expect(decide("GET", "/")).toBe("credentials_missing");
  });

  test("rules that count nothing are as good as none", () => {
    config = load(
      '{"api":"v1","services":[{"id":"1","token":"t","authorities":["*"],' +
        '"credentials":{"user_key":[{"header":{"keys":["k"]}}]},' +
        '"mapping_rules":[{"method":"any","pattern":"/","usages":[]}]}]}',
    );
    expect(decide("GET", "/", "k: v")).toBe("no_mapping_rule");
  });
});
