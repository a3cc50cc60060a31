"use strict";
// The page's only script: reads the data of the page, draws the timeline, opens evidence, sorts tables. It makes elements and
// texts; nothing of the data ever becomes markup. No request is made.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const WIDTH = 1040, LABEL = 84, LANE = 44, BIN = 6, TOP = 20, BAR = 20, LISTED = 60, LONG = 200;
  const $ = (id) => document.getElementById(id);
  const make = (tag, text, name) => {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (name) made.className = name;
    return made;
  };
  const draw = (tag, attributes, text) => {
    const made = document.createElementNS(SVG, tag);
    for (const name in attributes) made.setAttribute(name, attributes[name]);
    if (text !== undefined) made.textContent = text;
    return made;
  };
  document.documentElement.classList.add("js");

  // ---- data
  let D = null, times = null, place = new Map();
  async function read() {
    const packed = Uint8Array.from(atob($("events").textContent.trim()), (sign) => sign.charCodeAt(0));
    const open = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    const data = JSON.parse(await new Response(open).text());
    times = new Float64Array(data.dt.length);
    let at = 0;
    data.dt.forEach((step, i) => { at += step; times[i] = at; });
    data.id.forEach((id, i) => place.set(id, i));
    return data;
  }
  const text = (column, i) => D.texts[D[column][i]];
  const stageName = (stage) => D.stages[stage] || stage;
  function clock(us, exact) {
    const at = new Date(D.t0 + us / 1000).toISOString();
    return (view.end > 864e8 ? at.slice(0, 10) + " " : "") + at.slice(11, exact ? 23 : 19) + "Z";
  }

  // ---- evidence
  const dialog = $("evidence");
  function put(title, parts) {
    $("evidence-title").textContent = title;
    $("evidence-body").replaceChildren(...parts);
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
    $("evidence-title").focus();
  }
  function show(id) {
    const i = place.get(id);
    if (i === undefined) { put(id, [make("p", D ? D.words.not_here : $("tl-failed").textContent)]); return; }
    const F = D.words.fields, table = make("table", undefined, "form"), body = make("tbody");
    const parts = [];
    const row = (name, value) => {
      if (!value) return;
      const line = make("tr"), head = make("th", F[name] || name), cell = make("td", undefined, "mono");
      head.scope = "row";
      cell.append(value instanceof Node ? value : String(value));
      line.append(head, cell);
      body.append(line);
    };
    row("time", clock(times[i], true));
    row("kind", text("kind", i));
    row("subject", text("who", i));
    row("stage", stageName(text("stage", i)));
    row("scenario", text("scenario", i));
    const more = D.more[i];
    let found = null;
    for (let k = 0; k < more.length; k += 2) {
      const field = D.fields[more[k]];
      if (field === "stack") {
        const list = make("ol", undefined, "stack mono");
        for (const frame of D.stacks[more[k + 1]]) list.append(make("li", D.texts[Math.abs(frame)], frame < 0 ? "own" : ""));
        row("stack", list);
      } else if (field === "image") {
        const picture = make("img");
        picture.src = D.texts[more[k + 1]];
        picture.alt = id + " " + text("title", i);
        parts.push(picture);
      } else if (field === "found") {
        found = make("span", D.texts[more[k + 1]]);
        row("found", found);
      } else if (field === "matched" && found) {
        found.append(make("mark", D.texts[more[k + 1]]));
      } else if (field === "after" && found) {
        found.append(D.texts[more[k + 1]]);
      } else row(field, D.texts[more[k + 1]]);
    }
    if (D.finding[i]) {
      const link = make("a", D.words.finding + " " + D.finding[i]);
      link.href = "#finding-" + D.finding[i];
      link.addEventListener("click", () => dialog.close());
      row("finding", link);
    }
    table.append(body);
    put(id + " · " + text("title", i), [table, ...parts]);
  }
  function link(id) {
    const button = make("button", id, "link");
    button.type = "button";
    button.addEventListener("click", () => show(id));
    return button;
  }
  $("evidence-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  const ID = /[cfvt]\d+(?:@[0-9a-f]+)?/g;
  function linked(node) {
    const made = [];
    let last = 0;
    for (const found of node.textContent.matchAll(ID)) {
      if (!place.has(found[0])) continue;
      made.push(node.textContent.slice(last, found.index), link(found[0]));
      last = found.index + found[0].length;
    }
    if (made.length) node.replaceChildren(...made, node.textContent.slice(last));
  }

  // ---- tables
  function sortable(table, W) {
    const heads = table.tHead.rows[0].cells, body = table.tBodies[0];
    for (const head of heads) {
      const button = make("button", head.textContent, "sorter");
      button.type = "button";
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const key = (row) => row.cells[head.cellIndex].textContent.trim();
        const number = (word) => /^-?[\d,]+(\.\d+)?(?![\d:.])/.test(word) ? parseFloat(word.replace(/,/g, "")) : NaN;
        const rows = [...body.rows].map((row) => [key(row), row]);
        const numeric = rows.every(([word]) => word === "–" || word === "" || !Number.isNaN(number(word)));
        rows.sort(([a], [b]) => numeric ? (number(a) || 0) - (number(b) || 0) : a.localeCompare(b, document.documentElement.lang));
        if (!up) rows.reverse();
        body.append(...rows.map(([, row]) => row));
      });
    }
    if (!table.classList.contains("filter") || body.rows.length < 8) return;
    const box = make("label", W.filter_text + " ", "filterbox"), input = make("input");
    input.type = "search";
    box.append(input);
    table.before(box);
    input.addEventListener("input", () => {
      const word = input.value.trim().toLowerCase();
      for (const row of body.rows) row.hidden = word !== "" && !row.textContent.toLowerCase().includes(word);
    });
  }

  // ---- timeline
  const view = { from: 0, to: 1, end: 1 };
  const want = { who: -1, kind: -1, stage: -1, scenario: -1, cited: false };
  let focus = null, svg = null, bins = [];
  function first(at) {
    let low = 0, high = times.length;
    while (low < high) { const mid = (low + high) >> 1; if (times[mid] < at) low = mid + 1; else high = mid; }
    return low;
  }
  function passes(i) {
    return (want.who < 0 || D.who[i] === want.who) && (want.kind < 0 || D.kind[i] === want.kind)
      && (want.stage < 0 || D.stage[i] === want.stage) && (want.scenario < 0 || D.scenario[i] === want.scenario)
      && (!want.cited || D.finding[i] > 0);
  }
  const xOf = (us) => LABEL + (us - view.from) / (view.to - view.from) * (WIDTH - LABEL - 6);
  const usOf = (x) => view.from + (x - LABEL) / (WIDTH - LABEL - 6) * (view.to - view.from);
  function look(from, to) {
    const least = Math.min(2000, view.end);
    let span = Math.min(Math.max(to - from, least), view.end), middle = (from + to) / 2;
    view.from = Math.max(0, Math.min(middle - span / 2, view.end - span));
    view.to = view.from + span;
    render();
  }
  const zoom = (by, around) => {
    const at = around === undefined ? (view.from + view.to) / 2 : around, span = (view.to - view.from) * by;
    const share = (at - view.from) / (view.to - view.from);
    look(at - span * share, at + span * (1 - share));
  };
  const move = (share) => { const by = (view.to - view.from) * share; look(view.from + by, view.to + by); };
  function render() {
    const lanes = D.lanes.length, height = TOP + lanes * LANE + BAR + 4, across = Math.ceil((WIDTH - LABEL - 6) / BIN);
    const counts = Array.from({ length: lanes }, () => new Map());
    const listed = [];
    let total = 0;
    for (let i = first(view.from), stop = first(view.to + 1); i < stop; i++) {
      if (!passes(i)) continue;
      total++;
      if (listed.length < LISTED) listed.push(i);
      const bin = Math.min(across - 1, Math.floor((xOf(times[i]) - LABEL) / BIN)), lane = counts[D.lane[i]];
      const there = lane.get(bin);
      if (there) { there.count++; there.last = i; if (D.finding[i] && !there.cited) there.cited = i + 1; if (there.all.length < LONG) there.all.push(i); }
      else lane.set(bin, { bin, count: 1, first: i, last: i, cited: D.finding[i] ? i + 1 : 0, all: [i] });
    }
    const made = draw("svg", { viewBox: `0 0 ${WIDTH} ${height}`, role: "group", "aria-describedby": "tl-help" });
    made.setAttribute("aria-label", $("timeline").textContent);
    ticks(made, height);
    bars(made, height);
    bins = [];
    let most = 1;
    for (const lane of counts) for (const there of lane.values()) most = Math.max(most, there.count);
    D.lanes.forEach((name, n) => {
      const base = TOP + (n + 1) * LANE - 6;
      made.append(draw("text", { x: 0, y: base - 8 }, D.words.lanes[name]), draw("line", { class: "grid", x1: LABEL, x2: WIDTH, y1: base, y2: base }));
      for (const there of [...counts[n].values()].sort((a, b) => a.bin - b.bin)) {
        const size = 6 + (LANE - 18) * (most > 1 ? Math.log(there.count) / Math.log(most) : 0), x = LABEL + there.bin * BIN;
        const group = draw("g", { role: "button", tabindex: -1, "aria-label": told(there, name) });
        group.append(draw("rect", { class: "halo", x: x - 2, y: TOP + n * LANE + 1, width: BIN + 3, height: LANE - 4, rx: 2 }),
          draw("rect", { class: there.cited ? "cited" : "m-" + name, x, y: base - size, width: BIN - 1, height: size }));
        if (there.cited) group.append(draw("path", { class: "cited", d: `M${x + 2.5} ${base - size - 8} l4.5 7 h-9 Z` }));
        group.append(draw("title", {}, told(there, name)));
        const slot = { lane: n, bin: there.bin, group, there };
        group.addEventListener("click", () => { focus = [n, there.bin]; activate(slot); });
        group.addEventListener("focus", () => { focus = [n, there.bin]; });
        bins.push(slot);
        made.append(group);
      }
    });
    const chosen = focus && bins.find((slot) => slot.lane === focus[0] && slot.bin === focus[1]);
    const stop = chosen || bins[0];
    if (stop) stop.group.setAttribute("tabindex", 0);
    const had = svg && svg.contains(document.activeElement);
    $("tl-plot").replaceChildren(made);
    svg = made;
    if (had && stop) stop.group.focus({ preventScroll: true });
    $("tl-status").textContent = `${total.toLocaleString("en")} ${D.words.in_view} · ${clock(view.from, true)} – ${clock(view.to, true)}`;
    list(listed, total);
  }
  function told(there, lane) {
    if (there.count === 1) return `${D.id[there.first]} ${text("title", there.first)} · ${clock(times[there.first], true)} · ${text("who", there.first)}`
      + (D.finding[there.first] ? ` · ${D.words.finding} ${D.finding[there.first]}` : "");
    return `${there.count.toLocaleString("en")} ${D.words.lanes[lane]} · ${clock(times[there.first], true)} – ${clock(times[there.last], true)}`
      + (there.cited ? ` · ${D.words.finding} ${D.finding[there.cited - 1]}` : "");
  }
  function activate(slot) {
    const there = slot.there;
    if (there.count === 1) { show(D.id[there.first]); return; }
    const table = make("table"), body = make("tbody");
    for (const i of there.all) body.append(line(i));
    table.append(body);
    const parts = [table];
    if (there.count > there.all.length) parts.push(make("p", `+ ${there.count - there.all.length} ${D.words.list_more}`, "ids"));
    put(told(there, D.lanes[slot.lane]), parts);
  }
  function line(i) {
    const row = make("tr"), cell = (value) => { const made = make("td"); made.append(value); return made; };
    row.append(cell(clock(times[i], true)), cell(link(D.id[i])), cell(text("kind", i)), cell(text("title", i)), cell(text("who", i)),
      cell(stageName(text("stage", i))), cell(D.finding[i] ? String(D.finding[i]) : ""));
    return row;
  }
  function list(listed, total) {
    $("tl-list").tBodies[0].replaceChildren(...listed.map(line));
    $("tl-more").textContent = total > listed.length ? `+ ${(total - listed.length).toLocaleString("en")} ${D.words.list_more}` : "";
  }
  function ticks(made, height) {
    const span = view.to - view.from, steps = [1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7, 2e7, 3e7, 6e7, 12e7, 3e8, 6e8, 18e8, 36e8, 72e8, 216e8, 864e8];
    const fits = view.end > 864e8 ? 5 : 9, step = steps.find((one) => span / one <= fits) || Math.ceil(span / fits / 864e8) * 864e8, offset = (D.t0 * 1000) % step;
    for (let at = Math.ceil((view.from + offset) / step) * step - offset; at <= view.to; at += step) {
      const x = xOf(at).toFixed(1);
      made.append(draw("line", { class: "tick", x1: x, x2: x, y1: TOP - 4, y2: height }), draw("text", { x, y: 11, "text-anchor": xOf(at) > WIDTH - 40 ? "end" : "middle" }, clock(at, step < 1e6)));
    }
  }
  function bars(made, height) {
    const y = height - BAR;
    for (const [scenario, stage, from, to] of D.bars) {
      if (to < view.from || from > view.to) continue;
      const x = Math.max(LABEL, xOf(from)), end = Math.min(WIDTH - 6, xOf(to)), name = stageName(D.texts[stage]);
      const width = Math.max(1, end - x), known = /^[a-z_]+$/.test(D.texts[stage]) ? D.texts[stage] : "unknown";
      const bar = draw("rect", { class: "s-" + known, x, y, width, height: BAR });
      bar.append(draw("title", {}, `${name} · ${D.texts[scenario]}`));
      made.append(bar);
      if (width > name.length * (/[\u3000-\u9fff]/.test(name) ? 12 : 6) + 8) made.append(draw("text", { class: "bar", x: x + 4, y: y + 14 }, name));
    }
    made.append(draw("text", { x: 0, y: y + 14 }, D.words.stage));
  }
  function step(by, lanes) {
    const here = focus && bins.find((slot) => slot.lane === focus[0] && slot.bin === focus[1]) || bins[0];
    if (!here) return;
    let next;
    if (lanes) {
      for (let n = here.lane + lanes; n >= 0 && n < D.lanes.length && !next; n += lanes) {
        const there = bins.filter((slot) => slot.lane === n);
        next = there.sort((a, b) => Math.abs(a.bin - here.bin) - Math.abs(b.bin - here.bin))[0];
      }
    } else {
      const mine = bins.filter((slot) => slot.lane === here.lane);
      next = mine[mine.indexOf(here) + by];
    }
    if (!next) return;
    here.group.setAttribute("tabindex", -1);
    next.group.setAttribute("tabindex", 0);
    next.group.focus({ preventScroll: true });
  }
  function choices(select, column, name) {
    const counted = new Map();
    D[column].forEach((one) => counted.set(one, (counted.get(one) || 0) + 1));
    const ordered = [...counted].filter(([one]) => D.texts[one]).sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    for (const [one, count] of ordered) {
      const option = make("option", `${name(D.texts[one])} (${count.toLocaleString("en")})`);
      option.value = one;
      select.append(option);
    }
    select.addEventListener("change", () => {
      want[column] = select.value === "" ? -1 : Number(select.value);
      if (column === "scenario") {
        const mine = D.bars.filter((bar) => want.scenario < 0 || bar[0] === want.scenario);
        if (mine.length) { look(Math.min(...mine.map((bar) => bar[2])), Math.max(...mine.map((bar) => bar[3]))); return; }
      }
      render();
    });
  }
  function drag(plot) {
    let begun = null, shade = null;
    const at = (event) => { const box = svg.getBoundingClientRect(); return Math.max(LABEL, Math.min(WIDTH - 6, (event.clientX - box.left) / box.width * WIDTH)); };
    plot.addEventListener("pointerdown", (event) => { if (event.button === 0 && svg) begun = at(event); });
    addEventListener("pointermove", (event) => {
      if (begun === null || Math.abs(at(event) - begun) < 8 && !shade) return;
      if (!shade) { shade = draw("rect", { class: "select", y: TOP, height: D.lanes.length * LANE }); svg.append(shade); }
      shade.setAttribute("x", Math.min(begun, at(event)));
      shade.setAttribute("width", Math.abs(at(event) - begun));
    });
    addEventListener("pointerup", (event) => {
      if (begun !== null && shade) { const a = usOf(begun), b = usOf(at(event)); shade = begun = null; look(Math.min(a, b), Math.max(a, b)); }
      begun = null;
    });
    plot.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.shiftKey) return;
      event.preventDefault();
      zoom(event.deltaY > 0 ? 1.25 : 0.8, usOf(at(event)));
    }, { passive: false });
    plot.addEventListener("keydown", (event) => {
      const acts = { ArrowRight: () => step(1), ArrowLeft: () => step(-1), ArrowUp: () => step(0, -1), ArrowDown: () => step(0, 1), "+": () => zoom(0.5), "=": () => zoom(0.5), "-": () => zoom(2), PageUp: () => move(-0.8), PageDown: () => move(0.8), Home: () => look(0, view.end) };
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Enter" || event.key === " ") {
        const here = bins.find((slot) => slot.group === event.target);
        if (here) { event.preventDefault(); activate(here); }
      } else if (acts[event.key]) { event.preventDefault(); acts[event.key](); }
    });
  }
  function begin() {
    view.end = Math.max(1, times.length ? times[times.length - 1] : 1, ...D.bars.map((bar) => bar[3]));
    view.to = view.end;
    const known = (scenario) => D.scenarios[scenario] || scenario;
    choices($("tl-who"), "who", (one) => one);
    choices($("tl-kind"), "kind", (one) => one);
    choices($("tl-stage"), "stage", stageName);
    choices($("tl-scenario"), "scenario", known);
    $("tl-cited").addEventListener("change", (event) => { want.cited = event.target.checked; render(); });
    $("tl-in").addEventListener("click", () => zoom(0.5));
    $("tl-out").addEventListener("click", () => zoom(2));
    $("tl-earlier").addEventListener("click", () => move(-0.6));
    $("tl-later").addEventListener("click", () => move(0.6));
    $("tl-whole").addEventListener("click", () => look(0, view.end));
    drag($("tl-plot"));
    $("tl").hidden = false;
    render();
  }
  read().then((data) => {
    D = data;
    begin();
    document.documentElement.dataset.ready = "yes";
    const later = [...[...document.querySelectorAll("table.sortable")].map((table) => () => sortable(table, D.words)),
      ...[...document.querySelectorAll(".ev")].map((node) => () => linked(node))];
    // A long report has thousands of ids: they become buttons bit by bit, so that the page answers meanwhile.
    let done = 0;
    const go = () => {
      const until = performance.now() + 12;
      while (done < later.length && performance.now() < until) later[done++]();
      if (done < later.length) setTimeout(go);
      else document.documentElement.dataset.done = "yes";
    };
    go();
  }).catch((bad) => {
    document.documentElement.classList.remove("js");
    $("tl-failed").hidden = false;
    console.error(bad);
  });

  let shut = [];
  addEventListener("beforeprint", () => { shut = [...document.querySelectorAll("details:not([open]):not(.bulk)")]; shut.forEach((one) => { one.open = true; }); });
  addEventListener("afterprint", () => { shut.forEach((one) => { one.open = false; }); shut = []; });
})();
