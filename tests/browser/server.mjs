// A static file server for the built page.
//
// In: a folder. Out: an address under which that folder, and nothing else, can be read. It serves
// under a nested path on purpose: a page that works there works under any path of any host.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize, sep } from "node:path";

const BASE_PATH = "/some/nested/path/";

const TYPES = new Map([
  [".css", "text/css; charset=utf-8"],
  [".html", "text/html; charset=utf-8"],
  [".js", "text/javascript; charset=utf-8"],
  [".mjs", "text/javascript; charset=utf-8"],
  [".json", "application/json; charset=utf-8"],
  [".png", "image/png"],
  [".svg", "image/svg+xml"],
  [".txt", "text/plain; charset=utf-8"],
  [".wasm", "application/wasm"],
  [".woff2", "font/woff2"],
  [".yaml", "text/yaml; charset=utf-8"],
  [".yml", "text/yaml; charset=utf-8"],
]);

/** The file in `folder` that a request's path names; `null` when it names none. */
function fileFor(folder, url) {
  let path;
  try {
    path = decodeURIComponent(new URL(url, "http://host").pathname);
  } catch {
    return null;
  }
  if (!path.startsWith(BASE_PATH)) {
    return null;
  }
  const name = path.slice(BASE_PATH.length);
  const file = normalize(join(folder, name === "" ? "index.html" : name));
  return file.startsWith(folder + sep) ? file : null;
}

// With these a page is alone in its process, and its clock steps by 5 µs instead of 100 µs.
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** Serves `folder` on a free port of this machine until `close` is called. */
export async function serve(folder, { isolated = false } = {}) {
  const root = normalize(folder);
  const server = createServer(async (request, response) => {
    const file = request.method === "GET" || request.method === "HEAD" ? fileFor(root, request.url) : null;
    let body = null;
    if (file !== null) {
      // A folder, or a file that is not there: both are answered with 404.
      body = await readFile(file).catch(() => null);
    }
    if (body === null) {
      response.writeHead(404, { "content-type": "text/plain" }).end("not found\n");
      return;
    }
    response.writeHead(200, {
      "content-type": TYPES.get(extname(file)) ?? "application/octet-stream",
      "content-length": body.length,
      "cache-control": "no-store",
      ...(isolated ? ISOLATED : {}),
    });
    response.end(request.method === "HEAD" ? undefined : body);
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    url: `http://127.0.0.1:${server.address().port}${BASE_PATH}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}
