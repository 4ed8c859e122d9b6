import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { provideTools } from "../../../packaging/tools.ts";

const run = promisify(execFile);

export interface BuildahBuild {
  /** The text of a Dockerfile. */
  dockerfile: string;
  /** The folder that plain COPYs copy from. */
  context: string;
  /** Folders that stand for earlier stages, by the stages' names. */
  stages?: Record<string, string>;
  format?: "oci" | "docker";
}

/** Builds images without a daemon, in a storage of its own, and as `docker build` does: each COPY a layer. */
export class Buildah {
  readonly #directory: string;
  #builds = 0;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async start(): Promise<Buildah> {
    await provideTools(["buildah", "crun"]);
    return new Buildah(await mkdtemp(join(tmpdir(), "buildah-")));
  }

  /** Builds an image and pushes it to `HOST/PATH:TAG` of a registry without TLS. */
  async push(build: BuildahBuild, reference: string, ...pushOptions: string[]): Promise<void> {
    const { dockerfile, context, stages = {}, format = "oci" } = build;
    const name = `localhost/build-${String(++this.#builds)}`;
    const file = join(this.#directory, `Dockerfile.${String(this.#builds)}`);
    await writeFile(file, dockerfile);
    const contexts = Object.entries(stages).flatMap(([stage, folder]) => ["--build-context", `${stage}=${folder}`]);
    await this.#run("build", [
      ...["--layers", "--timestamp", "0", "--isolation", "chroot", "--format", format],
      ...[...contexts, "--file", file, "--tag", name, context],
    ]);
    await this.#run("push", ["--tls-verify=false", ...pushOptions, name, `docker://${reference}`]);
  }

  async stop(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #run(command: string, args: readonly string[]): Promise<void> {
    const storage = ["--root", join(this.#directory, "root"), "--runroot", join(this.#directory, "run")];
    await run("buildah", [...storage, "--storage-driver", "vfs", command, ...args]).catch((error: unknown) => {
      const { stderr, message } = error as { stderr?: string; message: string };
      throw new Error(`buildah ${command} failed: ${stderr ?? message}`, { cause: error });
    });
  }
}
