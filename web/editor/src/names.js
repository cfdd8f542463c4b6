// The names that a document declares, by what can be said with them.
//
// In: the outline, the path of a place and the kinds the schema gives it. Out: names that make
// sense there. The simulator checks references; offering one too many does no harm.

import { find } from "./outline.js";

/** A name no thing has: what the others of a map start from. */
const TEMPLATE = "default";

/** @typedef {import("./outline.js").Thing} Thing */

/** The names in a map at a path. */
function keys(root, path) {
  const names = find(root, path)?.value.entries.filter(({ whole }) => whole) ?? [];
  return names.map(({ key }) => key).filter((name) => name !== TEMPLATE);
}

/** The members of all things of a section, as `owner.member`. */
function members(root, section, ...within) {
  return keys(root, [section]).flatMap((owner) =>
    keys(root, [section, owner, ...within]).map((member) => `${owner}.${member}`),
  );
}

const endpoints = (root) => [...members(root, "services", "endpoints"), ...members(root, "aggregates", "commands")];

const channels = (root) => [
  ...["queues", "exchanges"].flatMap((what) => members(root, "brokers", "rabbitmq", what)),
  ...members(root, "brokers", "kafka", "topics"),
  ...members(root, "stores", "tables").filter((name) => {
    const [store, table] = name.split(".");
    return find(root, ["stores", store, "tables", table, "relay"]) !== null;
  }),
];

const kept = (root) => [...members(root, "stores", "tables"), ...members(root, "stores", "streams")];

const things = (root) => ["clients", "services", "brokers", "stores"].flatMap((section) => keys(root, [section]));

/** Fields that lead to something of one section. */
const BY_FIELD = {
  with: "policies",
  use: "policies",
  type: "types",
  service: "services",
  of: "services",
  scale: "services",
  link: "links",
  saga: "sagas",
  start: "sagas",
  rebuild: "projections",
  client: "clients",
};

/**
 * Names for a value.
 * @param {Thing} root
 * @param {import("./outline.js").Path} path
 * @param {Set<string>} kinds
 * @returns {string[]}
 */
export function namesFor(root, path, kinds) {
  const steps = path.filter((step) => typeof step === "string");
  const field = steps.at(-1) ?? "";
  if (kinds.has("member")) {
    const owner = steps.findLast((step) => ["call", "handles", "publish", "publishes-to", "subscriptions", "append", "read", "insert", "update", "delete"].includes(step));
    if (owner === "call" || owner === "handles") {
      return endpoints(root);
    }
    if (["publish", "publishes-to", "subscriptions", "dead-letter", "alternate", "bindings"].some((step) => steps.includes(step))) {
      return channels(root);
    }
    return owner === undefined ? [...endpoints(root), ...channels(root), ...kept(root)] : kept(root);
  }
  if (kinds.has("path")) {
    return settings(root);
  }
  if (kinds.has("target") || kinds.has("thing")) {
    return things(root);
  }
  if (kinds.has("type-name")) {
    return keys(root, ["types"]);
  }
  if (!kinds.has("reference")) {
    return [];
  }
  if (steps[0] === "links" && (field === "from" || field === "to")) {
    return things(root);
  }
  if (field === "version") {
    return ["base", ...keys(root, ["services"]).flatMap((name) => keys(root, ["services", name, "versions"]))];
  }
  const section = steps.findLast((step) => step in BY_FIELD);
  return section === undefined ? [] : keys(root, [BY_FIELD[section]]);
}

/**
 * Names for a key.
 * @param {Thing} root
 * @param {import("./outline.js").Path} path of the map
 * @param {Set<string>} kinds what its keys are
 * @returns {string[]}
 */
export function keysFor(root, path, kinds) {
  if (kinds.has("type-name") && path.at(-1) === "handles") {
    return keys(root, ["types"]);
  }
  if (kinds.has("path")) {
    return settings(root);
  }
  return path.at(-1) === "scale" ? keys(root, ["services"]) : [];
}

/** More settings than this nobody looks through. */
const MOST_SETTINGS = 500;

/** The paths of what can be set while a scenario runs. */
function settings(root) {
  const found = [];
  const visit = (value, path) => {
    if (found.length >= MOST_SETTINGS) {
      return;
    }
    if (value.kind === "scalar" && path.length > 2) {
      found.push(path.join("."));
    }
    for (const entry of value.entries.filter(({ whole }) => whole)) {
      visit(entry.value, [...path, entry.key]);
    }
  };
  for (const section of ["clients", "services", "policies", "links", "brokers", "stores"]) {
    const there = find(root, [section]);
    if (there !== null) {
      visit(there.value, [section]);
    }
  }
  return found.filter((path) => !/\.(title|http)(\.|$)/.test(path));
}
