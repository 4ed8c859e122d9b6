import type { HeaderInput, LogEntry, VmOptions } from "../../emulator/index.ts";
import { Vm } from "../../emulator/index.ts";
import { delimited, encodeStruct } from "./operations-struct.ts";
import { loadPlugin } from "./plugin.ts";

/** What a request is to bring along. */
export interface LookupInput {
  /** Path and query. Default `/`. */
  path?: string;
  headers?: readonly HeaderInput[];
  /** Dynamic metadata by the name of the filter that left it. Default none. */
  metadata?: Record<string, Record<string, unknown>>;
}

/** What the plugin has found, as it asks the backend for it, and what it has logged meanwhile. */
export interface LookupOutcome {
  /** Each as UTF-8; undefined where it was not sent. */
  userKey: string | undefined;
  appId: string | undefined;
  appKey: string | undefined;
  logs: LogEntry[];
}

/** Puts requests to the plugin, each under credentials of its own, to see what credentials it finds. */
export class CredentialsProbe {
  readonly vm: Vm;

  private constructor(vm: Vm) {
    this.vm = vm;
  }

  static async load(options: VmOptions = {}): Promise<CredentialsProbe> {
    return new CredentialsProbe(await loadPlugin(options));
  }

  /** Looks credentials up, as `services[].credentials` has them. Fails where they are refused, and where the module traps. */
  look(credentials: unknown, { path = "/", headers = [], metadata = {} }: LookupInput = {}): LookupOutcome {
    const { vm } = this;
    vm.logs.length = 0;
    const root = vm.createRoot({ configuration: configurationWith(credentials) });
    if (!root.accepted) throw new Error(vm.logs.map(({ message }) => message).join("\n"));
    vm.logs.length = 0;
    vm.setProperty(["metadata"], encodeMetadata(metadata));
    const stream = root.request({ path, headers });
    if (vm.failure !== undefined) throw new Error(`the module trapped: ${vm.failure.message}`);
    const asked = new URL(root.pendingCalls[0]?.headers.text(":path") ?? "/", "http://backend").searchParams;
    const logs = [...vm.logs];
    stream.abort();
    vm.endRoot(root);
    const found = (name: string) => asked.get(name) ?? undefined;
    return { userKey: found("user_key"), appId: found("app_id"), appKey: found("app_key"), logs };
  }
}

function configurationWith(credentials: unknown): string {
  return JSON.stringify({
    api: "v1",
    services: [
      {
        id: "1",
        token: "t",
        authorities: ["*"],
        credentials,
        mapping_rules: [{ method: "any", pattern: "/", usages: [{ name: "hits", delta: 1 }] }],
      },
    ],
    backend: { upstream: { name: "backend", url: "http://backend" } },
  });
}

/** envoy.config.core.v3.Metadata: a map of Structs by the names of filters. */
function encodeMetadata(metadata: Record<string, Record<string, unknown>>): Buffer {
  const entries = Object.entries(metadata).map(([filter, struct]) =>
    delimited(1, Buffer.concat([delimited(1, Buffer.from(filter)), delimited(2, encodeStruct(struct))])),
  );
  return Buffer.concat(entries);
}
