import tseslint from "typescript-eslint";

export default tseslint.config(
  // TypeScript's parser refuses the decorator that makes a function an import.
  { ignores: ["build/", ".venv/", "node_modules/", "assembly/host/imports.ts"] },
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strict, tseslint.configs.stylistic],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      eqeqeq: "error",
      "no-warning-comments": ["error", { terms: ["todo", "fixme", "xxx"] }],
    },
  },
  {
    // AssemblyScript reads TypeScript's syntax with types of its own: rules that know TypeScript's or JavaScript's
    // library would advise what the compiler cannot do.
    files: ["assembly/**/*.ts", "tests/core/**/*.ts", "tests/conformance/probe/**/*.ts", "bench/floor/**/*.ts"],
    rules: {
      "@typescript-eslint/no-extraneous-class": "off",
      "@typescript-eslint/prefer-for-of": "off",
      "@typescript-eslint/no-inferrable-types": "off",
      "@typescript-eslint/consistent-type-imports": "off",
      "@typescript-eslint/no-loss-of-precision": "off",
      "@typescript-eslint/no-empty-function": "off",
      "@typescript-eslint/consistent-type-assertions": "off",
      "@typescript-eslint/no-unnecessary-type-conversion": "off",
      eqeqeq: "off",
      "@typescript-eslint/prefer-literal-enum-member": "off",
    },
  },
);
