import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestOf } from "../../../packaging/digest.ts";
import type { Image } from "../../../packaging/image-forms.ts";
import { DOCKER, OCI } from "../../../packaging/media-types.ts";
import type { ImageSource } from "../../../packaging/plugin-fetch.ts";
import { provideTools } from "../../../packaging/tools.ts";
import { poll } from "../../support/poll.ts";

const ACCEPTED = [OCI.index, OCI.manifest, DOCKER.index, DOCKER.manifest].join(", ");

/** A real registry on a free port of 127.0.0.1, which keeps in memory what is pushed to it. */
export class Registry {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  readonly #child: ChildProcess;
  readonly #directory: string;

  private constructor(child: ChildProcess, directory: string, host: string) {
    this.#child = child;
    this.#directory = directory;
    this.host = host;
  }

  static async start(): Promise<Registry> {
    await provideTools(["docker-registry"]);
    const directory = await mkdtemp(join(tmpdir(), "registry-"));
    const configuration = join(directory, "config.json");
    // YAML reads JSON.
    await writeFile(
      configuration,
      JSON.stringify({
        version: 0.1,
        storage: { inmemory: {} },
        http: { addr: "127.0.0.1:0" },
        log: { level: "info" },
      }),
    );
    const child = spawn("docker-registry", ["serve", configuration], { stdio: ["ignore", "ignore", "pipe"] });
    // Where the test itself is ended early.
    const killNow = () => child.kill("SIGKILL");
    process.on("exit", killNow);
    child.once("exit", () => process.off("exit", killNow));
    let log = "";
    child.stderr.on("data", (data: Buffer) => (log += data.toString()));
    try {
      await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
      const host = await poll("the registry to listen", () => {
        if (child.exitCode !== null) throw new Error(`the registry ended at once:\n${log}`);
        return /listening on (127\.0\.0\.1:\d+)/.exec(log)?.[1];
      });
      return new Registry(child, directory, host);
    } catch (error) {
      await end(child, directory);
      throw error;
    }
  }

  /** The images at `path`, pulled over HTTP. */
  source(path: string): ImageSource {
    const get = async (kind: string, reference: string): Promise<Response> => {
      const url = `http://${this.host}/v2/${path}/${kind}/${reference}`;
      const answer = await fetch(url, { headers: { accept: ACCEPTED } });
      if (!answer.ok) throw new Error(`the registry answered ${String(answer.status)} to ${url}`);
      return answer;
    };
    return {
      manifest: async (reference) => {
        const answer = await get("manifests", reference);
        const content = Buffer.from(await answer.arrayBuffer());
        return { mediaType: answer.headers.get("content-type") ?? "", content };
      },
      blob: async (digest) => Buffer.from(await (await get("blobs", digest)).arrayBuffer()),
    };
  }

  /** Puts an image at `path` with a tag or under its digest, byte for byte, whatever it is. */
  async upload(path: string, reference: string, { mediaType, manifest, blobs }: Image): Promise<void> {
    const base = `http://${this.host}/v2/${path}`;
    const accepted = async (answer: Response, status: number): Promise<Response> => {
      if (answer.status === status) return answer;
      throw new Error(`the registry answered ${String(answer.status)} to an upload: ${await answer.text()}`);
    };
    for (const content of blobs.values()) {
      const started = await accepted(await fetch(`${base}/blobs/uploads/`, { method: "POST" }), 202);
      const place = new URL(started.headers.get("location")!, base);
      place.searchParams.set("digest", digestOf(content));
      await accepted(await fetch(place, { method: "PUT", body: Buffer.from(content) }), 201);
    }
    const headers = { "content-type": mediaType };
    await accepted(await fetch(`${base}/manifests/${reference}`, { method: "PUT", headers, body: manifest }), 201);
  }

  stop(): Promise<void> {
    return end(this.#child, this.#directory);
  }
}

async function end(child: ChildProcess, directory: string): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const exited = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    await exited;
  }
  await rm(directory, { recursive: true, force: true });
}
