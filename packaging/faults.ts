/** All that `npm run package` can fail with: a code, and one line that says what to do. */
const FAULTS = {
  usage: (why: string) => `${why}; npm run package -- --help lists the options`,
  reference: (reference: string, why: string) =>
    `${JSON.stringify(reference)} names no place to push to: ${why}. What is asked for is HOST[:PORT]/PATH[:TAG], such as registry.example.com/team/3scale-auth-wasm:1.0.0`,
  build: (status: number) => `the plugin does not build: npm run build ended with status ${String(status)}`,
  noPlugin: (path: string) => `${path} is no Wasm module; npm run build makes it`,
  output: (directory: string) => `${directory} is there and is no OCI layout: it would be lost; give another --output`,
  tool: (tools: string, packages: string) =>
    `missing: ${tools}; on Debian and Ubuntu: sudo apt-get install --no-install-recommends ${packages}`,
  install: (packages: string, why: string) => `apt-get could not install ${packages}: ${why}`,
  push: (reference: string, why: string) => `${reference} was not pushed: ${why}`,
  login: (reference: string, host: string, why: string) =>
    `${reference} was not pushed, the registry asks who you are: skopeo login ${host}. It said: ${why}`,
  verify: (reference: string, why: string) =>
    `${reference} was pushed, but what comes back is not what was sent: ${why}`,
} as const;

export type FaultCode = keyof typeof FAULTS;

/** A failure of packaging whose message is for whoever called the command. */
export class PackagingError extends Error {
  readonly code: FaultCode;

  constructor(code: FaultCode, message: string) {
    super(message);
    this.code = code;
  }

  /** 2 where the command was called wrongly, else 1. */
  get exitStatus(): number {
    return this.code === "usage" || this.code === "reference" ? 2 : 1;
  }
}

/** The error of a code; its further arguments are those that the code's message names. */
export function fault<C extends FaultCode>(code: C, ...details: Parameters<(typeof FAULTS)[C]>): PackagingError {
  const message = FAULTS[code] as (...details: Parameters<(typeof FAULTS)[C]>) => string;
  return new PackagingError(code, message(...details));
}
