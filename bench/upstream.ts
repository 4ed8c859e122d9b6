import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../envoy/ports.ts";
import { poll } from "../tests/support/poll.ts";

const configuration = (port: number, directory: string) => `
daemon off;
master_process off;
pid ${directory}/nginx.pid;
error_log stderr crit;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 3600s;
  ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${directory}/${kind};`).join("\n  ")}
  server {
    listen 127.0.0.1:${String(port)};
    location / { return 200 "ok\\n"; }
  }
}
`;

/** An nginx that answers 200 to everything: the API and the backend of a bench, in a process of its own. */
export class Upstream {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #directory: string;

  private constructor(port: number, child: ChildProcess, directory: string) {
    this.port = port;
    this.#child = child;
    this.#directory = directory;
  }

  static async start(): Promise<Upstream> {
    const port = await freePort();
    const directory = mkdtempSync(join(tmpdir(), "bench-upstream-"));
    const path = join(directory, "nginx.conf");
    writeFileSync(path, configuration(port, directory));
    // Debian's nginx opens its own log before it reads where errors are to go.
    const args = ["-c", path, "-p", directory, "-e", "stderr"];
    const child = spawn("nginx", args, { stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    child.stderr.on("data", (data: Buffer) => (errors += data.toString()));
    const upstream = new Upstream(port, child, directory);
    process.on("exit", () => child.kill("SIGKILL"));
    try {
      await poll("nginx to listen", () => {
        if (child.exitCode !== null) throw new Error(`nginx ended at once: ${errors}`);
        return accepts(port);
      });
    } catch (error) {
      await upstream.stop();
      throw error;
    }
    return upstream;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = new Promise((resolve) => this.#child.once("exit", resolve));
      this.#child.kill("SIGTERM");
      await exited;
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}
