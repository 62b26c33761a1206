// The widget of wfmodel.explorer: it shows and asks; what is computed is Python.
const make = (name, attributes = {}, words) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (words !== undefined) made.textContent = words;
  return made;
};
const STYLE = `
.wf-live { font: 14px/1.45 system-ui, sans-serif; display: grid; gap: 1rem 2rem; padding: .5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
.wf-live label { display: grid; grid-template-columns: 1fr auto; } .wf-live input[type=range] { grid-column: 1 / 3; width: 100%; }
.wf-live table { border-collapse: collapse; width: 100%; } .wf-live th, .wf-live td { text-align: left; padding: .2rem .5rem; border-bottom: 1px solid #8886; } .wf-live td { text-align: right; font-variant-numeric: tabular-nums; }
.wf-live form { display: flex; flex-wrap: wrap; gap: .4rem; align-items: end; } .wf-live form label { display: block; } .wf-live form input { width: 5rem; } .wf-live .said { color: #b3261e; min-height: 1.4em; } .wf-live iframe { grid-column: 1 / -1; width: 100%; height: 900px; border: 0; }`;

function render({ model, el }) {
  const { dials, range, kinds, targets, variants } = model.get("controls");
  const root = make("div", { class: "wf-live" });
  root.append(make("style", {}, STYLE));
  const left = make("div");
  const inputs = dials.map((dial, place) => {
    const label = make("label");
    // What is counted goes one by one; all else by powers of two around what stands.
    const limits = dial.count
      ? { min: 1, max: Math.min(range, dial.count * dial.most), step: 1, value: dial.count }
      : { min: -Math.log2(range), max: Math.log2(dial.most), step: 0.05, value: 0 };
    const input = make("input", { type: "range", ...limits, "aria-label": dial.title });
    const shown = make("output", {}, dial.stands);
    const multiple = () => dial.count ? input.value / dial.count : Math.min(dial.most, 2 ** input.value);
    const show = () => {
      const turned = Number(input.value) !== limits.value;
      shown.textContent = dial.count ? input.value : dial.stands + (turned ? ` × ${multiple().toPrecision(3)}` : "");
    };
    input.addEventListener("input", () => {
      show();
      clearTimeout(input.waiting);
      input.waiting = setTimeout(() => model.send({ what: "turn", dial: place, multiple: multiple() }), 60);
    });
    input.back = () => { input.value = limits.value; show(); };
    label.append(make("span", {}, dial.title), shown, input);
    left.append(label);
    return input;
  });
  const right = make("div");
  const table = make("table");
  const said = make("p", { class: "said", role: "status" });
  const form = make("form");
  const choice = (name, words) => {
    const label = make("label", {}, name);
    const select = make("select", { "aria-label": name });
    for (const word of words) select.append(make("option", {}, word));
    label.append(make("br"), select);
    form.append(label);
    return select;
  };
  const field = (name, value) => {
    const label = make("label", {}, name);
    const input = make("input", { value, "aria-label": name });
    label.append(make("br"), input);
    form.append(label);
    return input;
  };
  const kind = choice("fault", kinds), target = choice("strikes", targets);
  const at = field("at", "1m"), lasts = field("lasts", "10s");
  form.append(make("button", { type: "submit" }, "inject"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    model.send({ what: "strike", kind: kind.value, target: target.value, at: at.value, lasts: lasts.value });
  });
  const reset = make("button", { type: "button" }, "as the scenario says");
  reset.addEventListener("click", () => { inputs.forEach((each) => each.back()); model.send({ what: "reset" }); });
  const show = make("button", { type: "button" }, "step through instances");
  show.addEventListener("click", () => model.send({ what: "show" }));
  right.append(table, form, said, reset, " ", show);
  root.append(left, right);
  el.append(root);

  const rows = () => {
    const head = make("tr");
    head.append(make("th"), ...variants.map((name) => make("th", { scope: "col" }, name)));
    table.replaceChildren(head, ...model.get("rows").map(({ title, cells }) => {
      const row = make("tr");
      row.append(make("th", { scope: "row" }, title), ...cells.map((cell) => make("td", {}, cell)));
      return row;
    }));
  };
  const words = () => { said.textContent = model.get("said"); };
  const page = () => {
    root.querySelector("iframe")?.remove();
    if (!model.get("page")) return;
    const frame = make("iframe", { title: "Step by step" });
    frame.srcdoc = model.get("page");
    root.append(frame);
  };
  model.on("change:rows", rows);
  model.on("change:said", words);
  model.on("change:page", page);
  rows();
  words();
  page();
}
export default { render };
