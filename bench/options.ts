import { resolve } from "node:path";
import { parseArgs } from "node:util";

export const USAGE = `npm run bench -- [options]
  --rounds N        rounds; each measures every scenario once (default 200)
  --requests N      requests of each measurement (default 400)
  --connections N   connections of the load generator for each worker (default 16)
  --only NAME;…     groups (services, rules, credentials, oidc, workers, scaling) or scenarios; baselines always are measured
  --peer FILE       measure another module that takes the v1 configuration too
  --compare [FILE]  print what differs by more than 5 % from the figures in FILE (default docs/performance.json). The exit
                    code stays 0: figures differ between machines and runs, whether that is a fault is for people to say
  --json FILE       write the figures there
  --svg FILE        write the picture there
  --soak [N]        instead: does memory stay constant over N requests (default 1000000), 100 updates in Envoy and 10,000 in
                    the emulator, and is a configuration read quickly enough? The exit code is 1 where one is not so

A whole run without --peer and --compare writes docs/performance.json and docs/performance.svg, and the
tables of docs/performance.md.
Load comes from h2load, answers from nginx; as root on Debian both are installed where they are missing.`;

export const COMMITTED_JSON = "docs/performance.json";
export const COMMITTED_SVG = "docs/performance.svg";
export const COMMITTED_TABLES = "docs/performance.md";

export interface Options {
  help: boolean;
  rounds: number;
  /** In each round, for each scenario. */
  requests: number;
  connections: number;
  /** Names of groups and scenarios; undefined: all. */
  only: string[] | undefined;
  peer: string | undefined;
  /** The file to compare with. */
  compare: string | undefined;
  json: string | undefined;
  svg: string | undefined;
  /** The document whose tables are to be filled. */
  tables: string | undefined;
  /** Requests of a soak. */
  soak: number | undefined;
}

const DEFAULT_SOAK_REQUESTS = 1_000_000;

/** Reads the command line; fails with what is wrong with it. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: withDefaults(args, { "--compare": COMMITTED_JSON, "--soak": String(DEFAULT_SOAK_REQUESTS) }),
    options: {
      rounds: { type: "string", default: "200" },
      requests: { type: "string", default: "400" },
      connections: { type: "string", default: "16" },
      only: { type: "string" },
      peer: { type: "string" },
      compare: { type: "string" },
      json: { type: "string" },
      svg: { type: "string" },
      soak: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const only = values.only?.split(";").map((name) => name.trim());
  const isWhole = only === undefined && values.peer === undefined && values.compare === undefined;
  return {
    help: values.help,
    rounds: count("rounds", values.rounds),
    requests: count("requests", values.requests),
    connections: count("connections", values.connections),
    only,
    peer: values.peer === undefined ? undefined : resolve(values.peer),
    compare: values.compare,
    json: values.json ?? (isWhole ? COMMITTED_JSON : undefined),
    svg: values.svg ?? (isWhole ? COMMITTED_SVG : undefined),
    tables: isWhole ? COMMITTED_TABLES : undefined,
    soak: values.soak === undefined ? undefined : count("soak", values.soak),
  };
}

/** Gives options that may stand alone a value where they have none. */
function withDefaults(args: readonly string[], defaults: Record<string, string>): string[] {
  return args.flatMap((arg, i) => {
    const value = defaults[arg];
    const next = args[i + 1];
    return value !== undefined && (next === undefined || next.startsWith("--")) ? [arg, value] : [arg];
  });
}

function count(name: string, text: string): number {
  const value = Number(text.replaceAll(",", ""));
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1 on, not ${text}`);
  return value;
}
