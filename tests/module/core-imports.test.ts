import assert from "node:assert/strict";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { compileAssembly } from "../support/assembly.ts";
import { pluginBytes } from "../support/plugin.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const CORE = join(ROOT, "assembly/core");
const HOST = join(ROOT, "assembly/host");

interface Source {
  path: string;
  text: string;
  syntax: ts.SourceFile;
}

/** Returns every source file below `assembly/`. */
async function readSources(): Promise<Source[]> {
  const files = await readdir(join(ROOT, "assembly"), { recursive: true });
  return Promise.all(
    files
      .filter((file) => file.endsWith(".ts"))
      .map(async (file) => {
        const path = join(ROOT, "assembly", file);
        const text = await readFile(path, "utf8");
        return { path, text, syntax: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
      }),
  );
}

function isBelow(path: string, directory: string): boolean {
  return !relative(directory, path).startsWith("..");
}

/** Returns what a file imports or exports from, as it is written. */
function importsOf(source: Source): string[] {
  return source.syntax.statements.flatMap((statement) =>
    (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) && statement.moduleSpecifier !== undefined
      ? [(statement.moduleSpecifier as ts.StringLiteral).text]
      : [],
  );
}

/** Writes parameters with their types, and the arguments that pass them on. */
function signatureOf(node: ts.SignatureDeclaration): { parameters: string[]; call: string } {
  const names = node.parameters.map((_, index) => `p${String(index)}`);
  const parameters = node.parameters.map((parameter, index) => `${names[index]!}: ${parameter.type!.getText()}`);
  return { parameters, call: `(${names.join(", ")})` };
}

function has(node: ts.HasModifiers, kind: ts.SyntaxKind): boolean {
  return node.modifiers?.some((modifier) => modifier.kind === kind) ?? false;
}

/**
 * Returns functions that use every member of a class but those that are private: the compiler leaves out what nothing
 * uses, and with it what it would import.
 */
function usesOf(declaration: ts.ClassDeclaration): string[] {
  const className = declaration.name!.text;
  return declaration.members.flatMap((member) => {
    if (ts.canHaveModifiers(member) && has(member, ts.SyntaxKind.PrivateKeyword)) return [];
    if (ts.isConstructorDeclaration(member)) {
      if (has(declaration, ts.SyntaxKind.AbstractKeyword)) return [];
      const { parameters, call } = signatureOf(member);
      return [`(${parameters.join(", ")}): void { new ${className}${call}; }`];
    }
    if (ts.isGetAccessorDeclaration(member)) return [`(self: ${className}): void { self.${member.name.getText()}; }`];
    if (!ts.isMethodDeclaration(member) || member.typeParameters !== undefined) return [];
    const { parameters, call } = signatureOf(member);
    const name = member.name.getText();
    if (has(member, ts.SyntaxKind.StaticKeyword)) {
      return [`(${parameters.join(", ")}): void { ${className}.${name}${call}; }`];
    }
    return [`(${[`self: ${className}`, ...parameters].join(", ")}): void { self.${name}${call}; }`];
  });
}

suite("the core is pure", () => {
  // Beside the compiled modules; the process id keeps runs apart.
  const copy = `build/core.${String(process.pid)}`;
  let sources: Source[] = [];

  before(async () => {
    sources = await readSources();
    assert.ok(sources.some(({ path }) => isBelow(path, CORE)));
  });

  after(() => rm(join(ROOT, copy), { recursive: true, force: true }));

  test("a module of all of it imports nothing but env.abort", async () => {
    await mkdir(join(ROOT, copy), { recursive: true });
    await cp(CORE, join(ROOT, copy), { recursive: true });
    const entry: string[] = [];
    let uses = 0;
    for (const { path, text, syntax } of sources.filter((source) => isBelow(source.path, CORE))) {
      const exported = syntax.statements
        .filter((statement) => ts.isFunctionDeclaration(statement) && has(statement, ts.SyntaxKind.ExportKeyword))
        .map((statement) => (statement as ts.FunctionDeclaration).name!.text);
      const added = syntax.statements
        .filter((statement) => ts.isClassDeclaration(statement))
        .flatMap(usesOf)
        .map((use, index) => ({ name: `use${String(index)}`, text: `export function use${String(index)}${use}` }));
      const names = [...exported, ...added.map(({ name }) => name)];
      const file = relative(CORE, path);
      await writeFile(join(ROOT, copy, file), [text, ...added.map((use) => use.text)].join("\n"));
      const renamed = names.map((name) => `${name} as export${String(uses++)}`).join(", ");
      entry.push(names.length > 0 ? `export { ${renamed} } from "./${file.replace(/\.ts$/, "")}";` : "");
    }
    assert.ok(uses > 200, `only ${String(uses)} functions and methods were found`);
    await writeFile(join(ROOT, copy, "all.ts"), entry.join("\n"));
    const module = await WebAssembly.compile(await compileAssembly(`${copy}/all.ts`, "--disableWarning"));
    assert.equal(WebAssembly.Module.exports(module).filter(({ kind }) => kind === "function").length, uses);
    assert.deepEqual(
      WebAssembly.Module.imports(module).map((entry) => `${entry.module}.${entry.name}`),
      ["env.abort"],
    );
  });

  test("it imports from itself only", () => {
    const outside = sources
      .filter(({ path }) => isBelow(path, CORE))
      .flatMap((source) =>
        importsOf(source)
          .filter((from) => !from.startsWith(".") || !isBelow(resolve(dirname(source.path), from), CORE))
          .map((from) => `${relative(ROOT, source.path)} imports ${from}`),
      );
    assert.deepEqual(outside, []);
  });

  test("only assembly/host names host calls", () => {
    const elsewhere = sources
      .filter(({ path, text }) => !isBelow(path, HOST) && /@external|@solo-io|\bdeclare\s+function\b/.test(text))
      .map(({ path }) => relative(ROOT, path));
    assert.deepEqual(elsewhere, []);
  });

  test("the plugin imports Proxy-Wasm host calls and nothing else", async () => {
    const module = await WebAssembly.compile(await pluginBytes());
    const imports = WebAssembly.Module.imports(module);
    assert.ok(imports.length > 0);
    const others = imports.filter((entry) => entry.module !== "env" || !entry.name.startsWith("proxy_"));
    assert.deepEqual(others, []);
  });
});
