import * as env from "./env";
import * as host from "./host";

/** What the probe remembers of a stream: its scripts, because header maps do not stay readable. */
export class StreamState {
  onHeaders: string = "";
  onBody: string = "";
  onCall: string = "";
  onResponse: string = "";
  onLog: string = "";
  result: u32 = 0;
  journaled: bool = false;
  metrics: u32[] = [];
}

/** What the running callback was given. */
export class Callback {
  constructor(
    public self: u32,
    public root: u32,
    public isRoot: bool,
    public numHeaders: u32,
    public bodySize: u32,
    public numTrailers: u32,
  ) {}
}

export const tokens = new Map<u32, u32>();
let journal = "";

/** Appends an entry to the journal, which outlives streams. */
export function note(entry: string): void {
  journal += journal.length ? "|" + entry : entry;
}

/** Runs a script (operations separated by `;`, words by spaces) and returns the report: `operation=code [value]`, joined by `|`. */
export function run(script: string, state: StreamState, callback: Callback): string {
  let report = "";
  const operations = script.split(";");
  for (let i = 0; i < operations.length; i++) {
    const words = operations[i].trim().split(" ");
    if (words[0].length == 0) continue;
    const line = headerOperation(words, callback);
    if (line.length) {
      report += report.length ? "|" + line : line;
      continue;
    }
    if (words[0] == "journal" || words[0] == "peek") {
      report += report.length ? "|" + journal : journal;
      if (words[0] == "journal") journal = "";
    } else if (words[0] == "flush") {
      note(report);
      report = "";
    } else {
      const other = operation(words, state, callback, report);
      report += report.length ? "|" + other : other;
    }
  }
  return report;
}

function code(name: string, result: u32): string {
  return name + "=" + result.toString();
}

function headerOperation(words: string[], callback: Callback): string {
  const name = words[0];
  const map = words.length > 1 ? <u32>parseInt(words[1]) : 0;
  const key = host.bytesOf(words.length > 2 ? words[2] : "");
  const value = host.bytesOf(words.length > 3 ? words[3] : "");
  const keyPtr = changetype<usize>(key);
  const valuePtr = changetype<usize>(value);
  if (name == "get") {
    const result = env.proxy_get_header_map_value(map, keyPtr, key.length, host.outPtr, host.outSize);
    return code(name, result) + (result == 0 ? " " + host.returned() : "");
  }
  if (name == "add") return code(name, env.proxy_add_header_map_value(map, keyPtr, key.length, valuePtr, value.length));
  if (name == "replace")
    return code(name, env.proxy_replace_header_map_value(map, keyPtr, key.length, valuePtr, value.length));
  if (name == "remove") return code(name, env.proxy_remove_header_map_value(map, keyPtr, key.length));
  if (name == "pairs") {
    // pairs <map> <prefix>: what begins with the prefix, in the map's order.
    const result = env.proxy_get_header_map_pairs(map, host.outPtr, host.outSize);
    const size = load<u32>(host.outSize);
    let text = code(name, result);
    if (result == 0 && size == 0) return text + " none";
    const items = host.pairsIn(map);
    for (let i = 0; i < items.length; i += 2) {
      if (words.length < 3 || items[i].startsWith(words[2])) text += " " + items[i] + ":" + items[i + 1];
    }
    return text;
  }
  if (name == "setpairs") {
    // setpairs <map>: everything but x-drop…, and x-set.
    const items = host.pairsIn(map);
    const kept = new Array<string>();
    for (let i = 0; i < items.length; i += 2) {
      if (items[i].startsWith("x-drop")) continue;
      kept.push(items[i]);
      kept.push(items[i + 1]);
    }
    kept.push("x-set");
    kept.push("new");
    const data = host.pairsOf(kept);
    return code(name, env.proxy_set_header_map_pairs(map, changetype<usize>(data), data.length));
  }
  if (name == "size") {
    const result = env.proxy_get_header_map_size(map, host.outSize);
    if (result != 0) return code(name, result);
    const reported = load<u32>(host.outSize);
    const items = host.pairsIn(map);
    let bytes: u32 = 0;
    for (let i = 0; i < items.length; i++) bytes += host.bytesOf(items[i]).length;
    return code(name, result) + (reported == bytes ? " bytes" : " other");
  }
  if (name == "num") return "num=" + (callback.numHeaders == host.pairsIn(map).length / 2 ? "pairs" : "other");
  return "";
}

