import { Bytes } from "../../../assembly/core/bytes/bytes";
import { MemorySource } from "../../../assembly/core/json/byte-source";
import { Authentication, CredentialsLocation, ProxyConfig } from "../../../assembly/core/system/proxy-config";
import { readProxyConfig } from "../../../assembly/core/system/read-proxy-config";
import { Random } from "../support";
import { compact, configOf, documentOf, expectNoPart, expectPart, read, summary } from "./support";

const RULES: string =
  '"proxy_rules":[' +
  '{"id":5,"http_method":"POST","pattern":"/b/{id}$?x=1","metric_system_name":"writes","delta":2,"position":2,"last":true,"parameters":["id"],"owner_id":8,"owner_type":"Proxy"},' +
  '{"http_method":"GET","pattern":"/","metric_system_name":"hits","delta":1,"position":1,"last":false,"redirect_url":null,"owner_id":8,"owner_type":"Proxy"},' +
  '{"http_method":"GET","pattern":"/c","metric_system_name":"hits","delta":-3,"position":1,"last":null,"owner_id":8,"owner_type":"BackendApi"}]';
const DOCUMENT: string =
  '{"proxy_config":{"id":7,"version":12,"environment":"sandbox","content":{"id":1,"name":"\\u00dcber \\"api\\"",' +
  '"backend_version":"1","backend_authentication_type":"service_token","backend_authentication_value":"t/1\\u00e9",' +
  '"notification_settings":{"a":[[],{}]},"proxy":{"endpoint":"https://api.example.com:443","hosts":["api.example.com","x.example.com"],' +
  '"credentials_location":"headers","auth_user_key":"X-Key","auth_app_id":"i","auth_app_key":"k",' +
  '"oidc_issuer_endpoint":"https://client:s3cr/et@idp.example.com/realm/","jwt_claim_with_client_id":"sub","jwt_claim_with_client_id_type":"plain",' +
  '"policy_chain":[{"name":"apicast","configuration":{}}],' +
  RULES +
  ',"authentication_method":"1"}}},"other":null}';

/** Reads what is written of a configuration. */
function again(config: ProxyConfig): ProxyConfig {
  const result = readProxyConfig(new MemorySource(compact(config), 5));
  expect(result.fault).toBe("");
  expect(result.notes.lines.length).toBe(0);
  const read = result.config;
  return read == null ? new ProxyConfig() : read;
}

function proxy(fields: string): ProxyConfig {
  return configOf(documentOf("", fields));
}

function faultOf(content: string, fields: string): string {
  const result = read(documentOf(content, fields));
  expect(result.config == null).toBe(result.fault.length > 0);
  return result.fault;
}

function rule(fields: string): string {
  return '{"http_method":"GET","pattern":"/","metric_system_name":"hits","delta":1' + fields + "}";
}

