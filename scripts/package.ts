import { fileURLToPath } from "node:url";
import { packageCommand } from "../packaging/command.ts";

process.exitCode = await packageCommand(fileURLToPath(new URL("..", import.meta.url)), process.argv.slice(2));
