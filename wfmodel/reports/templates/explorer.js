"use strict";
// Picks, steps and marks. Words of the workflow enter the page by textContent only.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const SVG = "http://www.w3.org/2000/svg";
  const make = (name, attributes = {}, words) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (words !== undefined) made.textContent = words;
    return made;
  };
  const draw = (name, attributes, words) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (words !== undefined) made.textContent = words;
    return made;
  };
  const subjects = [...document.querySelectorAll(".subject")];
  if (!subjects.length) return;
  document.documentElement.classList.add("js");

  // ---------------------------------------------------------------- the list and its filters
  const pressed = new Set();
  const filter = () => {
    const words = byId("find").value.trim().toLowerCase();
    let shown = 0;
    for (const each of subjects) {
      const labels = each.dataset.labels.split("|");
      const text = each.querySelector("summary").textContent.toLowerCase();
      const story = each.id.startsWith("s-");
      const fits = (story || [...pressed].every((label) => labels.includes(label)))
        && text.includes(words);
      each.hidden = !fits;
      for (const bar of bars.get(each.id) || []) bar.classList.toggle("out", !fits);
      shown += fits && !story;
    }
    byId("shown").textContent = `${shown} instance${shown === 1 ? "" : "s"}`;
  };
  for (const chip of document.querySelectorAll(".chip")) {
    chip.addEventListener("click", () => {
      const label = chip.dataset.label;
      if (!pressed.delete(label)) pressed.add(label);
      chip.setAttribute("aria-pressed", String(pressed.has(label)));
      filter();
    });
  }
  byId("find").addEventListener("input", filter);

  // ------------------------------------------------------------------ the run, from above
  const CLEAN = ["committed", "compensated"];
  const bars = new Map();   // key of a subject: its bars
  const overview = () => {
    const keys = subjects.map((each) => each.id).filter((key) => key in data.arrived);
    if (!keys.length) return;
    const shown = data.walks.filter((walk) => walk.timed);
    const variants = [...new Set(shown.map((walk) => walk.variant))];
    const end = (key, walk) => data.arrived[key] + walk.steps[walk.steps.length - 1][0];
    const mine = (key) => [...byId(key).querySelectorAll(".walk")].map((each) => data.walks[Number(each.dataset.walk)]);
    const until = Math.max(data.horizon, ...keys.flatMap((key) => mine(key).map((walk) => end(key, walk))));
    // Seconds between two ticks: the first of these that needs at most six.
    const SPACED = [.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 172800, 432000, 864000];
    const ROWS = 5, HIGH = 7, LEFT = 110, WIDE = 1370, EACH = ROWS * HIGH + 14;
    const x = (ns) => LEFT + (WIDE - LEFT - 30) * ns / until;
    const svg = draw("svg", { viewBox: `0 0 ${WIDE} ${variants.length * EACH + 16}`, role: "img", "aria-label": "Every instance of this page, by when it was under way" });
    variants.forEach((variant, v) => {
      const top = v * EACH + 4;
      svg.append(draw("text", { x: 2, y: top + 12 }, variant));
      for (const [from, to, words] of data.faults[variant] || []) {
        const band = draw("rect", { class: "fault", x: x(from), y: top, width: Math.max(2, x(to) - x(from)), height: ROWS * HIGH + 4 });
        band.append(draw("title", {}, words));
        svg.append(band);
      }
      keys.forEach((key, k) => {
        const walk = mine(key).find((each) => each.variant === variant);
        if (!walk) return;
        const bar = draw("rect", { class: CLEAN.includes(walk.ending) ? "bar" : "bar bad", x: x(data.arrived[key]), y: top + 2 + (k % ROWS) * HIGH, width: Math.max(5, x(end(key, walk)) - x(data.arrived[key])), height: HIGH - 1.5 });
        bar.append(draw("title", {}, byId(key).querySelector("summary").textContent.replace(/\s+/g, " ")));
        bar.addEventListener("click", () => pick(byId(key)));
        bars.set(key, [...(bars.get(key) || []), bar]);
        svg.append(bar);
      });
    });
    const apart = SPACED.find((each) => each * 6e9 >= until) || until / 6e9;
    const [one, unit] = apart >= 3600 ? [3600, "h"] : apart >= 60 ? [60, "min"] : [1, "s"];
    for (let tick = 0; tick * apart * 1e9 <= until; tick += 1) {
      svg.append(draw("text", { class: "tick", x: x(tick * apart * 1e9), y: variants.length * EACH + 12, "text-anchor": "middle" }, `${Number((tick * apart / one).toPrecision(6))} ${unit}`));
    }
    document.querySelector("#run .scroll").append(svg);
    byId("run").hidden = false;
  };

  // ------------------------------------------------------------------------- what is picked
  let walks = [];      // of the subject: {walk, article, panel parts}
  let events = [];     // of all walks, in order of time: [place in walks, step]
  let at = 0;
  const diagram = document.querySelector("#diagram svg");
  for (const box of diagram.querySelectorAll('g[id^="workflow-box-"]')) {
    box.dataset.box = box.id.slice("workflow-box-".length);
    box.removeAttribute("id");
  }

  const copyOfDiagram = () => {
    const copy = diagram.cloneNode(true);
    for (const each of copy.querySelectorAll("[id]")) each.removeAttribute("id");
    return copy;
  };
  // What clips refer to stays in one place, visible or not.
  const kept = document.createElement("div");
  kept.style.cssText = "position:absolute;width:0;height:0;overflow:hidden";
  kept.setAttribute("aria-hidden", "true");
  for (const each of diagram.querySelectorAll("defs")) {
    const holder = draw("svg", { width: 0, height: 0 });
    holder.append(each.cloneNode(true));
    each.remove();
    kept.append(holder);
  }
  document.body.append(kept);

  const pick = (subject, place = 0) => {
    for (const each of walks) each.home.append(each.article);
    for (const each of subjects) each.classList.toggle("current", each === subject);
    for (const [key, drawn] of bars) for (const bar of drawn) bar.classList.toggle("current", key === subject.id);
    const list = subject.parentNode;
    if (subject.offsetTop < list.scrollTop || subject.offsetTop + subject.offsetHeight > list.scrollTop + list.clientHeight) {
      list.scrollTop = subject.offsetTop - list.clientHeight / 2;
    }
    byId("player").hidden = false;
    byId("diagram").hidden = true;
    byId("picked").textContent = subject.querySelector("summary strong").textContent;
    const note = subject.querySelector("summary .note").textContent;
    const labels = byId("labels");
    labels.replaceChildren(make("span", { class: "note" }, `${note} `));
    for (const label of subject.dataset.labels.split("|").filter(Boolean)) {
      labels.append(make("span", { class: "label" }, label));
    }
    walks = [...subject.querySelectorAll(".walk")].map((article) => {
      const walk = data.walks[Number(article.dataset.walk)];
      return { walk, article, home: article.parentNode, eye: -1, rows: [...article.querySelectorAll("tbody tr")] };
    });
    events = walks.flatMap((each, w) => each.walk.steps.map((_, n) => [w, n]));
    const time = ([w, n]) => walks[w].walk.steps[n][0];
    events.sort((one, other) => time(one) - time(other) || one[0] - other[0] || one[1] - other[1]);
    byId("place").max = events.length - 1;
    byId("to-decisive").hidden = walks.every((each) => each.walk.decisive === null);
    byId("panels").replaceChildren(...walks.map(panel));
    timeline();
    go(place);
  };

  const panel = (each) => {
    const made = make("section", { class: "panel" });
    each.views = make("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": `Views, ${each.walk.variant}` });
    each.flights = make("ul", { class: "flights", "aria-label": "Messages on their way" });
    const paper = make("div", { class: "scroll paper", tabindex: 0, role: "group", "aria-label": `Diagram, ${each.walk.variant}` });
    each.svg = copyOfDiagram();
    paper.append(each.svg);
    const marks = document.querySelector("figcaption.marks").cloneNode(true);
    marks.hidden = false;
    const figure = make("div", { class: "diagram" });
    figure.append(paper, ...marks.childNodes);
    const heading = each.article.querySelector("h3");
    made.append(heading.cloneNode(true), each.views, each.flights, figure, each.article);
    each.rows.forEach((row, n) => { row.onclick = () => go(events.findIndex(([w, m]) => walks[w] === each && m === n)); });
    return made;
  };

  // --------------------------------------------------------------------------- the timeline
  const LANE = 20, HEAD = 16, NAMES = 130, WIDTH = 1000;
  const across = (index) => NAMES + 8 + (WIDTH - NAMES - 16) * (events.length < 2 ? 0.5 : index / (events.length - 1));
  const timeline = () => {
    const lanes = walks.reduce((sum, each) => sum + each.walk.participants.length, 0);
    const height = HEAD + lanes * LANE + walks.length * 18 + 18;
    const svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": "Timeline: a dot is a step, a shaded stretch a fault, a line a message" });
    const index = walks.map((each) => each.walk.steps.map(() => 0));
    events.forEach(([w, n], i) => { index[w][n] = i; });
    let top = HEAD;
    walks.forEach((each, w) => {
      const { walk } = each;
      svg.append(draw("text", { x: 2, y: top + 4, class: "name", "font-weight": 650 }, walk.variant));
      top += 14;
      const lane = (p) => (p < 0 ? top - 6 : top + p * LANE + 8);
      walk.participants.forEach((name, p) => {
        svg.append(draw("line", { class: "lane", x1: NAMES, x2: WIDTH, y1: lane(p), y2: lane(p) }));
        const cut = name.length > 19 ? `${name.slice(0, 18)}…` : name;
        svg.append(draw("text", { x: 8, y: lane(p) + 4 }, cut));
        stretches(walk, p).forEach(([from, to]) => {
          const x = across(index[w][from]);
          svg.append(draw("rect", { class: "fault", x, y: lane(p) - 8, width: Math.max(2, across(to < walk.steps.length ? index[w][to] : events.length - 1) - x), height: 16 }));
        });
      });
      for (const [sent, ended, sender, recipient, , fate] of walk.flights) {
        if (recipient < 0 || ended === null) continue;
        svg.append(draw("line", { class: fate === "taken up" ? "sent" : "sent gone", x1: across(index[w][sent]), y1: lane(sender), x2: across(index[w][ended]), y2: lane(recipient) }));
      }
      walk.steps.forEach(([, p, , fault], n) => {
        svg.append(draw("circle", { cx: across(index[w][n]), cy: lane(p), r: fault ? 4 : 2.6, class: fault ? "bad" : "" }));
      });
      if (walk.decisive !== null) {
        const x = across(index[w][walk.decisive]);
        svg.append(draw("line", { class: "decisive", x1: x, x2: x, y1: top - 4, y2: top + walk.participants.length * LANE }));
      }
      top += walk.participants.length * LANE + 4;
    });
    const timed = walks.every((each) => each.walk.timed);
    for (let tick = 0; tick <= 8 && events.length > 1; tick += 1) {
      const i = Math.round(tick * (events.length - 1) / 8);
      const [w, n] = events[i];
      const words = timed ? `${seconds(walks[w].walk.steps[n][0])} s` : String(n + 1);
      svg.append(draw("text", { x: across(i), y: top + 10, "text-anchor": tick === 8 ? "end" : "middle" }, words));
    }
    const cursor = draw("line", { class: "cursor", y1: HEAD - 6, y2: top });
    svg.append(cursor);
    svg.addEventListener("click", (click) => {
      const frame = svg.getBoundingClientRect();
      const x = (click.clientX - frame.left) * WIDTH / frame.width;
      go(Math.round((x - NAMES - 8) / (WIDTH - NAMES - 16) * (events.length - 1)));
    });
    timeline.cursor = cursor;
    byId("timeline").replaceChildren(svg);
  };
  const stretches = (walk, p) => {
    const found = [];
    let since = null;
    walk.steps.forEach(([, , moment], n) => {
      const on = data.moments[moment][2].some(([who]) => who === p || who < 0);
      if (on && since === null) since = n;
      if (!on && since !== null) { found.push([since, n]); since = null; }
    });
    if (since !== null) found.push([since, walk.steps.length]);
    return found;
  };
  const seconds = (ns) => (ns / 1e9).toLocaleString("en", { maximumFractionDigits: ns < 1e10 ? 3 : 1 });

  // ---------------------------------------------------------------------------- one moment
  const go = (place) => {
    at = Math.max(0, Math.min(events.length - 1, place));
    const [who, step] = events[at];
    const { walk } = walks[who];
    const [time, , , fault] = walk.steps[step];
    const cells = walks[who].rows[step].children;
    const now = byId("now");
    const when = walk.timed ? `${seconds(time)} s` : `step ${step + 1}`;
    const of = walks.length > 1 ? ` · ${walk.variant}` : "";
    now.replaceChildren(make("span", { class: "at" }, `${at + 1} of ${events.length} · ${when}${of}: `), make("strong", {}, cells[1].textContent), ` ${cells[2].textContent}`);
    now.className = fault ? "fault" : "";
    byId("place").value = at;
    byId("first").disabled = byId("back").disabled = at === 0;
    byId("last").disabled = byId("on").disabled = at === events.length - 1;
    for (const id of ["x1", "x2"]) timeline.cursor.setAttribute(id, across(at));
    walks.forEach((each, w) => {
      let n = -1;
      for (let i = 0; i <= at; i += 1) if (events[i][0] === w) n = events[i][1];
      show(each, n);
    });
    const subject = document.querySelector(".subject.current");
    if (location.protocol !== "about:") history.replaceState(null, "", `#${subject.id}@${at + 1}`);
  };

  const show = (each, n) => {
    each.rows.forEach((row, i) => { row.classList.toggle("here", i === n); row.classList.toggle("later", i > n); });
    const box = each.article.querySelector(".steps");
    if (n >= 0) box.scrollTop = each.rows[n].offsetTop - box.clientHeight / 2;
    const moment = n < 0 ? null : data.moments[each.walk.steps[n][2]];
    each.views.replaceChildren(matrix(each, moment));
    const open = each.walk.flights.filter(([sent, ended]) => sent <= n && (ended === null || ended > n));
    each.flights.replaceChildren(...open.map(([, , sender, recipient, words, fate]) => {
      const name = (p) => (p < 0 ? "somebody" : each.walk.participants[p]);
      const goes = `${sender < 0 ? "outside" : name(sender)} → ${name(recipient)}: ${words}`;
      const lost = fate && fate !== "taken up";
      return make("li", { class: lost ? "late" : "" }, lost ? `✉ ${goes} (will not arrive: ${fate})` : `✉ ${goes}`);
    }));
    if (!open.length) each.flights.append(make("li", { class: "note" }, "no message is on its way"));
    mark(each, moment);
  };

  const matrix = (each, moment) => {
    const table = make("table", { class: "views" });
    const head = make("tr");
    head.append(make("th", { scope: "col" }, "step"));
    const column = (words, p) => {
      const cell = make("th", { scope: "col" });
      const button = make("button", { type: "button", "aria-pressed": String(each.eye === p), title: "Show this on the diagram" }, words);
      button.onclick = () => { each.eye = p; go(at); };
      cell.append(button);
      const on = moment ? moment[2].filter(([who]) => who === p || (who < 0 && p >= 0)) : [];
      for (const [, fault] of on) cell.append(make("span", { class: "down" }, fault));
      head.append(cell);
    };
    column("truth", -1);
    each.walk.participants.forEach((name, p) => column(name, p));
    const body = make("tbody");
    const row = (name, node, truth) => {
      const made = make("tr", moment && moment[4].includes(node) ? { class: "disputed" } : {});
      made.append(make("th", { scope: "row" }, name), truth);
      each.walk.participants.forEach((_, p) => {
        const [now, kept] = [0, 1].map((part) => (moment ? said(data.views[moment[part][p]], node) : ""));
        const shown = now || kept;
        made.append(make("td", { class: shown + (shown && now !== kept ? " unstored" : "") }, shown));
      });
      body.append(made);
    };
    row("the instance", data.whole, make("td", {}, ""));
    for (const node of data.rows) {
      const effect = moment && moment[3].find(([which]) => which === node);
      const [words, kind] = !effect ? ["", ""] : effect[1] > 1 ? [`in effect ×${effect[1]}`, "failed"] : effect[1] === 1 ? ["in effect", "done"] : effect[1] === 0 ? ["taken back", "compensated"] : ["taken back too often", "failed"];
      row(data.nodes[node], node, make("td", { class: kind }, words));
    }
    const top = make("thead");
    top.append(head);
    table.append(top, body);
    return table;
  };
  const said = (view, node) => {
    if (node === data.whole) return view[0] === "unknown" ? "" : view[0];
    const known = view[1].find(([which]) => which === node);
    return known && known[1] !== "unknown" ? known[1] : "";
  };

  const mark = (each, moment) => {
    const kinds = new Map();
    const put = (node, kind) => {
      const box = data.boxes[node];
      if (box >= 0) kinds.set(box, new Set([...(kinds.get(box) || []), kind]));
    };
    if (moment) {
      const views = each.eye < 0 ? moment[0].map((v) => data.views[v]) : [data.views[moment[0][each.eye]]];
      for (const view of views) for (const node of view[2]) put(node, "is-active");
      if (each.eye < 0) {
        for (const [node, net] of moment[3]) put(node, net > 0 ? "is-done" : "is-undone");
        for (const view of views) for (const [node, status] of view[1]) if (status === "failed") put(node, "is-failed");
      } else {
        const kind = { done: "is-done", failed: "is-failed", compensated: "is-undone", running: "is-active" };
        for (const [node, status] of views[0][1]) if (kind[status]) put(node, kind[status]);
      }
      for (const status of new Set(views.map((view) => view[0]))) {
        const ends = data.ends[status] || [];
        if (ends.length === 1) kinds.set(ends[0], new Set(["is-active"]));
      }
    }
    for (const box of each.svg.querySelectorAll("g[data-box]")) {
      const mine = kinds.get(Number(box.dataset.box)) || new Set();
      for (const kind of ["is-active", "is-done", "is-undone", "is-failed"]) box.classList.toggle(kind, mine.has(kind));
    }
  };

  // --------------------------------------------------------------------------- ways to move
  const apart = ([w, n]) => data.moments[walks[w].walk.steps[n][2]][4].length > 0;
  const seek = (fits) => {
    for (let i = at + 1; i < events.length; i += 1) if (fits(i)) return go(i);
    return go(events.length - 1);
  };
  const before = (i) => events.slice(0, i).reverse().find(([w]) => w === events[i][0]);
  const moves = {
    first: () => go(0),
    back: () => go(at - 1),
    on: () => go(at + 1),
    last: () => go(events.length - 1),
    "to-fault": () => seek((i) => walks[events[i][0]].walk.steps[events[i][1]][3]),
    "to-turn": () => seek((i) => apart(events[i]) !== Boolean(before(i) && apart(before(i)))),
    "to-decisive": () => go(events.findIndex(([w, n]) => walks[w].walk.decisive === n)),
  };
  for (const [id, move] of Object.entries(moves)) byId(id).addEventListener("click", move);
  byId("place").addEventListener("input", (input) => go(Number(input.target.value)));
  document.addEventListener("keydown", (key) => {
    if (byId("player").hidden || ["INPUT", "SUMMARY"].includes(key.target.tagName) || key.ctrlKey || key.metaKey || key.altKey) return;
    const name = { ArrowLeft: "back", ArrowRight: "on", Home: "first", End: "last" }[key.key];
    if (name) { moves[name](); key.preventDefault(); }
  });

  for (const subject of subjects) {
    subject.querySelector("summary").addEventListener("click", (click) => {
      click.preventDefault();
      pick(subject);
      if (window.matchMedia("(max-width: 52rem)").matches) byId("player").scrollIntoView();
    });
  }
  document.querySelector(".tools").hidden = false;
  overview();
  filter();
  const [wanted, place] = decodeURIComponent(location.hash.slice(1)).split("@");
  const linked = subjects.find((each) => each.id === wanted);
  const telling = ["ends differently", "hurt", "delayed"].map((label) => subjects.find((each) => each.dataset.labels.split("|").includes(label))).find(Boolean);
  pick(linked || telling || subjects[0], linked ? Number(place || 1) - 1 : 0);
})();
