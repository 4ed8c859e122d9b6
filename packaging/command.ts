import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { sha256 } from "./digest.ts";
import { fault, PackagingError } from "./faults.ts";
import { readContent, readVersion } from "./image-content.ts";
import { FORMS, makeImage, type Form, type Image } from "./image-forms.ts";
import { writeLayout } from "./oci-layout.ts";
import { push } from "./push.ts";
import { formatReference, parseReference, type Reference } from "./reference.ts";

const HELP = `npm run package [-- OPTIONS]

Builds the plugin and its image, in every form that Istio takes, into an OCI layout. Neither Docker nor root is needed.

  --push HOST/PATH[:TAG]  pushes the forms, then pulls them back to see that they arrived. The tag is the version where it
                          is left out. The OCI image gets the tag itself, the others TAG-docker and TAG-artifact.
                          Log in by skopeo login, podman login or docker login before.
  --form FORM             only this form (${Object.keys(FORMS).join(", ")}); pushed, it gets the tag itself
  --revision COMMIT       names the commit in a label; changes the digests
  --output DIRECTORY      where the layout goes (build/image)
  --no-build              takes build/plugin.wasm as it is
  --help                  says this
`;

interface Options {
  forms: Form[];
  push: Reference | undefined;
  revision: string | undefined;
  output: string;
  build: boolean;
}

/**
 * The command `npm run package` for the project at `root`, its paths seen from `workingDirectory`. Prints what it made and
 * returns the exit status; what failed goes to standard error in one line.
 */
export async function packageCommand(
  root: string,
  args: readonly string[],
  workingDirectory = process.cwd(),
): Promise<number> {
  try {
    const options = await readOptions(root, args, workingDirectory);
    if (options === "help") console.log(HELP);
    else await packagePlugin(root, options, workingDirectory);
    return 0;
  } catch (error) {
    if (!(error instanceof PackagingError)) throw error;
    console.error(`package: ${error.message}`);
    return error.exitStatus;
  }
}

async function readOptions(root: string, args: readonly string[], workingDirectory: string): Promise<Options | "help"> {
  const values = parse(args);
  if (values.help) return "help";
  const { form, output = join(root, "build", "image"), revision } = values;
  if (form !== undefined && !Object.hasOwn(FORMS, form)) {
    throw fault("usage", `there is no form ${form} (but ${Object.keys(FORMS).join(", ")})`);
  }
  return {
    forms: form === undefined ? (Object.keys(FORMS) as Form[]) : [form as Form],
    push: values.push === undefined ? undefined : parseReference(values.push, await readVersion(root)),
    revision,
    output: resolve(workingDirectory, output),
    build: !values["no-build"],
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        push: { type: "string" },
        form: { type: "string" },
        revision: { type: "string" },
        output: { type: "string" },
        "no-build": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw fault("usage", (error as Error).message.split(". ")[0]!);
  }
}

async function packagePlugin(root: string, options: Options, workingDirectory: string): Promise<void> {
  const { forms, output, revision } = options;
  const shown = (path: string) => relative(workingDirectory, path) || ".";
  await refuseForeign(output);
  if (options.build) await build(root);
  const content = await readContent(root, revision);
  const images = new Map(forms.map((form) => [form, makeImage(form, content)]));
  await writeLayout(output, images);
  console.log(`${shown(join(root, "build", "plugin.wasm"))}: sha256 ${sha256(content.plugin)}`);
  console.log(`${shown(output)}: an OCI layout of\n`);
  for (const [form, { digest }] of images) console.log(`  ${form.padEnd(8)}  ${digest}  ${FORMS[form]}`);
  if (options.push === undefined) {
    console.log("\nNext: npm run package -- --push registry.example.com/team/3scale-auth-wasm");
    return;
  }
  const pushed: [Form, Image, Reference][] = [];
  for (const [form, image] of images) {
    const reference = images.size === 1 ? options.push : tagged(options.push, form);
    await push(image, content.plugin, reference);
    pushed.push([form, image, reference]);
  }
  console.log("\nPushed, and pulled back with the same plugin.wasm:\n");
  for (const [form, , reference] of pushed) console.log(`  ${form.padEnd(8)}  ${formatReference(reference)}`);
  const [, image, reference] = pushed[0]!;
  console.log("\nIn a WasmPlugin:\n");
  console.log(`  url: oci://${formatReference(reference)}`);
  console.log(`  sha256: ${image.digest.replace("sha256:", "")}`);
  console.log(`\nNext: cosign sign ${reference.host}/${reference.path}@${image.digest}`);
}

/** Each form has a tag of its own. */
const tagged = (reference: Reference, form: Form): Reference =>
  form === "oci" ? reference : { ...reference, tag: `${reference.tag}-${form}` };

/** A folder is replaced whole: one that is no layout is somebody's. */
async function refuseForeign(directory: string): Promise<void> {
  const names = await readdir(directory).catch((error: unknown): string[] => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw fault("output", directory);
  });
  if (names.length > 0 && !names.includes("oci-layout")) throw fault("output", directory);
}

async function build(root: string): Promise<void> {
  const status = await new Promise<number>((resolve, reject) => {
    const child = spawn("npm", ["run", "--silent", "build"], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", reject);
    child.once("close", (code) => {
      resolve(code ?? 1);
    });
  });
  if (status !== 0) throw fault("build", status);
}
