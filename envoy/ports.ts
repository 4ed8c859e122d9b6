import { createServer, type AddressInfo } from "node:net";

const handedOut = new Set<number>();

/** A TCP port that was free on 127.0.0.1 a moment ago; never the same one twice in a process. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await bindOnce(0);
    if (port !== undefined && !handedOut.has(port)) {
      handedOut.add(port);
      return port;
    }
  }
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
