// The part of the WebAssembly JavaScript API the emulator uses: TypeScript has it only in its DOM library, which would bring
// all of a browser's globals into code that also runs without them.
declare namespace WebAssembly {
  type Exports = Record<string, unknown>;
  type Imports = Record<string, Record<string, (...args: never[]) => unknown>>;

  interface Instance {
    readonly exports: Exports;
  }

  interface Memory {
    readonly buffer: ArrayBuffer;
  }

  type Module = object;
  const Module: {
    exports(module: Module): { name: string; kind: string }[];
    imports(module: Module): { module: string; name: string; kind: string }[];
  };

  class RuntimeError extends Error {}

  function compile(bytes: Uint8Array): Promise<Module>;
  function instantiate(module: Module, imports: Imports): Promise<Instance>;
}
