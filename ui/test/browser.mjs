// Opens reports in a real browser and holds them to what a report must be: it fetches nothing, says nothing on the console,
// runs nothing that is in the data, can be used by everybody, can be printed, and opens fast.
//   node test/browser.mjs DIR    with the pages that scripts/check-report writes; pictures of them go to DIR too
// CHROMIUM names the browser; else `chromium` of the PATH.
import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const folder = resolve(process.argv[2] ?? "../target/report");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** A page of a large network opens in so many milliseconds, on a machine that does other things too. */
const PATIENCE = 6000;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  // In containers there is no sandbox to be had; the pages are our own, and what they try is what is tested.
  args: ["--no-sandbox", "--disable-gpu"],
});

/** Opens a page; whatever it does that it may not do is collected. */
async function open(name, options = {}) {
  const { size = { width: 1360, height: 900 }, scripts = true, ...context } = options;
  // The page's own policy would keep axe out; it is held to the policy in every context but that one.
  const held = await browser.newContext({ viewport: size, javaScriptEnabled: scripts, ...context });
  const page = await held.newPage();
  const faults = [];
  page.on("console", (message) => faults.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("dialog", async (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  const address = pathToFileURL(join(folder, `${name}.html`)).href;
  page.on("request", (request) => request.url() !== address && faults.push(`request: ${request.url()}`));
  const started = performance.now();
  await page.goto(address);
  if (scripts) await page.waitForSelector("#method");
  return { page, faults, took: performance.now() - started, close: () => held.close() };
}

/** Waits until something is as it must become: the page draws a moment after it is told. */
async function becomes(read, wanted, what) {
  const until = performance.now() + 3000;
  let now = await read();
  while (now !== wanted && performance.now() < until) now = await read();
  assert.equal(now, wanted, what);
}

async function accessible(name, colorScheme) {
  const { page, close } = await open(name, { bypassCSP: true, colorScheme });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const told = grave.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(" | ")}`);
  assert.deepEqual(told, [], `${name} in ${colorScheme}`);
  await close();
}

/** What can be done on a page: filter, sort, turn a page, choose a device by keyboard. */
async function use(page) {
  const devices = page.locator("#assets");
  const rows = devices.locator("tbody tr");
  await devices.getByRole("searchbox").fill("10.7.7.36");
  await becomes(() => rows.count(), 1, "a filter leaves what it names");
  await devices.getByRole("searchbox").fill("");
  await devices.getByRole("button", { name: "Address" }).click();
  await becomes(() => devices.locator('th[aria-sort="ascending"]').count(), 1, "a table is sorted");
  const changes = page.locator("#changes");
  await changes.getByRole("button", { name: "Next" }).click();
  await becomes(async () => (await changes.locator(".pages").innerText()).includes("26–50"), true, "a page is turned");
  await page.locator("#map .node").first().focus();
  await page.keyboard.press("Enter");
  await becomes(() => page.locator("#map .node.chosen").count(), 1, "a device is chosen");
  assert.notEqual(await page.locator("#map .chosen-device").innerText(), "");
  await page.locator("#findings select").selectOption("exposure");
  await becomes(() => page.locator("#findings .kind.activity").count(), 0, "findings are chosen by kind");
}

async function narrow(name) {
  const { page, faults, close } = await open(name, { size: { width: 390, height: 844 }, deviceScaleFactor: 2 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${name} is ${wide} pixels wider than a telephone`);
  await page.screenshot({ path: join(folder, `${name}-phone.png`) });
  assert.deepEqual(faults, []);
  await close();
}

async function printed(name) {
  const { page, faults, close } = await open(name, { colorScheme: "dark" });
  const paper = await page.pdf({ path: join(folder, `${name}.pdf`), preferCSSPageSize: true, printBackground: true });
  assert.ok(paper.subarray(0, 5).toString() === "%PDF-" && paper.length > 20_000, `${name} prints`);
  assert.deepEqual(faults, []);
  await close();
}

async function without(name) {
  const { page, faults, close } = await open(name, { scripts: false });
  const text = await page.locator("body").innerText();
  for (const wanted of ["What is on the network?", "What was not seen?", "Findings"]) assert.ok(text.includes(wanted), wanted);
  assert.deepEqual(faults, []);
  await close();
}

const tests = {
  "a report fetches nothing and says nothing": async () => {
    const { page, faults, close } = await open("quay");
    assert.equal(await page.title(), "Network report: quay.pcap");
    await page.screenshot({ path: join(folder, "quay-desktop.png"), fullPage: true });
    await use(page);
    assert.deepEqual(faults, []);
    await close();
  },
  "a report is readable in the dark": async () => {
    const { page, faults, close } = await open("quay", { colorScheme: "dark" });
    await page.screenshot({ path: join(folder, "quay-dark.png"), fullPage: true });
    assert.deepEqual(faults, []);
    await close();
  },
  "text of a peer stays text": async () => {
    const { page, faults, close } = await open("hostile");
    assert.equal(await page.locator("iframe, img, script:not([id=data]):not(body > script)").count(), 0);
    const text = await page.locator("main").innerText();
    assert.ok(text.includes("</script><script>alert(1)</script>"), "it is shown as it is");
    for (const node of await page.locator("#map .node").all()) await node.press("Enter");
    await page.screenshot({ path: join(folder, "hostile-desktop.png"), fullPage: true });
    assert.deepEqual(faults, []);
    await close();
  },
  "a large network opens fast": async () => {
    const { page, faults, took, close } = await open("large");
    assert.ok(took < PATIENCE, `${took.toFixed(0)} ms`);
    const size = statSync(join(folder, "large.html")).size;
    console.log(`    ${took.toFixed(0)} ms for ${(size / 1e6).toFixed(1)} MB`);
    await page.locator("#assets").getByRole("searchbox").fill("10.0.1.7");
    const hits = () => page.locator("#assets").getByRole("status").innerText();
    await becomes(async () => (await hits()).includes(" of "), true, "a filter says how much it leaves");
    await page.locator("#map").scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(folder, "large-desktop.png") });
    assert.deepEqual(faults, []);
    await close();
  },
  "who never answered is no device, and one recipient is drawn once": async () => {
    const { page, faults, close } = await open("silent");
    const boxes = await page.locator("#map .node-title").allTextContents();
    assert.equal(boxes.length, 2, boxes.join(", "));
    assert.ok(boxes.includes("12 addresses"), boxes.join(", "));
    assert.match((await page.locator("#map svg.map").getAttribute("aria-label")) ?? "", /^1 machines/);
    const drawn = await page.locator("#sent svg.flow").textContent();
    assert.ok(drawn.includes("cms.example") && !drawn.includes("203.0.113.0"), drawn);
    assert.deepEqual(faults, []);
    await close();
  },
  "a capture of nothing gives a report that says so": async () => {
    const { page, faults, close } = await open("empty");
    assert.ok((await page.locator("main").innerText()).includes("No device could be told"));
    assert.deepEqual(faults, []);
    await close();
  },
  "a report fits a telephone": () => narrow("quay"),
  "a hostile report fits a telephone": () => narrow("hostile"),
  "a report prints": () => printed("quay"),
  "a large report prints": () => printed("large"),
  "who runs no scripts reads answers and findings": () => without("hostile"),
  "everybody can use it, in light": () => accessible("quay", "light"),
  "everybody can use it, in dark": () => accessible("quay", "dark"),
  "everybody can use it, whatever peers call themselves": () => accessible("hostile", "light"),
};

const failed = [];
for (const [name, test] of Object.entries(tests)) {
  const started = performance.now();
  try {
    await test();
    console.log(`ok   ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed.push(name);
    console.error(`FAIL ${name}\n${error.message}`);
  }
}
await browser.close();
writeFileSync(join(folder, "browser-test.txt"), failed.length === 0 ? "passed\n" : `failed:\n${failed.join("\n")}\n`);
process.exit(failed.length === 0 ? 0 : 1);