function operation(words: string[], state: StreamState, callback: Callback, report: string): string {
  const name = words[0];
  const first = words.length > 1 ? words[1] : "";
  const number = first.length ? <u32>parseInt(first) : 0;
  const rest = words.length > 2 ? words[2] : "";
  if (name == "reply") return reply(words, report);
  if (name == "call") return call(words, callback);
  if (name == "callinfo") {
    return (
      "callinfo=" +
      (callback.isRoot ? "root" : "stream") +
      " headers=" +
      (callback.numHeaders ? "some" : "0") +
      " body=" +
      callback.bodySize.toString() +
      " trailers=" +
      callback.numTrailers.toString()
    );
  }
  if (name == "context") {
    const id = first == "self" ? callback.self : first == "root" ? callback.root : 99999;
    return code(name, env.proxy_set_effective_context(id));
  }
  if (name == "continue") return code(name, env.proxy_continue_stream(number));
  if (name == "close") return code(name, env.proxy_close_stream(number));
  if (name == "property") {
    const path = host.bytesOf(first.replaceAll(".", "%00"));
    const result = env.proxy_get_property(changetype<usize>(path), path.length, host.outPtr, host.outSize);
    return code(name, result) + (result == 0 ? " " + host.returned() : "");
  }
  if (name == "set-property") {
    const path = host.bytesOf(first);
    const value = host.bytesOf(rest);
    return code(
      name,
      env.proxy_set_property(changetype<usize>(path), path.length, changetype<usize>(value), value.length),
    );
  }
  if (name == "define") {
    const metric = host.bytesOf(rest);
    const result = env.proxy_define_metric(number, changetype<usize>(metric), metric.length, host.outPtr);
    state.metrics.push(result == 0 ? load<u32>(host.outPtr) : 0);
    return code(name, result);
  }
  if (name == "increment") return code(name, env.proxy_increment_metric(metricId(state, number), I64.parseInt(rest)));
  if (name == "record") return code(name, env.proxy_record_metric(metricId(state, number), U64.parseInt(rest)));
  if (name == "metric") {
    const result = env.proxy_get_metric(metricId(state, number), host.outPtr);
    return code(name, result) + (result == 0 ? " " + load<u64>(host.outPtr).toString() : "");
  }
  if (name == "same-id") return "same-id=" + (state.metrics[0] == state.metrics[1] ? "yes" : "no");
  if (name == "log") {
    const message = host.bytesOf(rest);
    return code(name, env.proxy_log(number, changetype<usize>(message), message.length));
  }
  if (name == "log-outside") return code(name, env.proxy_log(2, 0x7ffffff0, 4));
  if (name == "get-outside")
    return code(name, env.proxy_get_header_map_value(0, 0x7ffffff0, 4, host.outPtr, host.outSize));
  if (name == "write-outside") return code(name, env.proxy_get_current_time_nanoseconds(0x7ffffff0));
  if (name == "log-level") {
    const result = env.proxy_get_log_level(host.outPtr);
    return code(name, result) + " " + load<u32>(host.outPtr).toString();
  }
  if (name == "buffer") {
    const length = words.length > 3 ? <u32>parseInt(words[3]) : u32.MAX_VALUE;
    const start = rest.length ? <u32>parseInt(rest) : 0;
    const result = env.proxy_get_buffer_bytes(number, start, length, host.outPtr, host.outSize);
    return code(name, result) + (result == 0 ? " " + host.returned() : "");
  }
  if (name == "buffer-status") {
    const result = env.proxy_get_buffer_status(number, host.outSize, host.outPtr);
    return code(name, result) + (result == 0 ? " " + load<u32>(host.outSize).toString() : "");
  }
  if (name == "set-buffer") {
    // set-buffer <type> <start> <length> <bytes>
    const data = host.bytesOf(words[4]);
    const start = <u32>parseInt(rest);
    const length = <u32>parseInt(words[3]);
    return code(name, env.proxy_set_buffer_bytes(number, start, length, changetype<usize>(data), data.length));
  }
  if (name == "tick") return code(name, env.proxy_set_tick_period_milliseconds(number));
  if (name == "time") {
    const result = env.proxy_get_current_time_nanoseconds(host.outPtr);
    return code(name, result) + (load<u64>(host.outPtr) > 1_000_000_000 ? " set" : " zero");
  }
  if (name == "done") return code(name, env.proxy_done());
  if (name == "foreign") {
    const fn = host.bytesOf(first);
    return code(
      name,
      env.proxy_call_foreign_function(changetype<usize>(fn), fn.length, 0, 0, host.outPtr, host.outSize),
    );
  }
  if (name == "status") {
    const result = env.proxy_get_status(host.outPtr, host.outPtr + 4, host.outSize);
    return (
      code(name, result) +
      " " +
      load<u32>(host.outPtr).toString() +
      " " +
      host.printable(load<u32>(host.outPtr + 4), load<u32>(host.outSize))
    );
  }
  if (name == "trap") unreachable();
  return name + "=unknown";
}

