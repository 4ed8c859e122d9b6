import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** A command that a bench needs, and the Debian package it comes in. */
export interface Tool {
  command: string;
  purpose: string;
  debianPackage: string;
  /** Arguments by which it says its version. */
  versionArguments: readonly string[];
}

export const H2LOAD: Tool = {
  command: "h2load",
  purpose: "the load generator",
  debianPackage: "nghttp2-client",
  versionArguments: ["--version"],
};

export const NGINX: Tool = {
  command: "nginx",
  purpose: "the API and backend of the bench",
  debianPackage: "nginx-light",
  versionArguments: ["-v"],
};

const TASKSET: Tool = {
  command: "taskset",
  purpose: "what gives each process a core of its own",
  debianPackage: "util-linux",
  versionArguments: ["--version"],
};

/** Makes sure that all is there: as root on Debian it is installed, else one line says what is missing. */
export function requireTools(): void {
  if (process.platform !== "linux") throw new Error("the bench reads /proc: it runs on Linux only");
  for (const tool of [H2LOAD, NGINX, TASKSET]) requireTool(tool);
}

function requireTool(tool: Tool): void {
  if (isThere(tool)) return;
  if (process.getuid?.() === 0 && existsSync("/etc/debian_version")) {
    // Runlevel 1: Debian's packages start no service there.
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
    spawnSync("apt-get", ["update"], { env });
    spawnSync("apt-get", ["install", "-y", "--no-install-recommends", tool.debianPackage], { env });
    if (isThere(tool)) return;
  }
  const { command, purpose, debianPackage } = tool;
  throw new Error(
    `${purpose}, ${command}, is missing: install it (Debian and Ubuntu: apt-get install ${debianPackage})`,
  );
}

const isThere = ({ command, versionArguments }: Tool): boolean =>
  spawnSync(command, versionArguments).error === undefined;
