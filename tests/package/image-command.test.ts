import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it, mock } from "node:test";
import { packageCommand } from "../../packaging/command.ts";
import { fault } from "../../packaging/faults.ts";
import { makeImage } from "../../packaging/image-forms.ts";
import { formatReference, isLoopback, parseReference } from "../../packaging/reference.ts";
import { provideTools } from "../../packaging/tools.ts";
import { projectContent, ROOT } from "./support/image-project.ts";
import { Registry } from "./support/image-registry.ts";

/** What a call of the command came to. */
interface Outcome {
  status: number;
  stdout: string;
  stderr: string;
}

describe("the options of npm run package", () => {
  let directory: string;

  before(async () => {
    await projectContent();
    directory = await mkdtemp(join(tmpdir(), "command-"));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  const call = (...args: string[]) => run(["--no-build", "--output", join(directory, "image"), ...args]);

  it("are listed by --help", async () => {
    const { status, stdout } = await run(["--help"]);
    assert.equal(status, 0);
    for (const option of ["--push", "--form", "--revision", "--output", "--no-build"])
      assert.ok(stdout.includes(option));
  });

  for (const [args, reason] of [
    [["--bogus"], /Unknown option '--bogus'/],
    [["extra"], /extra/],
    [["--form", "toString"], /no form toString \(but oci, docker, artifact\)/],
    [["--push"], /--push/],
  ] as const) {
    it(`refuse ${args.join(" ")} in one line, with status 2`, async () => {
      const { status, stdout, stderr } = await call(...args);
      assert.equal(status, 2);
      assert.match(stderr, /^package: .*npm run package -- --help lists the options$/);
      assert.match(stderr, reason);
      assert.equal(stdout, "");
    });
  }

  it("take the place to push to before anything is built", async () => {
    const { status, stderr } = await run(["--output", join(directory, "unused"), "--push", "team/image"]);
    assert.equal(status, 2);
    assert.match(stderr, /^package: "team\/image" names no place to push to: it has no registry's host\./);
    await assert.rejects(readFile(join(directory, "unused", "index.json")));
  });

  it("keep a folder that is no layout", async () => {
    await writeFile(join(directory, "mine"), "kept");
    const { status, stderr } = await run(["--no-build", "--output", directory]);
    assert.equal(status, 1);
    assert.match(stderr, /is no OCI layout/);
    assert.equal(await readFile(join(directory, "mine"), "utf8"), "kept");
  });

  it("put the commit into a label, which changes the digest, and --form leaves the others out", async () => {
    const plain = await call("--form", "oci");
    const labelled = await call("--form", "oci", "--revision", "0123abc");
    assert.equal(plain.status + labelled.status, 0);
    const digestIn = ({ stdout }: Outcome) => /oci +(sha256:[0-9a-f]{64})/.exec(stdout)?.[1];
    assert.notEqual(digestIn(plain), undefined);
    assert.notEqual(digestIn(plain), digestIn(labelled));
    assert.doesNotMatch(labelled.stdout, /docker|artifact/);
    const index = await readFile(join(directory, "image", "index.json"), "utf8");
    const [digest] = /[0-9a-f]{64}/.exec(index)!;
    const manifest = await readFile(join(directory, "image", "blobs", "sha256", digest), "utf8");
    assert.match(manifest, /"org\.opencontainers\.image\.revision":"0123abc"/);
  });

  it("say what to install where a tool is missing and only its owner may", async () => {
    await assert.rejects(
      provideTools(["node", "no-such-tool", "nor-this"], () => Promise.resolve(false)),
      fault("tool", "no-such-tool, nor-this", "no-such-tool nor-this"),
    );
  });
});

describe("a push", () => {
  let registry: Registry;
  let directory: string;

  before(async () => {
    await projectContent();
    directory = await mkdtemp(join(tmpdir(), "command-"));
    registry = await Registry.start();
  });
  after(async () => {
    await registry.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const push = (host: string) =>
    run(["--no-build", "--output", join(directory, "image"), "--form", "oci", "--push", `${host}/team/image:1`]);

  it("says which login is missing", async () => {
    const refuse = (_: IncomingMessage, answer: ServerResponse) => {
      answer.writeHead(401, { "www-authenticate": 'Basic realm="registry"', "content-type": "application/json" });
      answer.end('{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}');
    };
    await serving(refuse, async (host) => {
      const { status, stderr } = await push(host);
      assert.equal(status, 1);
      assert.match(stderr, new RegExp(`^package: ${host}/team/image:1 was not pushed.*: skopeo login ${host}\\.`));
    });
  });

  it("says that nothing listens", async () => {
    const { status, stderr } = await push("127.0.0.1:1");
    assert.equal(status, 1);
    assert.match(stderr, /^package: 127\.0\.0\.1:1\/team\/image:1 was not pushed: .*connection refused/);
  });

  it("fails where another image comes back", async () => {
    const content = await projectContent();
    const other = { ...content, labels: {} };
    await registry.upload("team/image", "other", makeImage("oci", other));
    const forward = (request: IncomingMessage, answer: ServerResponse) => {
      void relay(request, answer, registry.host);
    };
    await serving(forward, async (host) => {
      const { status, stderr } = await push(host);
      assert.equal(status, 1);
      assert.match(stderr, /was pushed, but what comes back is not what was sent: its digest is sha256:/);
    });
  });
});

describe("the place to push to", () => {
  for (const [text, expected] of [
    ["ghcr.io/team/3scale-auth-wasm", "ghcr.io/team/3scale-auth-wasm:1.0.0"],
    ["localhost/image:latest", "localhost/image:latest"],
    ["127.0.0.1:5000/a/b_c/d--e:V1.2_3-x", "127.0.0.1:5000/a/b_c/d--e:V1.2_3-x"],
    ["[::1]:5000/image", "[::1]:5000/image:1.0.0"],
  ] as const) {
    it(`is taken: ${text}`, () => {
      assert.equal(formatReference(parseReference(text, "1.0.0")), expected);
    });
  }

  for (const [text, why] of [
    ["", "it has no registry's host"],
    ["image", "it has no registry's host"],
    ["team/image", "it has no registry's host"],
    ["oci://ghcr.io/image", "it starts with a scheme"],
    ["ghcr.io/image@sha256:0123", "it has a digest, and the registry tells that"],
    ["gh_cr.io/image", '"gh_cr.io" is no host'],
    ["a..b/image", '"a..b" is no host'],
    ["ghcr.io/Team/image", '"Team" is no part of a path (lower-case letters, digits, . _ -)'],
    ["ghcr.io//image", '"" is no part of a path (lower-case letters, digits, . _ -)'],
    ["ghcr.io/image:", '"" is no tag'],
    ["ghcr.io/image:-x", '"-x" is no tag'],
    [`ghcr.io/image:${"x".repeat(129)}`, `"${"x".repeat(129)}" is no tag`],
  ] as const) {
    it(`is refused: ${text.slice(0, 40)}`, () => {
      assert.throws(() => parseReference(text, "1.0.0"), fault("reference", text, why));
    });
  }

  it("is without TLS on this machine only", () => {
    const loopback = (text: string) => isLoopback(parseReference(text, "1"));
    for (const text of ["localhost/a", "localhost:5000/a", "127.0.0.1:5000/a", "[::1]:5000/a"])
      assert.ok(loopback(text));
    for (const text of ["ghcr.io/a", "127.0.0.1.example.com/a", "localhost.example.com/a"]) assert.ok(!loopback(text));
  });
});

/** Calls the command in this process, its output kept. */
async function run(args: readonly string[]): Promise<Outcome> {
  const lines = { log: "", error: "" };
  const kept = (["log", "error"] as const).map((name) =>
    mock.method(console, name, (line: string) => {
      lines[name] += `${line}\n`;
    }),
  );
  try {
    const status = await packageCommand(ROOT, args);
    return { status, stdout: lines.log, stderr: lines.error.trimEnd() };
  } finally {
    for (const one of kept) one.mock.restore();
  }
}

/** A server on a free port, while `use` runs. */
async function serving(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  use: (host: string) => Promise<void>,
): Promise<void> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use(`127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Forwards a request to a registry, but for the manifest that is asked for: it gives another. */
async function relay(request: IncomingMessage, response: ServerResponse, host: string): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { method = "GET", url = "/" } = request;
  const path = method === "GET" ? url.replace("/manifests/1", "/manifests/other") : url;
  const headers: Record<string, string> = {};
  for (const name of ["accept", "content-type"]) {
    const value = request.headers[name];
    if (typeof value === "string") headers[name] = value;
  }
  const body = method === "GET" || method === "HEAD" ? null : Buffer.concat(chunks);
  const answer = await fetch(`http://${host}${path}`, { method, headers, body, redirect: "manual" });
  const own = request.headers.host ?? host;
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) {
    if (name !== "transfer-encoding" && name !== "connection") response.setHeader(name, value.replace(host, own));
  }
  response.end(Buffer.from(await answer.arrayBuffer()));
}
