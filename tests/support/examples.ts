import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { load, loadAll } from "js-yaml";
import type { EnvoyObject } from "./envoy-config.ts";

const DIRECTORY = fileURLToPath(new URL("../../examples", import.meta.url));
const CONSOLE_TIMEOUT_MS = 30_000;

/** A command of a README, and the lines it shows below it; a line `...` stands for any number of lines. */
export interface ConsoleCommand {
  command: string;
  expected: string[];
}

/** The plugin's configuration as far as the tests look into it. */
export interface PluginConfig {
  backend: { upstream: { name: string; url: string } };
  services: { id: string; token: string; authorities: string[]; credentials: object; mapping_rules: object[] }[];
}

/** The names of the directories below examples/. */
export const exampleNames = (): string[] =>
  readdirSync(DIRECTORY, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

/** The text of a file of an example; fails where there is none. */
export const exampleFile = (example: string, file: string): string =>
  readFileSync(join(DIRECTORY, example, file), "utf8");

/** The files of an example. */
export const exampleFiles = (example: string): string[] => readdirSync(join(DIRECTORY, example));

/** The only document of a YAML file. */
export const exampleYaml = (example: string, file: string): EnvoyObject =>
  load(exampleFile(example, file)) as EnvoyObject;

/** The Kubernetes resource of a kind in a YAML file; fails unless there is exactly one. */
export function exampleResource(example: string, file: string, kind: string): EnvoyObject {
  const found = (loadAll(exampleFile(example, file)) as EnvoyObject[]).filter((one) => one.kind === kind);
  if (found.length !== 1) throw new Error(`${example}/${file} has ${String(found.length)} resources ${kind}`);
  return found[0]!;
}

/** The `pluginConfig` of an example's WasmPlugin. */
export function examplePluginConfig(example: string): PluginConfig {
  const { spec } = exampleResource(example, "wasm-plugin.yaml", "WasmPlugin") as { spec: { pluginConfig: unknown } };
  return spec.pluginConfig as PluginConfig;
}

/** The fenced blocks of a README in a language. */
export function fencedBlocks(markdown: string, language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm");
  return [...markdown.matchAll(fence)].map(([, content = ""]) => content);
}

/** The commands in the `console` blocks of a README that send requests: `curl …`, and `NAME=$(curl …`. */
export function curlCommands(markdown: string): ConsoleCommand[] {
  const commands: ConsoleCommand[] = [];
  for (const line of fencedBlocks(markdown, "console").join("").split("\n")) {
    if (line.startsWith("$ ")) commands.push({ command: line.slice(2), expected: [] });
    else commands.at(-1)?.expected.push(line);
  }
  return commands.filter(({ command }) => /^([A-Z]+=\$\()?curl /.test(command));
}

/** The calls to 3scale that a README shows, as `npm start` prints them. */
export const shownCalls = (markdown: string): string[] =>
  fencedBlocks(markdown, "text")
    .join("")
    .split("\n")
    .filter((line) => line.startsWith("backend: "));

/** Runs commands one after another in one shell, and returns the output of each, without carriage returns. */
export async function runConsole(commands: readonly string[], env: Record<string, string> = {}): Promise<string[]> {
  const directory = mkdtempSync(join(tmpdir(), "examples-"));
  try {
    const script = commands.map((command, index) => `{ ${command}\n} >${String(index)}.out`).join("\n");
    const child = spawn("bash", ["-c", script], {
      cwd: directory,
      env: { ...process.env, ...env },
      stdio: "ignore",
      timeout: CONSOLE_TIMEOUT_MS,
    });
    await new Promise((resolve, reject) => child.once("close", resolve).once("error", reject));
    return commands.map((_, index) => readFileSync(join(directory, `${String(index)}.out`), "utf8").replace(/\r/g, ""));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Whether `output` is what a README shows; `...` stands for any number of lines, also none. */
export function isShown(expected: readonly string[], output: string): boolean {
  const pattern = expected
    .join("\n")
    .trimEnd()
    .split("\n")
    .map((line) => (line === "..." ? "(?:.*\\n)*?" : `${line.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}\\n`))
    .join("");
  return new RegExp(`^${pattern}$`).test(`${output.trimEnd()}\n`);
}

/** A deep copy with `replacements` made in all strings, and ports replaced in numbers called `port_value` too. */
export function substitute<T>(value: T, ports: ReadonlyMap<number, number>, texts: Record<string, string> = {}): T {
  return JSON.parse(
    JSON.stringify(value, (key, one: unknown) => {
      if (key === "port_value" && typeof one === "number") return ports.get(one) ?? one;
      return typeof one === "string" ? substituteText(one, ports, texts) : one;
    }),
  ) as T;
}

/** Replaces ports behind `127.0.0.1:` and `localhost:`, and texts by others. */
export function substituteText(
  text: string,
  ports: ReadonlyMap<number, number>,
  texts: Record<string, string> = {},
): string {
  const local = text.replace(/(?<=(?:127\.0\.0\.1|localhost):)\d+/g, (port) => String(ports.get(Number(port)) ?? port));
  return Object.entries(texts).reduce((all, [from, to]) => all.replaceAll(from, to), local);
}
