import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { fault } from "./faults.ts";

const run = promisify(execFile);
/** Where Debian keeps what a user's PATH may leave out. */
const SYSTEM_FOLDERS = ["/usr/local/bin", "/usr/bin", "/usr/sbin", "/bin", "/sbin"];

/**
 * Sees to it that commands are there, each in a Debian package of its name. Root on Debian gets those missing by apt-get (in
 * the versions of its release: older ones are not kept there); others get an error that says what to install. Safe when
 * several processes call it at once.
 */
export async function provideTools(
  names: readonly string[],
  mayInstall: () => Promise<boolean> = isRootOnDebian,
): Promise<void> {
  const missing = await missingOf(names);
  if (missing.length === 0) return;
  if (!(await mayInstall())) {
    throw fault("tool", missing.join(", "), missing.join(" "));
  }
  console.error(`Installing ${missing.join(", ")} with apt-get`);
  const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, maxBuffer: 64 << 20 };
  // apt-get waits for another that installs, but not for one that updates its lists.
  const exclusively = (args: readonly string[]) =>
    run("flock", [join(tmpdir(), "apt-get.lock"), "apt-get", "-o", "DPkg::Lock::Timeout=300", ...args], options);
  try {
    await exclusively(["update"]);
    await exclusively(["install", "-y", "--no-install-recommends", ...missing]);
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw fault("install", missing.join(" "), stderr?.trim().split("\n").at(-1) ?? message);
  }
  const still = await missingOf(names);
  if (still.length > 0) throw fault("tool", still.join(", "), still.join(" "));
}

const isRootOnDebian = async (): Promise<boolean> =>
  process.getuid?.() === 0 && (await isExecutable("/usr/bin/apt-get"));

async function missingOf(names: readonly string[]): Promise<string[]> {
  const missing: string[] = [];
  for (const name of names) if ((await find(name)) === undefined) missing.push(name);
  return missing;
}

async function find(name: string): Promise<string | undefined> {
  const folders = [...(process.env.PATH ?? "").split(delimiter), ...SYSTEM_FOLDERS];
  for (const folder of folders)
    if (folder !== "" && (await isExecutable(join(folder, name)))) return join(folder, name);
  return undefined;
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
