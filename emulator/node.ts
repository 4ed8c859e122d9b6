import { readFile } from "node:fs/promises";
import { Vm, type VmOptions } from "./vm.ts";

/** Loads the module in the file `path`: see `Vm.load`. */
export async function loadFile(path: string | URL, options: VmOptions = {}): Promise<Vm> {
  return Vm.load(await readFile(path), options);
}
