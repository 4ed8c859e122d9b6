/** All specs are compiled into one module: the compiler, not the tests, is what takes the time. */
export default {
  entries: ["tests/core/suite.ts"],
  include: ["tests/core/**/*.spec.ts"],
  disclude: [/node_modules/],
  async instantiate(memory, createImports, instantiate, binary) {
    return instantiate(binary, createImports({ env: { memory } }));
  },
  outputBinary: false,
};
