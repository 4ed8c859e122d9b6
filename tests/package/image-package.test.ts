import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { sha256 } from "../../packaging/digest.ts";
import { FORMS, type Descriptor, type Form } from "../../packaging/image-forms.ts";
import { DOCKER, OCI } from "../../packaging/media-types.ts";
import { fetchPlugin } from "../../packaging/plugin-fetch.ts";
import { configuration, Gateway } from "../support/gateway.ts";
import { pluginBytes } from "../support/plugin.ts";
import { copyProject, ROOT } from "./support/image-project.ts";
import { Registry } from "./support/image-registry.ts";

const run = promisify(execFile);
const NAME = "team/3scale-auth-wasm";
const TAGS: Record<Form, string> = { oci: "1.2.3", docker: "1.2.3-docker", artifact: "1.2.3-artifact" };

/** Where a plugin and the layout of its images are. */
interface Made {
  plugin: string;
  layout: string;
}

describe("npm run package", () => {
  let directory: string;
  let registry: Registry;
  /** The project, and a copy at a path of another depth and length that builds the plugin for itself. */
  let here: Made;
  let elsewhere: Made;
  let printed: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "package-"));
    const copy = join(directory, "some where", "else", "on", "the", "disk");
    here = { plugin: join(ROOT, "build", "plugin.wasm"), layout: join(directory, "image") };
    elsewhere = { plugin: join(copy, "build", "plugin.wasm"), layout: join(copy, "build", "image") };
    await pluginBytes();
    await copyProject(copy);
    registry = await Registry.start();
    const pack = (cwd: string, ...args: string[]) => run("npm", ["run", "--silent", "package", "--", ...args], { cwd });
    const [, { stdout }] = await Promise.all([
      pack(ROOT, "--no-build", "--output", here.layout),
      pack(copy, "--push", `${registry.host}/${NAME}:${TAGS.oci}`),
    ]);
    printed = stdout;
  });

  after(async () => {
    await registry.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const hash = async (path: string): Promise<string> => sha256(await readFile(path));
  const digests = async ({ layout }: Made): Promise<Record<Form, string>> => {
    const index = JSON.parse(await readFile(join(layout, "index.json"), "utf8")) as { manifests: Descriptor[] };
    return Object.fromEntries(
      index.manifests.map(({ annotations, digest }) => [annotations!["org.opencontainers.image.ref.name"], digest]),
    ) as Record<Form, string>;
  };

  it("makes the same bytes from the same sources on another path", async () => {
    assert.equal(await hash(here.plugin), await hash(elsewhere.plugin));
    assert.deepEqual(await digests(here), await digests(elsewhere));
  });

  it("writes an OCI layout of all forms, each blob under its digest", async () => {
    assert.deepEqual(Object.keys(await digests(here)), Object.keys(FORMS));
    const blobs = await readdir(join(here.layout, "blobs", "sha256"));
    assert.ok(blobs.length >= 7);
    for (const name of blobs) assert.equal(await hash(join(here.layout, "blobs", "sha256", name)), name);
    for (const digest of Object.values(await digests(here))) assert.ok(blobs.includes(digest.replace("sha256:", "")));
  });

  it("prints digests and what a WasmPlugin needs", async () => {
    const { oci, docker, artifact } = await digests(here);
    for (const digest of [oci, docker, artifact]) assert.ok(printed.includes(digest), printed);
    assert.ok(printed.includes(`sha256 ${await hash(here.plugin)}`), printed);
    assert.ok(printed.includes(`url: oci://${registry.host}/${NAME}:1.2.3\n`), printed);
    assert.ok(printed.includes(`sha256: ${oci.replace("sha256:", "")}\n`), printed);
  });

  for (const form of Object.keys(FORMS) as Form[]) {
    it(`pushes the form ${form} so that Istio gets the very plugin`, async () => {
      const digest = (await digests(here))[form];
      const source = registry.source(NAME);
      for (const reference of [TAGS[form], digest]) {
        const fetched = await fetchPlugin(source, reference, digest.replace("sha256:", ""));
        assert.equal(sha256(fetched.plugin), await hash(here.plugin));
      }
      const { mediaType } = await source.manifest(TAGS[form]);
      assert.equal(mediaType, form === "docker" ? DOCKER.manifest : OCI.manifest);
    });
  }

  it("makes an image out of whose layer Envoy runs the plugin", async () => {
    const { plugin } = await fetchPlugin(registry.source(NAME), TAGS.oci);
    const pulled = join(directory, "pulled.wasm");
    await writeFile(pulled, plugin);
    const gateway = await Gateway.start({ api: { configuration: configuration(), filter: { plugin: pulled } } });
    try {
      const admitted = await gateway.get("api", "/hello?user_key=the-key");
      assert.equal(admitted.answer.status, 200);
      assert.equal(admitted.answer.body, "from the API");
      assert.equal(admitted.calls.length, 1);
      assert.match(admitted.calls[0]!.path, /user_key=the-key/);
      const refused = await gateway.get("api", "/hello");
      assert.equal(refused.answer.status, 403);
      assert.equal(refused.passed.length, 0);
    } finally {
      await gateway.stop();
    }
  });
});
