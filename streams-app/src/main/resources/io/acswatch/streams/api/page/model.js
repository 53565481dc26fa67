// What the picture shows: the two trees of a host laid over each other by place, so that a function
// stands in one row before and after, whatever its address or group number.

const ROOT = /^pci[0-9a-f]+:[0-9a-f]{2}$/;

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
    this.changed = false;
    this.concerned = false;
    this.open = true;
  }
  get any() { return this.after ?? this.before; }
  get name() { return this.path.slice(this.path.lastIndexOf("/") + 1); }
}

/** The tree of both snapshots; its root stands for the host. */
export function build(host) {
  const nodes = new Map();
  const root = new Node("");
  for (const side of ["before", "after"]) {
    for (const fn of host[side]?.functions ?? []) {
      const node = nodes.get(fn.path) ?? new Node(fn.path);
      node[side] = fn;
      nodes.set(fn.path, node);
    }
  }
  for (const node of [...nodes.values()]) {
    const side = node.after ? "after" : "before";
    const index = node.any.parent;
    const above = index === null ? rootBus(nodes, root, node.path) : nodes.get(host[side].functions[index].path);
    node.parent = above;
    above.children.push(node);
  }
  let n = 0;
  const settle = (node, depth) => {
    node.depth = depth;
    node.number = n++;
    node.children.sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: a.name.startsWith("vf") }));
    for (const child of node.children) settle(child, depth + 1);
    node.size = node.children.reduce((sum, child) => sum + child.size, node.any ? 1 : 0);
  };
  settle(root, -1);
  return { root, nodes };
}

function rootBus(nodes, root, path) {
  const name = path.split("/")[0];
  let bus = root.children.find((child) => child.path === name);
  if (!bus) {
    bus = new Node(name);
    bus.parent = root;
    bus.bus = ROOT.test(name) ? `root bus ${name.slice(3)}` : "place not known";
    root.children.push(bus);
  }
  return bus;
}

/** Marks the ports at fault, the devices of alerts, weak points, and what changed its group. */
export function mark(model, host, weakPoints, key) {
  for (const node of model.nodes.values()) {
    node.fault = null;
    node.weak = null;
    node.concerned = false;
  }
  for (const alert of host.alerts) {
    for (const device of alert.devices) flag(model.nodes.get(device.path), "concerned", true);
    for (const register of [alert.cause, ...(alert.cause?.also_changed ?? [])]) {
      if (register?.port_path && register.bits.length) {
        const node = model.nodes.get(register.port_path);
        if (node && !node.fault) node.fault = register;
      }
    }
  }
  const places = new Map([...model.nodes.values()].filter((node) => node.after).map((node) => [node.after.address, node]));
  for (const point of weakPoints ?? []) for (const address of point.functions) flag(places.get(address), "weak", point);
  const mates = (side) => {
    const groups = new Map();
    for (const node of model.nodes.values()) {
      const label = node[side]?.[key] ?? null;
      if (label !== null) groups.set(label, [...(groups.get(label) ?? []), node]);
    }
    return groups;
  };
  model.groups = { before: mates("before"), after: mates("after") };
  for (const node of model.nodes.values()) {
    const then = node.before && model.groups.before.get(node.before[key]);
    const now = node.after && model.groups.after.get(node.after[key]);
    node.changed = !!host.before && (!then !== !now || (!!then && (then.length !== now.length || then.some((mate) => !now.includes(mate)))));
  }
}

function flag(node, name, value) {
  if (node && !node[name]) node[name] = value;
}

/** Folds what is of no interest where there is too much to see. */
export function fold(model, limit = 60) {
  const all = model.nodes.size + model.root.children.length;
  const visit = (node) => {
    let interest = !!node.fault || node.concerned || node.changed || !!node.weak;
    for (const child of node.children) interest = visit(child) || interest;
    node.open = all <= limit || interest || node.depth < 0;
    return interest;
  };
  const interesting = visit(model.root);
  if (!interesting) for (const bus of model.root.children) bus.open = true;
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

/** Owners of the endpoints of a group. */
export const owners = (members, side) => [...new Set(members.map((node) => node[side]?.owner).filter((owner) => owner))].sort();
