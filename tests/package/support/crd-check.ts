import { spawn } from "node:child_process";
import { provideCrdCheck } from "./crd-go.ts";

/** A file to be judged: Kubernetes resources, or a Compose file. */
export interface CheckedText {
  name: string;
  yaml: string;
  compose?: boolean;
}

/** What an API server (or Compose) would say of one document; it is right where there are no errors. */
export interface Finding {
  file: string;
  /** The document's place in its file, from 0. */
  index: number;
  kind: string;
  name: string;
  errors: string[];
}

/** Judges all documents of all texts in one run of the checker. */
export async function crdCheck(texts: readonly CheckedText[]): Promise<Finding[]> {
  const { path, definitions } = await provideCrdCheck();
  const child = spawn(path, definitions, { stdio: ["pipe", "pipe", "inherit"] });
  const output: Buffer[] = [];
  child.stdout.on("data", (data: Buffer) => output.push(data));
  const status = new Promise<number | null>((resolve, reject) => child.once("close", resolve).once("error", reject));
  child.stdin.end(JSON.stringify(texts));
  if ((await status) !== 0) throw new Error("crd-check failed; see its message above");
  return JSON.parse(Buffer.concat(output).toString()) as Finding[];
}
