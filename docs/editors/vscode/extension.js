// Starts `wfmodel lsp` and shows its diagram. Nothing of the workspace is run: how the server is
// started is a setting of the machine, and it is started in the home folder, where no program of a
// checkout is found first.
"use strict";

const os = require("node:os");
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

const LANGUAGES = ["yaml", "json", "jsonc", "terraform"];
const PAUSE = 300; // milliseconds after a change until the diagram follows

let client;
let panel;
let shown; // the document whose diagram is shown
let timer;

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("wfmodel.showDiagram", showDiagram),
    vscode.commands.registerCommand("wfmodel.copyMermaid", copyMermaid),
    vscode.commands.registerCommand("wfmodel.restart", restart),
    vscode.workspace.onDidChangeTextDocument((event) => follow(event.document)),
    vscode.window.onDidChangeTextEditorSelection((event) => follow(event.textEditor.document)),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("wfmodel.command")) restart();
    }),
  );
  await start();
}

async function start() {
  const [command, ...args] = vscode.workspace.getConfiguration("wfmodel").get("command");
  const options = { cwd: os.homedir(), shell: false };
  client = new LanguageClient(
    "wfmodel",
    "wfmodel",
    { command, args, options },
    {
      documentSelector: LANGUAGES.flatMap((language) => [
        { scheme: "file", language },
        { scheme: "untitled", language },
      ]),
      synchronize: {
        fileEvents: vscode.workspace.createFileSystemWatcher(
          "**/{wfmodel.toml,pyproject.toml,*.annotations.*,*.suppressions.*}",
        ),
      },
    },
  );
  try {
    await client.start();
  } catch (error) {
    vscode.window.showErrorMessage(
      `wfmodel: ${command} does not start (${error.message}). Install it with: ` +
        "pipx install 'wfmodel[lsp]', or name it in the setting wfmodel.command.",
    );
  }
}

async function restart() {
  await client?.stop().catch(() => undefined);
  await start();
}

async function deactivate() {
  await client?.stop();
}

function drawn(document, svg) {
  const editor = vscode.window.visibleTextEditors.find((each) => each.document === document);
  return client.sendRequest("wfmodel/diagram", {
    textDocument: { uri: client.code2ProtocolConverter.asUri(document.uri) },
    position: editor && client.code2ProtocolConverter.asPosition(editor.selection.active),
    svg,
  });
}

async function copyMermaid() {
  const document = vscode.window.activeTextEditor?.document;
  if (!document) return;
  const answer = await drawn(document, false);
  if (answer.mermaid) {
    await vscode.env.clipboard.writeText(answer.mermaid);
  } else {
    vscode.window.showInformationMessage(`wfmodel: ${answer.why}`);
  }
}

async function showDiagram() {
  const document = vscode.window.activeTextEditor?.document;
  if (!document) return;
  shown = document;
  if (!panel) {
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    // No scripts: the page is a picture.
    panel = vscode.window.createWebviewPanel("wfmodel.diagram", "Diagram", place, {
      enableScripts: false,
      localResourceRoots: [],
    });
    panel.onDidDispose(() => {
      panel = undefined;
      shown = undefined;
    });
  }
  await refresh();
}

function follow(document) {
  if (!panel || document !== shown) return;
  clearTimeout(timer);
  timer = setTimeout(refresh, PAUSE);
}

async function refresh() {
  if (!panel || !shown) return;
  try {
    const answer = await drawn(shown, true);
    if (!panel) return;
    panel.title = answer.name ? `Diagram of ${answer.name}` : "Diagram";
    panel.webview.html = page(answer);
  } catch (error) {
    if (panel) panel.webview.html = page({ why: error.message });
  }
}

function page(answer) {
  const notes = [answer.old ? "The text has errors: this is how it was before." : "", answer.why];
  const said = notes.filter(Boolean).map((note) => `<p>${escaped(note)}</p>`);
  // As an image, an SVG can neither run a script nor load anything.
  const data = Buffer.from(answer.svg || "", "utf8").toString("base64");
  const picture = answer.svg
    ? `<img alt="State diagram" src="data:image/svg+xml;base64,${data}">`
    : `<pre>${escaped(answer.mermaid || "")}</pre>`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<style>img { max-width: 100%; background: white; border-radius: 4px }</style>
</head>
<body>${said.join("")}${picture}</body>
</html>`;
}

function escaped(text) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return String(text).replace(/[&<>"']/g, (sign) => entities[sign]);
}

module.exports = { activate, deactivate, page };
