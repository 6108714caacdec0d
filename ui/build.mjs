// Builds the report's page into one file that the Rust crate embeds.
//   node build.mjs          writes it
//   node build.mjs --check  fails where the committed page is not what these sources give
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = new URL(".", import.meta.url);
const asset = new URL("../crates/report/assets/report.html", here);

const built = await build({
  root: fileURLToPath(here),
  configFile: false,
  logLevel: "warn",
  build: {
    write: false,
    target: "es2022",
    cssCodeSplit: false,
    rollupOptions: {
      input: fileURLToPath(new URL("src/main.tsx", here)),
      output: { format: "iife" },
    },
  },
});
const outputs = [built].flat().flatMap((one) => one.output);
const script = outputs.filter((one) => one.type === "chunk").map((one) => one.code.trim()).join("\n");
const style = outputs
  .filter((one) => one.type === "asset" && one.fileName.endsWith(".css"))
  .map((one) => String(one.source).trim())
  .join("\n");
for (const [name, text] of Object.entries({ script, style })) {
  // What would end its element early, or begin a comment in it.
  if (/<\/(script|style)|<!--|<script/i.test(text)) throw new Error(`the built ${name} holds markup`);
  if (text.length === 0) throw new Error(`the built ${name} is empty`);
}

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)}`,
  `style-src ${hash(style)}`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");
const parts = { policy, style, script };
const template = await readFile(new URL("page.html", here), "utf8");
const page = template.replace(/\{(policy|style|script)\}/g, (_, name) => parts[name]);

if (process.argv.includes("--check")) {
  const committed = await readFile(asset, "utf8");
  if (committed !== page) {
    console.error("crates/report/assets/report.html is not what ui/ builds: run `npm run build` in ui/ and commit it");
    process.exit(1);
  }
  console.log("the committed page is what ui/ builds");
} else {
  await writeFile(asset, page);
  console.log(`report.html: ${page.length} characters, of these script ${script.length}, style ${style.length}`);
}
