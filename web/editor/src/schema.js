// What the JSON Schema of the document says about a place in it.
//
// In: the schema and a path. Out: the fields, words and kinds of names that can stand there, each
// with what it is for. Only what our own schema uses is understood; what is not understood offers
// nothing.

/**
 * @typedef {object} Leaf one of the things that may stand at a place
 * @property {object} schema
 * @property {string[]} kinds the definitions it came through, the outermost first
 * @property {string[]} about what they say it is for, the outermost first
 *
 * @typedef {object} Field
 * @property {string} name
 * @property {string[]} about
 * @property {"map" | "list" | "value"} takes
 */

/** Definitions that refer to each other deeper than this lead nowhere. */
const DEEPEST = 12;

/** @returns {Leaf[]} */
function leaves(root, schema, kinds = [], about = [], depth = 0) {
  if (typeof schema !== "object" || schema === null || depth > DEEPEST) {
    return [];
  }
  const said = typeof schema.description === "string" ? [...about, schema.description] : about;
  if (typeof schema.$ref === "string") {
    const kind = schema.$ref.replace("#/$defs/", "");
    return leaves(root, root.$defs?.[kind], [...kinds, kind], said, depth + 1);
  }
  const branches = schema.anyOf ?? (schema.properties === undefined ? schema.oneOf : undefined);
  if (Array.isArray(branches)) {
    return branches.flatMap((branch) => leaves(root, branch, kinds, said, depth + 1));
  }
  return [{ schema, kinds, about: said }];
}

/** @returns {Leaf[]} */
function below(root, leaf, step) {
  const { schema } = leaf;
  if (typeof step === "number") {
    return leaves(root, schema.items);
  }
  return leaves(root, schema.properties?.[step] ?? schema.additionalProperties);
}

/**
 * What may stand at a path.
 * @param {object} root the schema
 * @param {import("./outline.js").Path} path
 * @returns {Leaf[]}
 */
export function at(root, path) {
  return path.reduce((here, step) => here.flatMap((leaf) => below(root, leaf, step)), leaves(root, root));
}

/**
 * What the field at a path is for, from the most particular to the most general.
 * @returns {string[]}
 */
export function about(root, path) {
  return [...new Set(at(root, path).flatMap((leaf) => leaf.about))];
}

/** The words that may stand at a place. */
export function words(found) {
  const all = found.flatMap(({ schema }) => (Array.isArray(schema.enum) ? schema.enum : []));
  const plain = all.filter((word) => typeof word === "string" && !/^\d+$/.test(word));
  // In some places `yes` and `True` are read as well; one spelling is enough to offer.
  const truths = all.filter((word) => typeof word === "boolean").map(String);
  const other = truths.length > 0 ? plain.filter((word) => !/^(true|false|yes|no)$/i.test(word)) : plain;
  return [...new Set([...truths, ...other])];
}

/** The definitions that what stands at a place came through. */
export function kinds(found) {
  return new Set(found.flatMap((leaf) => leaf.kinds));
}

/**
 * The fields that may be added to a map that has those of `beside`.
 * @param {Leaf[]} found
 * @param {string[]} beside
 * @returns {Field[]}
 */
export function fields(root, found, beside) {
  const maps = found.filter(({ schema }) => schema.properties !== undefined);
  // What is there already says which of several forms is being written.
  const fitting = maps.filter(({ schema }) => beside.every((key) => key in schema.properties));
  const offered = new Map();
  for (const { schema } of fitting.length > 0 ? fitting : maps) {
    if (schema.maxProperties !== undefined && beside.length >= schema.maxProperties) {
      continue;
    }
    const verbs = (schema.oneOf ?? []).flatMap(({ required }) => required ?? []);
    const hasVerb = beside.some((key) => verbs.includes(key));
    for (const [name, value] of Object.entries(schema.properties)) {
      if (beside.includes(name) || (hasVerb && verbs.includes(name)) || offered.has(name)) {
        continue;
      }
      const inside = leaves(root, value);
      offered.set(name, { name, about: [...new Set(inside.flatMap((leaf) => leaf.about))], takes: takes(inside) });
    }
  }
  return [...offered.values()];
}

function takes(inside) {
  const is = (kind) => ({ schema }) =>
    kind === "map"
      ? schema.properties !== undefined || schema.additionalProperties !== undefined
      : schema.items !== undefined;
  if (inside.length > 0 && inside.every(is("map"))) {
    return "map";
  }
  return inside.length > 0 && inside.every(is("list")) ? "list" : "value";
}

/** The definition of the names that are keys of the maps at a place. */
export function keyKinds(found) {
  return new Set(
    found.flatMap(({ schema }) => {
      const reference = schema.propertyNames?.$ref;
      return typeof reference === "string" ? [reference.replace("#/$defs/", "")] : [];
    }),
  );
}
