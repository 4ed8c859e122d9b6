import { readFile } from "node:fs/promises";
import {
  latin1,
  toLatin1,
  Vm,
  type Answer,
  type HttpCall,
  type RootContext,
  type Stream,
  type Violation,
} from "../../emulator/index.ts";
import type { Header } from "../support/http-message.ts";
import { arrived, visible, type Host, type Observation, type Place, type Send } from "./step.ts";

interface Filter {
  vm: Vm;
  root: RootContext;
}

/** The emulator with the probe at every place; upstream and backend answer as those of the Envoy host do. */
export class EmulatorHost implements Host {
  readonly #filters: ReadonlyMap<Place, Filter>;
  readonly #taken = new Set<Violation>();

  private constructor(filters: ReadonlyMap<Place, Filter>) {
    this.#filters = filters;
  }

  /** Loads the module at `probePath` once for each place. */
  static async start(probePath: string): Promise<EmulatorHost> {
    const wasm = await readFile(probePath);
    const filters = new Map<Place, Filter>();
    for (const place of ["probe", "trap", "trap-later", "stop-iteration", "refused"] as const) {
      const clusters = ["api", "backend", "closed", "empty"];
      const vm = await Vm.load(wasm, { vmId: place, clusters, strict: false });
      const root = vm.createRoot({
        rootId: "root",
        name: "probe",
        configuration: place === "refused" ? "refuse" : "plugin",
        allowOnHeadersStopIteration: place === "stop-iteration",
      });
      root.onHttpCall(answer);
      filters.set(place, { vm, root });
    }
    return new EmulatorHost(filters);
  }

  /** The rules broken at any place since the last time this was asked. */
  takeViolations(): string[] {
    const all = [...this.#filters.values()].flatMap(({ vm }) => vm.violations);
    const fresh = all.filter((violation) => !this.#taken.has(violation));
    for (const violation of fresh) this.#taken.add(violation);
    return fresh.map(({ rule }) => rule);
  }

  accepted(place: Place): Promise<boolean> {
    return Promise.resolve(this.#at(place).root.accepted);
  }

  send(send: Send): Promise<Observation> {
    const { vm } = this.#at(send.place);
    const stream = this.#request(send);
    const waiting = vm.pendingCalls.find(({ path }) => path === "/never");
    if (waiting !== undefined) vm.advance(waiting.timeoutMs);
    if (stream.outcome.kind === "continued") {
      stream.respond({ headers: [["x-upstream", "1"]], body: "upstream" });
    }
    const { outcome } = stream;
    stream.abort();
    const forwarded = stream.forwarded;
    const details = {
      continued: "via_upstream",
      paused: "downstream_remote_disconnect",
      "local-reply": outcome.kind === "local-reply" ? outcome.details : "",
      failed: "wasm_fail_stream",
      reset: "wasm_close_stream",
    }[outcome.kind];
    // A local reply within the response takes its place after the request was passed on.
    const response = stream.response;
    return Promise.resolve({
      status: response?.status ?? 0,
      body: toLatin1(response?.body ?? new Uint8Array(0)),
      headers: visible(onTheWire(response?.headers.latin1() ?? [])),
      upstream:
        forwarded === undefined
          ? null
          : arrived(
              forwarded.headers.text(":method") ?? "",
              forwarded.headers.text(":path") ?? "",
              [["host", forwarded.headers.text(":authority") ?? ""], ...onTheWire(forwarded.headers.latin1())],
              toLatin1(forwarded.body),
            ),
      details,
    });
  }

  leave(send: Send): Promise<void> {
    this.#request(send).abort();
    return Promise.resolve();
  }

  release(): Promise<void> {
    for (const { vm } of this.#filters.values()) {
      for (const call of [...vm.pendingCalls]) call.respond({ body: "late" });
    }
    return Promise.resolve();
  }

  pass(ms: number): Promise<void> {
    for (const { vm } of this.#filters.values()) vm.advance(ms);
    return Promise.resolve();
  }

  #request(send: Send): Stream {
    const { root } = this.#at(send.place);
    const { method = "GET", path = "/", host = "api.test", headers, body } = send;
    return root.request({
      method,
      path: method === "CONNECT" ? null : latin1(path),
      authority: latin1(host),
      headers: headers.map(([name, value]) => [name, latin1(value)]),
      ...(body !== undefined && { body: latin1(body) }),
    });
  }

  #at(place: Place = "probe"): Filter {
    return this.#filters.get(place)!;
  }
}

/** Headers as they arrive over HTTP/1.1: without pseudo-headers, and cut where a line break in a value ends the line. */
function onTheWire(headers: Header[]): Header[] {
  const lines = headers.filter(([name]) => !name.startsWith(":")).flatMap((header) => header.join(": ").split("\r\n"));
  return lines.map((line): Header => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]);
}

function answer(call: HttpCall): Answer {
  // Without an endpoint Envoy ends the call before it begins.
  if (call.cluster === "empty") return { refuse: 10 };
  if (call.cluster === "closed") return "refuse-connection";
  switch (call.path) {
    case "/ok":
      return {
        reply: {
          headers: [
            ["x-b", "1"],
            ["X-B", "2"],
            ["x-raw", Uint8Array.of(0xff)],
          ],
          body: "hello",
        },
      };
    case "/empty":
      return { reply: { status: 204 } };
    case "/echo": {
      const length = call.headers.text("content-length") ?? "none";
      return { reply: { body: `${call.method} ${toLatin1(call.body)} ${length}` } };
    }
    case "/cut":
      return "fail";
    case "/never":
    case "/hold":
      return "later";
    default:
      return { reply: { status: 404 } };
  }
}
