// The extension in Visual Studio Code itself: does the Problems panel show a finding, at its place?
//
// code-server is VS Code behind a browser. Node 20 and Chromium are asked for; in an empty folder:
//
//   npm install --ignore-scripts code-server@4.100.3 playwright-core
//   (cd node_modules/code-server/lib/vscode && npm install --omit=dev --ignore-scripts)
//   cp -r .../docs/editors/vscode extension && (cd extension && npm install --omit=dev)
//   WFMODEL=.../.venv/bin/wfmodel CHROMIUM=/usr/bin/chromium node .../tests/lsp/problems_panel.js
//
// Without their scripts some of VS Code's own parts are missing (search, logs); extensions run.
"use strict";

const { cpSync, mkdirSync, mkdtempSync, writeFileSync } = require("node:fs");
const { spawn } = require("node:child_process");
const { tmpdir } = require("node:os");
const { join, resolve } = require("node:path");
const { createRequire } = require("node:module");

const { chromium } = createRequire(resolve("package.json"))("playwright-core");

const PORT = 18099;
const PATIENCE = 300; // seconds
const MACHINE = `{"StartAt": "A", "States": {
  "A": {"Type": "Pass", "Next": "Nowhere"}}}
`;

function laidOut() {
  const home = mkdtempSync(join(tmpdir(), "problems-"));
  const settings = { "wfmodel.command": [resolve(process.env.WFMODEL), "lsp"] };
  for (const folder of ["work", "data/Machine", "extensions"]) {
    mkdirSync(join(home, folder), { recursive: true });
  }
  writeFileSync(join(home, "work", "order.asl.json"), MACHINE);
  writeFileSync(join(home, "data/Machine/settings.json"), JSON.stringify(settings));
  cpSync("extension", join(home, "extensions", "wfmodel.wfmodel-0.2.0"), { recursive: true });
  return home;
}

function served(home) {
  const options = { env: { ...process.env, HOME: home, NODE_ENV: "production" }, stdio: "ignore" };
  const line = ["node_modules/code-server/out/node/entry.js", "--auth", "none"];
  line.push("--bind-addr", `127.0.0.1:${PORT}`, "--disable-telemetry", "--disable-update-check");
  line.push("--disable-workspace-trust", "--user-data-dir", join(home, "data"));
  line.push("--extensions-dir", join(home, "extensions"), join(home, "work"));
  return spawn(process.execPath, line, options);
}

async function answers() {
  for (let second = 0; second < PATIENCE; second += 1) {
    try {
      return await fetch(`http://127.0.0.1:${PORT}/healthz`);
    } catch {
      await new Promise((done) => setTimeout(done, 1000));
    }
  }
  throw new Error("code-server does not answer");
}

async function problems(page, home) {
  const work = join(home, "work");
  const file = `vscode-remote://${join(work, "order.asl.json")}`;
  const payload = encodeURIComponent(JSON.stringify([["openFile", file]]));
  await page.goto(`http://127.0.0.1:${PORT}/?folder=${work}&payload=${payload}`);
  await page.waitForSelector(".monaco-editor .view-line", { timeout: PATIENCE * 1000 });
  await page.keyboard.press("Control+Shift+M");
  const row = page.locator(".markers-panel .monaco-list-row", { hasText: "S101" });
  return row.first().textContent({ timeout: PATIENCE * 1000 });
}

async function main() {
  const home = laidOut();
  const server = served(home);
  try {
    await answers();
    const browser = await chromium.launch({
      executablePath: process.env.CHROMIUM,
      args: ["--no-sandbox"],
    });
    const found = await problems(await browser.newPage(), home);
    await browser.close();
    console.log(found);
    if (!found.includes("Nowhere") || !found.includes("Ln 2")) process.exitCode = 1;
  } finally {
    server.kill();
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
