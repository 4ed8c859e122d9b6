import { proxy_log } from "@solo-io/proxy-runtime/assembly/imports";
import { LogLevel } from "./host";

/**
 * AssemblyScript calls this before a trap. Nothing that comes from outside should lead here; if a fault of ours does, the
 * log says where, and nothing of what was being handled.
 */
export function abort(_message: string | null, fileName: string | null, line: u32, column: u32): void {
  const file = fileName == null ? "?" : fileName;
  const text = "3scale-auth: internal error at " + file + ":" + line.toString() + ":" + column.toString();
  const bytes = String.UTF8.encode(text);
  proxy_log(LogLevel.Critical, changetype<usize>(bytes), <usize>bytes.byteLength);
  unreachable();
}