describe("readProxyConfig", () => {
  test("reads what the filter uses", () => {
    expect(summary(configOf(DOCUMENT))).toBe(
      "version 12 environment sandbox token t/1\\xc3\\xa9 authentication 0 location 1 names X-Key,i,k " +
        "endpoint https://api.example.com:443 issuer https://idp.example.com/realm claim sub plain " +
        "hosts api.example.com x.example.com" +
        "; GET / hits 1 at 0/1; POST /b/{id}$?x=1 writes 2 at 0/2 last; GET /c hits -3 at 1/1",
    );
  });

  test("defaults", () => {
    expect(summary(proxy(""))).toBe(
      "version 3 environment production token null authentication 3 location 0 names user_key,app_id,app_key " +
        "endpoint null issuer null claim  plain hosts",
    );
    const nulls =
      '"hosts":null,"endpoint":null,"credentials_location":null,"auth_user_key":null,"auth_app_id":"","proxy_rules":null,' +
      '"oidc_issuer_endpoint":null,"jwt_claim_with_client_id":null,"jwt_claim_with_client_id_type":null,"authentication_method":null';
    expect(summary(proxy(nulls))).toBe(summary(proxy("")));
    expect(configOf('{"proxy_config":{"content":{"proxy":{}}}}').version).toBe(0);
  });

  test("the authentication method: the proxy's, else the service's version", () => {
    expect(proxy('"authentication_method":"1"').authentication).toBe(Authentication.UserKey);
    expect(proxy('"authentication_method":"2"').authentication).toBe(Authentication.AppId);
    expect(proxy('"authentication_method":"oidc"').authentication).toBe(Authentication.Oidc);
    expect(proxy('"authentication_method":"oauth"').authentication).toBe(Authentication.Oidc);
    expect(proxy('"authentication_method":"mtls","service_backend_version":"1"').authentication).toBe(
      Authentication.Unknown,
    );
    expect(proxy('"service_backend_version":2').authentication).toBe(Authentication.AppId);
    const both = configOf(documentOf('"backend_version":"1"', '"service_backend_version":"2"'));
    expect(both.authentication).toBe(Authentication.UserKey);
    const oidc = configOf(documentOf('"backend_version":"oauth"', '"authentication_method":"oidc"'));
    expect(oidc.authentication).toBe(Authentication.Oidc);
  });

  test("locations, claims", () => {
    expect(proxy('"credentials_location":"query"').credentialsLocation).toBe(CredentialsLocation.Query);
    expect(proxy('"credentials_location":"headers"').credentialsLocation).toBe(CredentialsLocation.Headers);
    expect(proxy('"credentials_location":"authorization"').credentialsLocation).toBe(CredentialsLocation.Authorization);
    expect(proxy('"credentials_location":"body"').credentialsLocation).toBe(CredentialsLocation.Unknown);
    const liquid = '"jwt_claim_with_client_id":"{{ sub }}","jwt_claim_with_client_id_type":"liquid"';
    expect(proxy(liquid).isClaimPlain).toBe(false);
    expect(again(proxy(liquid)).isClaimPlain).toBe(false);
    // Without a claim the type means nothing.
    expect(proxy('"jwt_claim_with_client_id_type":"liquid"').isClaimPlain).toBe(true);
  });

  test("a provider key is no token", () => {
    const config = configOf(
      documentOf('"backend_authentication_type":"provider_key","backend_authentication_value":"secret"', ""),
    );
    expectNoPart(summary(config), "secret");
    expect(config.hasProviderKey).toBe(true);
    expect(configOf(documentOf('"backend_authentication_value":"t"', "")).token!.printable()).toBe("t");
  });

  test("no user information of an issuer or an endpoint stays", () => {
    const written: string[] = [
      "https://id:secret@idp.example.com/realm",
      "https://secret@idp.example.com/realm/",
      "https://id:sec@ret@idp.example.com/realm",
      "https://id:secret/x@idp.example.com/realm",
      "https://id:secret?x@idp.example.com/realm",
      "https://id:secret/x@y@idp.example.com/realm",
    ];
    for (let i = 0; i < written.length; i++) {
      const config = proxy('"oidc_issuer_endpoint":"' + written[i] + '","endpoint":"' + written[i] + '"');
      expect(config.oidcIssuer!.printable()).toBe("https://idp.example.com/realm", written[i]);
      expectNoPart(config.endpoint!.printable(), "secret");
    }
    const odd: string[] = ["id:secret@idp", "//id:secret@idp", "https:/id:secret@idp", "https:///id:secret@idp"];
    for (let i = 0; i < odd.length; i++) {
      expectNoPart(proxy('"oidc_issuer_endpoint":"' + odd[i] + '"').oidcIssuer!.printable(), "secret");
    }
    expect(proxy('"oidc_issuer_endpoint":"https://idp:8443/a@b"').oidcIssuer!.printable()).toBe("https://idp:8443/a@b");
    expect(proxy('"oidc_issuer_endpoint":"https://[::1]:8443/a@b"').oidcIssuer!.printable()).toBe(
      "https://[::1]:8443/a@b",
    );
  });

  test("rules keep the order of their positions, those of each owner together", () => {
    const config = proxy(
      '"proxy_rules":[' +
        [
          rule(',"position":9'),
          rule(',"position":3,"pattern_x":1'),
          rule(',"position":3,"last":true'),
          rule(""),
          rule(',"position":-1'),
        ].join(",") +
        "]",
    );
    let order = "";
    for (let i = 0; i < config.rules.length; i++) {
      order += config.rules[i].position.toString() + (config.rules[i].last ? "! " : " ");
    }
    // Without a position it stays behind the one before it.
    expect(order).toBe("-1 3 3! 3 9 ");
  });

  test("rules that are wrong are left out and noted", () => {
    const result = read(
      documentOf(
        "",
        '"proxy_rules":[7,{"http_method":"GET","pattern":5,"metric_system_name":"hits","position":4},' +
          '{"http_method":"GET","pattern":"/","metric_system_name":null,"delta":1,"position":5},' +
          '{"http_method":"GET","pattern":"/","metric_system_name":"hits","delta":1.5,"position":6},' +
          '{"http_method":"GET","pattern":"/","metric_system_name":"hits","delta":99999999999999999999,"position":"7"},' +
          '{"http_method":"GET","pattern":"/ok","metric_system_name":"hits","position":8}]',
      ),
    );
    expect(result.fault).toBe("");
    expect(result.notes.skippedRules).toBe(4);
    expect(result.notes.lines.join("\n")).toBe(
      "rule 1 of the list is skipped: found the number 7; expected an object\n" +
        "rule at position 4 is skipped: found pattern: the number 5; expected a pattern of paths (a string)\n" +
        "rule at position 6 is skipped: found delta: the number 1.5; expected a whole number from -9223372036854775808 to 9223372036854775807 (written without point and exponent)\n" +
        "rule 5 of the list is skipped: found delta: the number 99999999999999999999; expected a whole number from -9223372036854775808 to 9223372036854775807 (written without point and exponent)",
    );
    const config = result.config!;
    expect(config.rules.length).toBe(2);
    // Without a metric it counts "Hits", as with threescale-wasm-auth; without a delta nothing.
    expect(config.rules[0].metric.printable()).toBe("Hits");
    expect(config.rules[1].delta).toBe(0);
  });

  test("many rules that are wrong: as many are counted, some are noted", () => {
    let rules = "1";
    for (let i = 1; i < 100; i++) rules += ",1";
    const result = read(documentOf("", '"proxy_rules":[' + rules + "]"));
    expect(result.fault).toBe("");
    expect(result.notes.skippedRules).toBe(100);
    expect(result.notes.lines.length).toBe(21);
  });

  test("faults", () => {
    expect(read("").fault).toBe("line 1, column 1: found the end of the configuration; expected an object");
    expect(read("<html>").fault).toBe('line 1, column 1: found "<"; expected an object');
    expect(read("[]").fault).toBe("the document (line 1, column 1): found an array; expected an object");
    expect(read("{}").fault).toBe("proxy_config (line 1, column 1): found nothing; expected an object");
    expectPart(read('{"error":"Access denied"}').fault, "proxy_config (line 1, column 1): found nothing");
    expectPart(read('{"proxy_config":{}}').fault, "proxy_config.content (line 1, column 17): found nothing");
    expectPart(
      read('{"proxy_config":{"content":{"proxy":null}}}').fault,
      "proxy_config.content.proxy (line 1, column 28): found nothing",
    );
    expectPart(read(DOCUMENT + "x").fault, 'found "x"; expected nothing after');
    expectPart(read('{\n"proxy_config": tru}').fault, "line 2, column 20: ");
    expectPart(faultOf("", '"hosts":"a"'), "proxy_config.content.proxy.hosts (line 1, column ");
    expectPart(faultOf("", '"hosts":["a",5]'), "hosts[1] (line 1, column ");
    expectPart(faultOf("", '"proxy_rules":{}'), "expected the mapping rules (an array of objects)");
    expectPart(faultOf("", '"credentials_location":1'), "credentials_location");
    expectPart(faultOf("", '"jwt_claim_with_client_id":1'), "jwt_claim_with_client_id");
    expectPart(faultOf("", '"oidc_issuer_endpoint":1'), "oidc_issuer_endpoint");
    expectPart(faultOf("", '"authentication_method":true'), "authentication_method");
    expectPart(read('{"proxy_config":{"version":"1","content":{"proxy":{}}}}').fault, "proxy_config.version");
    expectPart(faultOf('"backend_authentication_value":8675309', ""), "found a number");
    expectNoPart(faultOf('"backend_authentication_value":8675309', ""), "8675309");
    expectPart(faultOf('"backend_authentication_value":"t","backend_authentication_value":"u"', ""), "second time");
  });

  test("what is not used is passed over, whatever it is", () => {
    let deep = "";
    for (let i = 0; i < 100; i++) deep = "[" + deep + "]";
    expect(summary(configOf(documentOf('"x":' + deep, '"y":' + deep)))).toBe(summary(proxy("")));
    const huge = '"x":"' + "a".repeat(1_000_000) + '"';
    expect(summary(configOf(documentOf(huge, "")))).toBe(summary(proxy("")));
    let bottomless = "";
    for (let i = 0; i < 5000; i++) bottomless += '{"a":[';
    expectPart(read(documentOf('"x":' + bottomless, "")).fault, "at most 128 levels");
  });

  test("what is written is read again", () => {
    const documents: string[] = [
      DOCUMENT,
      documentOf("", ""),
      documentOf(
        '"backend_authentication_type":"provider_key"',
        '"authentication_method":"?","credentials_location":"?"',
      ),
      documentOf(
        '"backend_authentication_value":"\\u0000\\u007f\\"\\\\\\n\\ud83d\\ude00"',
        '"authentication_method":"oidc","credentials_location":"authorization","auth_user_key":"\\u00e9\\u0001",' +
          '"oidc_issuer_endpoint":"https://a@b:c/x@idp///","hosts":["","\\"","[::1]:1"],"jwt_claim_with_client_id":"{{a}}",' +
          '"jwt_claim_with_client_id_type":"liquid","proxy_rules":[' +
          '{"http_method":"","pattern":"","metric_system_name":"","delta":-9223372036854775808,"position":9223372036854775807,"owner_id":4},' +
          '{"http_method":"é","pattern":"{","metric_system_name":"\\t","delta":9223372036854775807,"position":-9223372036854775808,"owner_id":5},' +
          '{"http_method":"a","pattern":"{","metric_system_name":"m","delta":1,"position":-1,"owner_id":4},' +
          '{"http_method":"GET","pattern":7,"metric_system_name":"m","owner_id":3},' +
          '{"http_method":"a","pattern":"{","metric_system_name":"m","owner_id":6}]',
      ),
    ];
    for (let i = 0; i < documents.length; i++) {
      const config = configOf(documents[i]);
      const once = again(config);
      expect(summary(once)).toBe(summary(config));
      expect(compact(once).printable()).toBe(compact(config).printable());
    }
  });

  test("a document that ends early is a fault, wherever it ends", () => {
    const bytes = Bytes.of(DOCUMENT);
    for (let length = 0; length < bytes.length; length++) {
      const result = readProxyConfig(new MemorySource(Bytes.view(bytes.ptr, length), 64));
      if (result.config != null || result.fault.length == 0) expect(length).toBe(-1, "read without its end");
    }
  });

  test("changed bytes: a configuration or a fault, no secret, no trap", () => {
    const random = new Random(71);
    for (let round = 0; round < 4000; round++) {
      const bytes = Bytes.of(DOCUMENT);
      for (let changes = random.next(4); changes >= 0; changes--) {
        store<u8>(bytes.ptr + <usize>random.next(bytes.length), <u8>random.next(256));
      }
      const result = readProxyConfig(new MemorySource(bytes, 1 + random.next(64)));
      expect(result.config == null).toBe(result.fault.length > 0);
      expect(result.fault.includes("\n")).toBe(false);
      const config = result.config;
      if (config != null) expect(summary(again(config))).toBe(summary(config));
    }
  });

  test("garbage", () => {
    const random = new Random(73);
    const alphabet = '{}[]",:0-1.eé\\u"proxy_config"truenull \n\0';
    for (let round = 0; round < 4000; round++) {
      let text = random.next(2) == 0 ? '{"proxy_config":{"content":{"proxy":' : "";
      for (let i = random.next(60); i > 0; i--) text += alphabet.charAt(random.next(alphabet.length));
      const result = read(text);
      expect(result.config == null).toBe(result.fault.length > 0);
    }
  });
});
