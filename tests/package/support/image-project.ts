import { cp, mkdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readContent, type ImageContent } from "../../../packaging/image-content.ts";
import { pluginBytes } from "../../support/plugin.ts";

/** The project's folder. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** What images of this project hold, the plugin built where its sources are newer. */
export async function projectContent(): Promise<ImageContent> {
  await pluginBytes();
  return readContent(ROOT);
}

/** The names that `.dockerignore` lets into the context of a build. */
export async function contextNames(): Promise<string[]> {
  const lines = (await readFile(join(ROOT, ".dockerignore"), "utf8")).split("\n");
  return lines.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
}

/** Copies what the image is built from, and the command that packages it, to a folder of another path. */
export async function copyProject(folder: string): Promise<void> {
  for (const name of [...(await contextNames()), "packaging", "scripts"]) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await cp(join(ROOT, name), join(folder, name), { recursive: true });
  }
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
}
