import { Bytes } from "../../../assembly/core/bytes/bytes";
import { Credentials } from "../../../assembly/core/credentials/credentials";
import { explainLookup } from "../../../assembly/core/credentials/explain";
import { deriveCredentials } from "../../../assembly/core/system/derive-credentials";
import { Notes } from "../../../assembly/core/system/notes";
import { Random } from "../support";
import { list, metadataOf, one, struct, text } from "./protobuf";
import { configOf, documentOf, lookupOfSpecs, requestOf, resolve, setMetadata } from "./support";

const ISSUER: string = "https://idp.example.com/realm";
const JWT_AUTHN: string = "envoy.filters.http.jwt_authn";

function derive(issuer: string = ISSUER, more: string = ""): Credentials | null {
  const fields = '"authentication_method":"oidc","oidc_issuer_endpoint":"' + issuer + '"' + more;
  return deriveCredentials(configOf(documentOf("", fields)), new Notes());
}

/** Returns the application that a payload gives, left under a name of its own. */
function idFrom(names: string[], claims: Bytes[], credentials: Credentials | null = derive()): string {
  setMetadata(metadataOf(JWT_AUTHN, ["any_name"], [struct(names, claims)]));
  return resolve(credentials, "/");
}

describe("a claim of a verified token", () => {
  test("azp, else aud", () => {
    expect(idFrom(["iss", "azp", "aud"], [text(ISSUER), text("a"), text("b")])).toBe("app_id=a");
    expect(idFrom(["aud", "azp", "iss"], [text("b"), text("a"), text(ISSUER)])).toBe("app_id=a");
    expect(idFrom(["iss", "aud"], [text(ISSUER), text("b")])).toBe("app_id=b");
    expect(idFrom(["iss", "azp", "aud"], [text(ISSUER), text(""), text("b")])).toBe("app_id=b");
    expect(idFrom(["iss", "azp", "aud"], [text(ISSUER), one(), text("b")])).toBe("app_id=b");
    expect(idFrom(["iss", "aud"], [text(ISSUER), list([text("c"), text("d")])])).toBe("app_id=c");
    expect(idFrom(["iss", "aud"], [text(ISSUER), list([one(), text("d")])])).toBe("app_id=d");
    expect(idFrom(["iss", "aud"], [text(ISSUER), list([])])).toBe("nothing");
    expect(idFrom(["iss", "aud"], [text(ISSUER), list([text(""), text("d")])])).toBe("nothing");
    expect(idFrom(["iss", "aud"], [text(ISSUER), struct(["x"], [text("d")])])).toBe("nothing");
    expect(idFrom(["iss", "sub"], [text(ISSUER), text("s")])).toBe("nothing");
  });

  test("the claim that 3scale names, and no other", () => {
    const credentials = derive(ISSUER, ',"jwt_claim_with_client_id":"client.id"');
    expect(idFrom(["iss", "azp", "client.id"], [text(ISSUER), text("a"), text("c")], credentials)).toBe("app_id=c");
    expect(idFrom(["iss", "azp", "aud"], [text(ISSUER), text("a"), text("b")], credentials)).toBe("nothing");
  });

  test("only a token of the issuer counts", () => {
    expect(idFrom(["azp"], [text("a")])).toBe("nothing");
    expect(idFrom(["iss", "azp"], [text("https://other.example.com/realm"), text("a")])).toBe("nothing");
    expect(idFrom(["iss", "azp"], [text(ISSUER + "x"), text("a")])).toBe("nothing");
    expect(idFrom(["iss", "azp"], [text("https://idp.example.com/real"), text("a")])).toBe("nothing");
    expect(idFrom(["iss", "azp"], [text(""), text("a")])).toBe("nothing");
    expect(idFrom(["iss", "azp"], [text("/"), text("a")])).toBe("nothing");
    expect(idFrom(["iss", "azp"], [one(), text("a")])).toBe("nothing");
    expect(idFrom(["iss", "azp"], [list([text(ISSUER)]), text("a")])).toBe("nothing");
  });

  test("a slash at the end of an issuer means nothing", () => {
    expect(idFrom(["iss", "azp"], [text(ISSUER + "/"), text("a")])).toBe("app_id=a");
    expect(idFrom(["iss", "azp"], [text(ISSUER), text("a")], derive(ISSUER + "/"))).toBe("app_id=a");
    expect(idFrom(["iss", "azp"], [text(ISSUER + "//"), text("a")])).toBe("nothing");
  });

  test("the user information of 3scale's issuer is no part of it", () => {
    expect(idFrom(["iss", "azp"], [text(ISSUER), text("a")], derive("https://id:secret@idp.example.com/realm"))).toBe(
      "app_id=a",
    );
  });

  test("all payloads are looked at, under whatever names", () => {
    const other = struct(["iss", "azp"], [text("https://other"), text("x")]);
    const own = struct(["iss", "azp"], [text(ISSUER), text("a")]);
    setMetadata(metadataOf(JWT_AUTHN, ["p", "q", "r", "s"], [text(ISSUER), other, one(), own]));
    expect(resolve(derive(), "/")).toBe("app_id=a");
    // A payload that lies deeper is not one that jwt_authn has verified.
    setMetadata(metadataOf(JWT_AUTHN, ["p"], [struct(["q"], [own])]));
    expect(resolve(derive(), "/")).toBe("nothing");
    // Claims that jwt_authn leaves without the rest of the payload have no issuer.
    setMetadata(metadataOf(JWT_AUTHN, ["iss", "azp"], [text(ISSUER), text("a")]));
    expect(resolve(derive(), "/")).toBe("nothing");
  });

  test("nothing else is asked: no other filter's metadata, no header, no parameter", () => {
    setMetadata(metadataOf("envoy.lua", ["p"], [struct(["iss", "azp"], [text(ISSUER), text("a")])]));
    expect(resolve(derive(), "/?azp=a&access_token=a", ["azp: a", "authorization: Bearer a"])).toBe("nothing");
    setMetadata(new Bytes());
    expect(resolve(derive(), "/?app_id=a", ["app_id: a"])).toBe("nothing");
  });

  test("is explained", () => {
    const credentials = derive();
    expect(idFrom(["iss"], [text("https://other")], credentials)).toBe("nothing");
    expect(explainLookup(credentials!, requestOf("/"), lookupOfSpecs(), false).join("\n")).toBe(
      "app_id[0].verified_claim: no verified token of the issuer https://idp.example.com/realm has a claim with a value: azp, aud",
    );
    expect(idFrom(["iss", "azp"], [text(ISSUER), text("a")], credentials)).toBe("app_id=a");
    expect(explainLookup(credentials!, requestOf("/"), lookupOfSpecs(), false).join("\n")).toBe(
      "app_id[0].verified_claim: key azp matched, and has a value of 1 bytes",
    );
  });

  test("metadata that is no protobuf: nothing or an application, no trap", () => {
    const random = new Random(79);
    const credentials = derive();
    const good = metadataOf(
      JWT_AUTHN,
      ["p", "q"],
      [struct(["iss", "aud"], [text(ISSUER), list([text("c"), text("d")])]), struct(["iss"], [one()])],
    );
    for (let length = 0; length <= good.length; length++) {
      setMetadata(Bytes.view(good.ptr, length));
      resolve(credentials, "/");
    }
    for (let round = 0; round < 20_000; round++) {
      const bytes = good.copy();
      for (let changes = random.next(3); changes >= 0; changes--) {
        store<u8>(bytes.ptr + <usize>random.next(bytes.length), <u8>random.next(256));
      }
      setMetadata(bytes);
      resolve(credentials, "/");
    }
    expect(idFrom(["iss", "azp"], [text(ISSUER), text("a")], credentials)).toBe("app_id=a");
    setMetadata(new Bytes());
  });
});
