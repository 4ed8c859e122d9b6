import { createServer, type AddressInfo } from "node:net";

/** Below the ports that Linux gives to outgoing connections: one of those could take a free port before its server does. */
const LEAST_PORT = 10_000;
const PORTS = 22_000;
/** Processes that run at once begin in places of their own. */
const STRIDE = 211;

let next = (process.pid * STRIDE) % PORTS;

/** A TCP port that was free on 127.0.0.1 a moment ago; not given again soon. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < PORTS; tried++) {
    const port = await bindOnce(LEAST_PORT + next);
    next = (next + 1) % PORTS;
    if (port !== undefined) return port;
  }
  throw new Error(`no port from ${String(LEAST_PORT)} to ${String(LEAST_PORT + PORTS - 1)} is free on 127.0.0.1`);
}

/** `preferred` if it is free on 127.0.0.1, else another free port. */
export async function portOr(preferred: number): Promise<number> {
  return (await bindOnce(preferred)) ?? (await freePort());
}

/** Binds and releases `port`; the port bound, or undefined when it is taken. */
async function bindOnce(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
  } catch {
    return undefined;
  }
  const { port: bound } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return bound;
}
