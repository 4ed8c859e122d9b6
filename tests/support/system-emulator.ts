import {
  EmulatedEnvoy,
  type Answer,
  type EmulatedEnvoyOptions,
  type EmulatedThread,
  type HttpCall,
} from "../../emulator/index.ts";
import { environmentOf, NOT_FOUND, readLatest } from "../../envoy/demo-admin/latest.ts";
import { AdminDouble } from "./admin-double.ts";
import { pluginBytes } from "./plugin.ts";

/** A fetch that a thread's VM has made. */
export interface EmulatedFetch {
  /** The clock, in ms since it was started. */
  atMs: number;
  /** The thread, "trial" for the VM that tries a configuration. */
  thread: string;
  serviceId: string;
  environment: string;
  call: HttpCall;
}

/**
 * What comes of a fetch instead of the right answer: as the emulator has it, or made of the right body (empty if none). With
 * "later" the test answers, by `fetch.call.respond`.
 */
export type EmulatedFault = Answer | ((document: string, call: HttpCall) => Answer);

/** The admin API as the threads of an emulated Envoy see it: no network, no time of its own. */
export class EmulatedAdmin extends AdminDouble<EmulatedFetch, EmulatedFault> {
  /** Calls that are no fetch. Answered 404. */
  readonly strays: HttpCall[] = [];

  /** Answers a call of a thread. */
  answerCall(call: HttpCall, thread: EmulatedThread | undefined): Answer {
    const wanted =
      call.method === "GET" ? readLatest(call.path, { ...Object.fromEntries(call.headers.entries()) }) : undefined;
    if (wanted === undefined) {
      this.strays.push(call);
      return { reply: NOT_FOUND_REPLY };
    }
    const { serviceId, environment } = wanted;
    this.fetches.push({ atMs: call.madeAtMs, thread: thread?.name ?? "trial", serviceId, environment, call });
    const { status, headers, body } = this.answer(wanted);
    const fault = this.faultOf(serviceId);
    if (typeof fault === "function") return fault(status === 200 ? body : "", call);
    return fault ?? { reply: { status, headers: Object.entries(headers), body } };
  }

  /** The version an answer to `fetch` would have now. */
  versionFor({ serviceId, environment }: EmulatedFetch): number | undefined {
    const known = environmentOf(environment);
    return known && this.version(serviceId, known);
  }
}

const NOT_FOUND_REPLY = { status: NOT_FOUND.status, headers: Object.entries(NOT_FOUND.headers), body: NOT_FOUND.body };

/** The plugin in an emulated Envoy, with an admin API and a backend. */
export interface EmulatedSystem {
  envoy: EmulatedEnvoy;
  admin: EmulatedAdmin;
  /** What the backend was asked, oldest first: calls to any other cluster than "system". */
  backendCalls: HttpCall[];
  /** What the backend answers; it may be replaced. Default 200. */
  backend: { answer: (call: HttpCall) => Answer };
}

export interface EmulatedSystemOptions extends EmulatedEnvoyOptions {
  /** The plugin's configuration; an object is sent as JSON. */
  configuration: string | object;
  /** Called before the VMs start: the place to publish, and to fail. */
  prepare?: (admin: EmulatedAdmin) => void;
  /** The module. Default: the plugin. */
  wasm?: Uint8Array;
}

/**
 * Starts the plugin in an emulated Envoy whose cluster "system" is an admin API.
 *
 *     const { envoy, admin } = await startEmulatedSystem({
 *       configuration: systemConfiguration(["1001"]),
 *       prepare: (admin) => admin.publish({ id: "1001", hosts: ["api.test"] }),
 *     });
 *     envoy.advance(1_000);
 *     envoy.request({ authority: "api.test", path: "/?user_key=a" }, 1);
 */
export async function startEmulatedSystem(options: EmulatedSystemOptions): Promise<EmulatedSystem> {
  const { configuration, prepare = () => undefined, wasm = await pluginBytes(), plugin, ...rest } = options;
  const admin = new EmulatedAdmin();
  const backendCalls: HttpCall[] = [];
  const backend: EmulatedSystem["backend"] = { answer: () => ({ reply: {} }) };
  prepare(admin);
  const onHttpCall = (call: HttpCall, thread: EmulatedThread | undefined): Answer => {
    if (call.cluster === "system") return admin.answerCall(call, thread);
    backendCalls.push(call);
    return backend.answer(call);
  };
  const text = typeof configuration === "string" ? configuration : JSON.stringify(configuration);
  const clusters = ["system", "backend"];
  const envoy = await EmulatedEnvoy.start(wasm, {
    ...{ vmId: "3scale", clusters, ...rest, onHttpCall },
    plugin: { rootId: "3scale-auth-wasm", name: "3scale-auth", ...plugin, configuration: text },
  });
  return { envoy, admin, backendCalls, backend };
}
