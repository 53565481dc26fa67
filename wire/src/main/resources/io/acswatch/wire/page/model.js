// What the picture shows: the two trees of a host laid over each other by place, so that a function
// stands in one row before and after, whatever its address or group number.

const ROOT = /^pci[0-9a-f]+:[0-9a-f]{2}$/;

/** The partitions of a snapshot, by the letters they have in the picture. */
const LISTS = { k: "kernel", l: "derived", s: "strict" };
const PARTITIONS = Object.keys(LISTS);
const GROUPING = /MERGED|SHARED|OWNERSHIP_UNKNOWN|ISOLATION_LOSS/;
const TINTS = 6;

/** So many siblings of no interest in a row become one row. */
const RUN = 8;

/** Hosts up to so many rows are shown unfolded. */
const SMALL = 60;

class Node {
  constructor(path) {
    this.path = path;
    this.before = null;
    this.after = null;
    this.children = [];
    this.parent = null;
    this.depth = 0;
    this.fault = null;
    this.weak = null;
    this.alarm = false;
    this.concerned = false;
    this.found = false;
    this.changed = { k: false, l: false, s: false };
    this.open = true;
  }
  get any() { return this.after ?? this.before; }
  get name() { return this.path.slice(this.path.lastIndexOf("/") + 1); }
}

/** The tree of both snapshots, with what the alerts say of it; its root stands for the host. */
export function build(host) {
  const nodes = new Map();
  const root = new Node("");
  expect(host);
  for (const side of ["before", "after"]) {
    label(host[side]);
    for (const fn of host[side]?.functions ?? []) {
      // After a rescan that renumbered a bus in use, two functions can be at one place.
      fn.place = nodes.get(fn.path)?.[side] ? `${fn.path} ${fn.address}` : fn.path;
      const node = nodes.get(fn.place) ?? new Node(fn.place);
      node[side] = fn;
      nodes.set(fn.place, node);
    }
  }
  const buses = new Map();
  for (const node of nodes.values()) {
    const side = node.after ? "after" : "before";
    const index = node.any.parent;
    node.parent = index === null ? rootBus(buses, root, node.path) : nodes.get(host[side].functions[index].place);
    node.parent.children.push(node);
  }
  const model = { root, nodes };
  order(root);
  compare(model, host);
  alerted(model, host);
  gather(model);
  settle(root, -1);
  return model;
}

/** Gives each function the numbers of its groups; null where it has none. */
function label(snapshot) {
  const byAddress = new Map((snapshot?.functions ?? []).map((fn) => [fn.address, fn]));
  for (const [key, list] of Object.entries(LISTS)) {
    for (const fn of byAddress.values()) fn[key] = null;
    (snapshot?.[list] ?? []).forEach((group, number) => group.forEach((address) => { byAddress.get(address)[key] = number; }));
  }
}

function rootBus(buses, root, path) {
  const name = path.split("/")[0];
  if (!buses.has(name)) {
    const bus = new Node(name);
    bus.parent = root;
    bus.bus = true;
    bus.title = ROOT.test(name) ? `root bus ${name.slice(3)}` : "place not known";
    buses.set(name, bus);
    root.children.push(bus);
  }
  return buses.get(name);
}

function order(node) {
  node.children.sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: a.name.startsWith("vf") }));
  node.children.forEach(order);
}

function settle(node, depth) {
  node.depth = depth;
  for (const child of node.children) settle(child, depth + 1);
}

/** Whose company changed, by each of the partitions. */
function compare(model, host) {
  model.by = Object.fromEntries(PARTITIONS.map((key) => [key, { before: mates(model, "before", key), after: mates(model, "after", key) }]));
  let tint = 0;
  for (const key of PARTITIONS) {
    const tints = new Map();
    for (const side of ["before", "after"]) {
      for (const members of model.by[key][side].values()) {
        if (members.length < 2) continue;
        if (!tints.has(members[0])) tints.set(members[0], tint++ % TINTS);
        members.tint = tints.get(members[0]);
      }
    }
    if (!host.before) continue;
    const { before, after } = model.by[key];
    const same = new Map();
    for (const node of model.nodes.values()) {
      const then = node.before && before.get(node.before[key]);
      const now = node.after && after.get(node.after[key]);
      if (then && now && !same.has(now)) same.set(now, then.length === now.length && then.every((mate) => mate.after && after.get(mate.after[key]) === now));
      node.changed[key] = !then !== !now || (!!then && !same.get(now));
    }
  }
}

/** Members of each group, in the order of the tree. */
function mates(model, side, key) {
  const groups = new Map();
  const visit = (node) => {
    const label = node[side]?.[key] ?? null;
    if (label !== null) {
      if (groups.has(label)) groups.get(label).push(node);
      else groups.set(label, [node]);
    }
    node.children.forEach(visit);
  };
  visit(model.root);
  return groups;
}

