import { parseArgs } from "node:util";
import { authRepText, checkDemo } from "./check.ts";
import type { AdminCall } from "./demo-admin/demo-admin.ts";
import { startDemo, type Demo, type DemoOptions } from "./demo.ts";
import { curlOf, curlOfChange, DEMO_CHANGE, DEMO_REQUESTS, type DemoRequest } from "./demo-requests.ts";
import { ENVOY_VERSION } from "./install.ts";
import { formatTable } from "./table.ts";
import { DEFAULT_PORTS } from "./template.ts";

const HELP = `Runs a real Envoy ${ENVOY_VERSION} with the plugin, a demo API, and 3scale's backend and admin API in memory.

  npm start                     runs until Ctrl-C; prints requests to try
  npm start -- --check          sends those requests itself, on free ports; exit code 0 if all answers are right

  --port <n>                    the gateway (default ${String(DEFAULT_PORTS.gateway)})
  --admin-port <n>              Envoy's admin interface (default ${String(DEFAULT_PORTS.admin)})
  --backend-port <n>            the 3scale backend (default ${String(DEFAULT_PORTS.backend)})
  --system-port <n>             3scale's admin API (default ${String(DEFAULT_PORTS.system)})
  --api-port <n>                the API (default ${String(DEFAULT_PORTS.api)})
                                0, or a port that is taken: any free one
  --concurrency <n>             Envoy's worker threads (default 2)
  --log-level <level>           Envoy's log level (default info)
  -h, --help                    this text

  ENVOY=/path/to/envoy          runs that Envoy; otherwise Envoy ${ENVOY_VERSION} is installed into .venv once`;

interface Arguments extends DemoOptions {
  isCheck: boolean;
}

/** The options of the command line, or undefined when help was asked for. Throws on what it does not know. */
function readArguments(): Arguments | undefined {
  const { values } = parseArgs({
    options: {
      check: { type: "boolean", default: false },
      port: { type: "string" },
      "admin-port": { type: "string" },
      "backend-port": { type: "string" },
      "system-port": { type: "string" },
      "api-port": { type: "string" },
      concurrency: { type: "string" },
      "log-level": { type: "string", default: "info" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const isCheck = values.check;
  const number = (name: string, text: string | undefined, fallback: number, max: number): number => {
    if (text === undefined) return fallback;
    if (!/^\d+$/.test(text) || Number(text) > max)
      throw new Error(`--${name} ${text}: not a number up to ${String(max)}`);
    return Number(text);
  };
  const port = (name: string, text: string | undefined, fallback: number) =>
    number(name, text, isCheck ? 0 : fallback, 65_535);
  return {
    isCheck,
    ports: {
      gateway: port("port", values.port, DEFAULT_PORTS.gateway),
      admin: port("admin-port", values["admin-port"], DEFAULT_PORTS.admin),
      backend: port("backend-port", values["backend-port"], DEFAULT_PORTS.backend),
      system: port("system-port", values["system-port"], DEFAULT_PORTS.system),
      api: port("api-port", values["api-port"], DEFAULT_PORTS.api),
    },
    concurrency: number("concurrency", values.concurrency, 2, 256),
    logLevel: values["log-level"],
  };
}

/** Sends the requests and prints the table; true when all answers were right. */
async function check(options: Arguments, stopped: Promise<void>): Promise<boolean> {
  // A clock that stands: no minute ends between two calls that a limit counts together.
  const atMs = Math.floor(Date.now() / 60_000) * 60_000;
  const demo = await startDemo({ ...options, backend: { now: () => atMs } });
  const interrupted = stopped.then(() => undefined);
  try {
    const result = await Promise.race([checkDemo(demo), interrupted]);
    if (result === undefined) return false;
    console.log(result.table);
    if (result.failures.length === 0) console.log(`\nAll ${String(result.count)} answers are right.`);
    else console.error(`\n${result.failures.join("\n")}\n\nEnvoy's log ends:\n${demo.envoy.logTail()}`);
    return result.failures.length === 0;
  } finally {
    await demo.stop();
  }
}

/** Runs until a signal comes; false when Envoy ended by itself. */
async function serve(options: Arguments, stopped: Promise<void>): Promise<boolean> {
  const onCall: NonNullable<DemoOptions["backend"]>["onCall"] = (call) => {
    const reason = call.rejection === undefined ? "" : ` ${call.rejection}`;
    console.log(`backend: ${call.method} ${call.path} ${authRepText(call)} -> ${String(call.status)}${reason}`);
  };
  // The first fetches come while the demo starts.
  const early: string[] = [];
  let print = (line: string): void => {
    early.push(line);
  };
  const onAdminCall = adminCallPrinter((line) => {
    print(line);
  });
  const demo = await startDemo({ ...options, backend: { onCall }, system: { onCall: onAdminCall } });
  try {
    print = console.log;
    console.log([introduction(demo), ...early].join("\n"));
    const isEnvoyGone = await Promise.race([stopped.then(() => false), demo.envoy.exited().then(() => true)]);
    if (isEnvoyGone) console.error(`Envoy ended by itself. Its log ends:\n${demo.envoy.logTail()}`);
    return !isEnvoyGone;
  } finally {
    await demo.stop();
  }
}

/** Prints calls to the admin API; of the gateway's fetches only those that bring another version than the one before. */
function adminCallPrinter(print: (line: string) => void): (call: AdminCall) => void {
  const last = new Map<string, string>();
  return ({ method, path, status, version }) => {
    const answer = `${String(status)}${version === undefined ? "" : ` version ${String(version)}`}`;
    if (method === "GET" && last.get(path) === answer) return;
    if (method === "GET") last.set(path, answer);
    print(`admin API: ${method} ${path} -> ${answer}`);
  };
}

function introduction({ ports, logPath }: Demo): string {
  const at = (port: number) => `http://127.0.0.1:${String(port)}`;
  const places = formatTable(
    ["what", "where", ""],
    [
      ["gateway", at(ports.gateway), "Envoy with build/plugin.wasm, configured by envoy/envoy.yaml"],
      ["Envoy's admin", at(ports.admin), `log: ${logPath}`],
      ["3scale backend", at(ports.backend), "in memory; its calls are shown below"],
      ["3scale admin API", at(ports.system), "the same; of the gateway's fetches those that bring something new"],
      ["API", at(ports.api), "answers with what it received"],
    ],
  );
  const shown = (one: DemoRequest, note = ""): string => {
    const answer = one.body === undefined ? "from the API" : one.body.trimEnd();
    return `# ${one.title}: ${String(one.status)} ${answer}${note}\n${curlOf(one, at(ports.gateway))}`;
  };
  const tries = [
    ...DEMO_REQUESTS.map((one) => shown(one)),
    `# ${DEMO_CHANGE.title}\n${curlOfChange(DEMO_CHANGE, at(ports.system))}`,
    shown(DEMO_CHANGE.request, `, within ${String(DEMO_CHANGE.withinSeconds)} s`),
  ];
  return `${places}\n\n${tries.join("\n")}\n\nCtrl-C ends everything.\n`;
}

async function main(): Promise<number> {
  let options: Arguments | undefined;
  try {
    options = readArguments();
  } catch (error) {
    console.error(`${(error as Error).message}\nSee npm start -- --help`);
    return 2;
  }
  if (options === undefined) {
    console.log(HELP);
    return 0;
  }
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => {
        resolve();
      });
    }
  });
  try {
    return (await (options.isCheck ? check(options, stopped) : serve(options, stopped))) ? 0 : 1;
  } catch (error) {
    console.error((error as Error).message);
    return 1;
  }
}

process.exitCode = await main();
