import { stat } from "node:fs/promises";

/** Says whether a file is newer than all that it is made of; a file that is missing is not. */
export async function isNewer(file: URL, sources: readonly URL[]): Promise<boolean> {
  const times = await Promise.all(sources.map(modifiedMs));
  return (await modifiedMs(file)) > Math.max(...times);
}

/** 0 where there is no such file. */
async function modifiedMs(file: URL): Promise<number> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}
