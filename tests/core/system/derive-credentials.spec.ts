import { Credentials } from "../../../assembly/core/credentials/credentials";
import { deriveCredentials } from "../../../assembly/core/system/derive-credentials";
import { Notes } from "../../../assembly/core/system/notes";
import { configOf, documentOf, expectPart, resolve } from "./support";

function derive(method: string, location: string, more: string = ""): Credentials | null {
  const fields = '"authentication_method":"' + method + '","credentials_location":"' + location + '"' + more;
  return deriveCredentials(configOf(documentOf("", fields)), new Notes());
}

function noteOf(fields: string): string {
  const notes = new Notes();
  expect(deriveCredentials(configOf(documentOf("", fields)), notes) == null).toBe(true);
  return notes.lines.join("\n");
}

/** Returns what credentials find in an Authorization header. */
function authorized(credentials: Credentials | null, value: string): string {
  return resolve(credentials, "/", ["authorization: " + value]);
}

describe("deriveCredentials", () => {
  test("in the query", () => {
    const userKey = derive("1", "query", ',"auth_user_key":"Api_Key"');
    expect(resolve(userKey, "/?Api_Key=k%26&api_key=l")).toBe("user_key=k&");
    expect(resolve(userKey, "/?Api_Key=&Api_Key=l")).toBe("user_key=l");
    expect(resolve(userKey, "/?user_key=k", ["api_key: k", "api-key: k", "authorization: Bearer k"])).toBe("nothing");
    const app = derive("2", "query");
    expect(resolve(app, "/?app_key=k&app_id=i")).toBe("app_id=i app_key=k");
    expect(resolve(app, "/?app_id=i")).toBe("app_id=i");
    expect(resolve(app, "/?app_key=k&user_key=u")).toBe("nothing");
  });

  test("in headers, with hyphens for underscores too", () => {
    const userKey = derive("1", "headers", ',"auth_user_key":"X-User_Key"');
    expect(resolve(userKey, "/", ["x-user_key: k"])).toBe("user_key=k");
    expect(resolve(userKey, "/", ["x-user-key: k"])).toBe("user_key=k");
    expect(resolve(userKey, "/?X-User_Key=k", ["x_user_key: k"])).toBe("nothing");
    const app = derive("2", "headers");
    expect(resolve(app, "/", ["app-id: i", "app-key: k"])).toBe("app_id=i app_key=k");
    expect(resolve(app, "/", ["app_id: i", "app_key: k"])).toBe("app_id=i app_key=k");
  });

  test("a user key in Authorization, as APIcast takes it: user name, else password, else Bearer token", () => {
    const userKey = derive("1", "authorization");
    const rows: string[] = [
      "Basic dXNlcjpwYXNz", // user:pass
      "user_key=user",
      "Basic dXNlcjo=", // user:
      "user_key=user",
      "Basic dXNlcjo", // user:
      "user_key=user",
      "Basic OnBhc3M=", // :pass
      "user_key=pass",
      "Basic YTpiOmM=", // a:b:c, parted at the last colon
      "user_key=a:b",
      "Basic   dXNlcjpwYXNz",
      "user_key=user",
      "Basic\tdXNlcjpwYXNz",
      "user_key=user",
      "Basic dXNlcg==", // user
      "nothing",
      "Basic Og==", // :
      "nothing",
      "Basic !123!",
      "nothing",
      "Basic",
      "nothing",
      "basic dXNlcjpwYXNz",
      "nothing",
      "Bearer dXNlcjpwYXNz",
      "user_key=dXNlcjpwYXNz",
      "Bearer  k",
      "user_key=k",
      "bearer k",
      "nothing",
      "Bearer",
      "nothing",
      "Digest k",
      "nothing",
      "k",
      "nothing",
      "",
      "nothing",
    ];
    for (let i = 0; i < rows.length; i += 2) expect(authorized(userKey, rows[i])).toBe(rows[i + 1], rows[i]);
    expect(authorized(userKey, " ".repeat(100_000) + "Basic dXNlcjpwYXNz")).toBe("nothing");
    expect(resolve(userKey, "/?user_key=k", ["user_key: k"])).toBe("nothing");
  });

  test("an application in Authorization: user name and password", () => {
    const app = derive("2", "authorization");
    expect(authorized(app, "Basic dXNlcjpwYXNz")).toBe("app_id=user app_key=pass");
    expect(authorized(app, "Basic YTpiOmM=")).toBe("app_id=a:b app_key=c");
    expect(authorized(app, "Basic dXNlcjo=")).toBe("app_id=user");
    expect(authorized(app, "Basic OnBhc3M=")).toBe("nothing");
    expect(authorized(app, "Basic dXNlcg==")).toBe("nothing");
    expect(authorized(app, "Bearer i")).toBe("nothing");
  });

  test("a form body is mentioned where clients may send one", () => {
    const rows: string[] = ["1", "query", "2", "query", "1", "headers", "2", "authorization", "oidc", "query"];
    for (let i = 0; i < rows.length; i += 2) {
      const notes = new Notes();
      const issuer = ',"oidc_issuer_endpoint":"https://idp"';
      const fields = '"authentication_method":"' + rows[i] + '","credentials_location":"' + rows[i + 1] + '"' + issuer;
      expect(deriveCredentials(configOf(documentOf("", fields)), notes) != null).toBe(true);
      expect(notes.mentionsFormBody).toBe(i < 4, rows[i] + " " + rows[i + 1]);
      expect(notes.lines.length).toBe(0);
    }
  });

  test("what is not known or not supported is noted", () => {
    expectPart(noteOf(""), "no known authentication method");
    expectPart(noteOf('"authentication_method":"1","credentials_location":"body"'), "no known location");
    expectPart(noteOf('"authentication_method":"oidc"'), "no OpenID Connect issuer");
    expectPart(
      noteOf(
        '"authentication_method":"oidc","oidc_issuer_endpoint":"https://idp","jwt_claim_with_client_id":"{{ sub }}","jwt_claim_with_client_id_type":"liquid"',
      ),
      "Liquid",
    );
  });
});
