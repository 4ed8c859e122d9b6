/**
 * The processor time that this process has taken so far, in milliseconds. What else the machine does adds little to it,
 * so that a test may compare it.
 */
export function cpuTimeMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
