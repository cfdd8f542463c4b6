import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { namesFor } from "./names.js";
import { outline } from "./outline.js";
import { about, at, fields, kinds, words } from "./schema.js";

const schema = JSON.parse(
  await readFile(join(import.meta.dirname, "../../../static/schema/scenario-1.json"), "utf8"),
);
const offered = (path, beside = []) => fields(schema, at(schema, path), beside).map(({ name }) => name);

test("the sections of a document are offered, without those it has", () => {
  assert.ok(offered([]).includes("services"));
  assert.ok(!offered([], ["services"]).includes("services"));
});

test("a step has one verb, and what stands beside it", () => {
  const path = ["services", "orders", "endpoints", "place", "do", 0];
  assert.ok(offered(path).includes("work"));
  assert.ok(!offered(path, ["call"]).includes("work"));
  assert.ok(offered([...path, "call"]).includes("with"));
});

test("a policy has one kind", () => {
  assert.ok(offered(["policies", "patience"]).includes("timeout"));
  assert.deepEqual(offered(["policies", "patience"], ["timeout"]), []);
});

test("words are offered where words stand", () => {
  assert.ok(words(at(schema, ["services", "a", "speaks"])).includes("grpc"));
  assert.deepEqual(words(at(schema, ["services", "a", "external"])), ["true", "false"]);
});

test("fields say what they are for, and what may stand there", () => {
  const said = about(schema, ["horizon"]);
  assert.match(said[0], /How long the run lasts/);
  assert.match(said[1], /300ms/);
});

test("names come from the document", () => {
  const root = outline(`
services:
  orders:
    endpoints: {place: {do: {work: 1ms}}, cancel: {do: {work: 1ms}}}
policies:
  patience: {timeout: 2s}
brokers:
  jobs: {rabbitmq: {queues: {parcels: classic}}}
`);
  const names = (path) => namesFor(root, path, kinds(at(schema, path)));
  const steps = ["clients", "c", "do", 0];
  assert.deepEqual(names([...steps, "call"]), ["orders.place", "orders.cancel"]);
  assert.deepEqual(names([...steps, "call", "to"]), ["orders.place", "orders.cancel"]);
  assert.deepEqual(names([...steps, "call", "with"]), ["patience"]);
  assert.deepEqual(names([...steps, "call", "with", 0]), ["patience"]);
  assert.deepEqual(names([...steps, "publish", "to"]), ["jobs.parcels"]);
  assert.deepEqual(names(["timeline", 0, "fault", "crash"]), ["orders", "jobs"]);
  assert.ok(names(["knobs", "limit", "set"]).includes("policies.patience.timeout"));
});
