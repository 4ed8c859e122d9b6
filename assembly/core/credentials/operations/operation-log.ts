/** Where the operations `log` and `values` write: lines with Proxy-Wasm's log levels. */
export abstract class OperationLog {
  abstract write(level: i32, line: string): void;
}