function metricId(state: StreamState, index: u32): u32 {
  return index < <u32>state.metrics.length ? state.metrics[index] : 4000 + index;
}

/** reply <status> <body, $ for the report> <details> <name=value,…> <grpc status> <malformed> */
function reply(words: string[], report: string): string {
  const body = host.bytesOf(words[2] == "$" ? report : words[2] == "-" ? "" : words[2]);
  const details = host.bytesOf(words.length > 3 ? words[3].replaceAll("_", " ") : "probe");
  const items = new Array<string>();
  if (words.length > 4 && words[4] != "-") {
    const headers = words[4].split(",");
    for (let i = 0; i < headers.length; i++) {
      const colon = headers[i].indexOf("=");
      items.push(headers[i].substring(0, colon));
      items.push(headers[i].substring(colon + 1));
    }
  }
  const pairs = host.pairsOf(items);
  const grpcStatus = words.length > 5 ? <i32>parseInt(words[5]) : -1;
  const shortBy = words.length > 6 ? 1 : 0;
  return code(
    "reply",
    env.proxy_send_local_response(
      <u32>parseInt(words[1]),
      changetype<usize>(details),
      details.length,
      changetype<usize>(body),
      body.length,
      changetype<usize>(pairs),
      pairs.length - shortBy,
      grpcStatus,
    ),
  );
}

/** call <cluster> <path, - for none> <timeout in ms> <what to leave out: method, authority, or malformed> */
function call(words: string[], callback: Callback): string {
  const cluster = host.bytesOf(words[1]);
  const without = words.length > 4 ? words[4] : "";
  const items = new Array<string>();
  if (without != "method") {
    items.push(":method");
    items.push(words.length > 5 ? "POST" : "GET");
  }
  if (words[2] != "-") {
    items.push(":path");
    items.push(words[2]);
  }
  if (without != "authority") {
    items.push(":authority");
    items.push("backend.test");
  }
  const pairs = host.pairsOf(items);
  const body = host.bytesOf(words.length > 5 ? words[5] : "");
  const timeoutMs = words.length > 3 ? <u32>parseInt(words[3]) : 5000;
  const result = env.proxy_http_call(
    changetype<usize>(cluster),
    cluster.length,
    changetype<usize>(pairs),
    pairs.length - (without == "malformed" ? 1 : 0),
    changetype<usize>(body),
    body.length,
    0,
    0,
    timeoutMs,
    host.outPtr,
  );
  if (result == 0) tokens.set(load<u32>(host.outPtr), callback.self);
  return code("call", result);
}