/** Marks the ports at fault and the devices of alerts. */
function alerted(model, host) {
  for (const alert of host.alerts) {
    const grave = /critical|high/.test(alert.severity) && GROUPING.test(alert.code);
    for (const device of alert.devices) {
      const node = model.nodes.get(device.path);
      if (node) Object.assign(node, { concerned: true, alarm: node.alarm || grave });
    }
    for (const register of [alert.cause, ...(alert.cause?.also_changed ?? [])]) {
      const node = register?.port_path && register.bits.length ? model.nodes.get(register.port_path) : null;
      if (node && !node.fault) node.fault = register;
    }
  }
}

/** A device whose VM has not come back to it is still that VM's: alerts count it so, and the picture too. */
function expect(host) {
  const awaited = new Map(host.awaited.map((one) => [one.address, one.vm]));
  for (const fn of host.after.functions) fn.awaited = awaited.get(fn.address);
}

const matters = (node) => node.fault || node.concerned || node.weak || node.found || PARTITIONS.some((key) => node.changed[key]);

/** True if something at or below a node is worth to be seen. */
const interesting = (node) => !!matters(node) || node.children.some(interesting);

/** Puts long runs of siblings in which nothing is worth to be seen below a node of their own, beside what is, and VFs. */
function gather(model) {
  const visit = (node) => {
    node.children.forEach(visit);
    const children = [];
    let run = [];
    const beside = node.children.some(interesting);
    const end = () => {
      if (run.length >= RUN && (beside || run.every((child) => child.any?.vf))) children.push(gathered(run));
      else children.push(...run);
      run = [];
    };
    for (const child of node.children) {
      if (interesting(child)) {
        end();
        children.push(child);
      } else {
        run.push(child);
      }
    }
    end();
    for (const child of children) child.parent = node;
    node.children = children;
  };
  if (model.nodes.size > SMALL) visit(model.root);
}

function gathered(run) {
  const node = new Node(`${run[0].path} to ${run.at(-1).path}`);
  node.children = run;
  for (const child of run) child.parent = node;
  const what = run.every((child) => child.bus) ? "root buses" : run.every((child) => child.any?.vf) ? "virtual functions" : "more";
  node.title = `${run.length.toLocaleString()} ${what}`;
  return node;
}

/** Marks weak points. */
export function weaken(model, points) {
  const places = new Map([...model.nodes.values()].filter((node) => node.after).map((node) => [node.after.address, node]));
  for (const point of points) {
    for (const address of point.functions) {
      const node = places.get(address);
      if (node && !node.weak) node.weak = point;
    }
  }
}

/** Folds what is of no interest where there is too much to see. */
export function fold(model) {
  const large = model.nodes.size > SMALL;
  const visit = (node) => {
    let inside = false;
    for (const child of node.children) inside = visit(child) || inside;
    // What lies below an open node is seen; a weak point is seen at the node itself.
    node.open = node.depth < 0 || !large || inside || !!node.fault;
    return inside || !!(node.fault || node.concerned || PARTITIONS.some((key) => node.changed[key]));
  };
  if (!visit(model.root)) for (const bus of model.root.children) bus.open = true;
}

/** Unfolds all. */
export function unfold(model) {
  const visit = (node) => { node.open = true; node.children.forEach(visit); };
  visit(model.root);
}

/** Unfolds what is above a node. */
export function reveal(node) {
  for (let above = node.parent; above; above = above.parent) above.open = true;
}

/** Functions whose address, VM, driver or place holds a text, in the order of the tree. */
export function find(model, text) {
  const sought = text.toLowerCase();
  const found = [];
  const visit = (node) => {
    node.found = !!sought && ["before", "after"].some((side) => node[side] && [node[side].address, node[side].owner, node[side].driver, node.path].some((word) => word?.toLowerCase().includes(sought)));
    if (node.found) found.push(node);
    node.children.forEach(visit);
  };
  visit(model.root);
  return found;
}

/** Rows from top to bottom. */
export function rows(model) {
  const list = [];
  const visit = (node) => {
    if (node.depth >= 0) list.push(node);
    if (node.open || node.depth < 0) node.children.forEach(visit);
  };
  visit(model.root);
  return list;
}

/** All functions at and below a node. */
export function below(node) {
  return [...(node.any ? [node] : []), ...node.children.flatMap(below)];
}

/** Owners of the endpoints of a group, those that are awaited too. */
export const owners = (members, side) => [...new Set(members.map((node) => node[side] && holder(node[side])).filter((owner) => owner))].sort();

/** The VM that a function is of: it has it, or had it before and is awaited. */
export const holder = (fn) => fn.owner ?? fn.awaited ?? null;
