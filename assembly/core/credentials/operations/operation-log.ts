/** Where the operations `log` and `values` write: lines with Proxy-Wasm's log levels. */
export abstract class OperationLog {
  /** Says whether lines of this level are wanted: no others are worded, as words are garbage. */
  abstract isLogged(level: i32): bool;

  abstract write(level: i32, line: string): void;
}
