"""The language server under a real editor: Neovim without a screen (`apt-get install neovim`)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not shutil.which("nvim"), reason="no Neovim")
PATIENCE_MS = 60_000
WORKFLOW = """name: order
initial: pay
states:
  pay: {kind: task, service: bank, duration: 1s, next: dne}
  done: {kind: final, outcome: succeeded}
"""
SCRIPT = """
local told = {}
local function wait(ready) assert(vim.wait(PATIENCE, ready, 50), "no answer") end
local function texts()
  return vim.tbl_map(function(each) return each.message end, vim.diagnostic.get(0))
end
vim.cmd("edit order.yaml")
local client = vim.lsp.start_client({
  name = "wfmodel", cmd = {"PYTHON", "-m", "wfmodel", "lsp"}, root_dir = vim.fn.getcwd(),
})
vim.lsp.buf_attach_client(0, client)
wait(function() return #texts() > 0 end)
told.before = texts()
local place = {textDocument = vim.lsp.util.make_text_document_params(),
  position = {line = 3, character = 56}}
local hover = vim.lsp.buf_request_sync(0, "textDocument/hover", place, PATIENCE)
told.hover = hover[client].result.contents.value
vim.api.nvim_buf_set_lines(0, 3, 4, true,
  {"  pay: {kind: task, service: bank, duration: 1s, next: done}"})
wait(function() return #texts() == 0 end)
place.position = {line = 3, character = 56}
local there = vim.lsp.buf_request_sync(0, "textDocument/definition", place, PATIENCE)
local found = there[client].result
told.line = (found.range or found[1].range).start.line
vim.fn.writefile({vim.fn.json_encode(told)}, "told.json")
vim.cmd("qall!")
"""


def test_findings_come_and_go_as_one_types_and_a_name_leads_to_its_state(tmp_path: Path):
    (tmp_path / "order.yaml").write_text(WORKFLOW, encoding="utf-8")
    script = SCRIPT.replace("PATIENCE", str(PATIENCE_MS)).replace("PYTHON", sys.executable)
    (tmp_path / "session.lua").write_text(script, encoding="utf-8")
    done = subprocess.run(
        ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", "luafile session.lua",
         "-c", "cquit 1"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "told.json").read_text(encoding="utf-8"))
    assert any("'dne'" in each for each in told["before"])
    assert told["hover"]
    assert told["line"] == 4
