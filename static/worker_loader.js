// Starts the simulation worker: Trunk builds `worker.js` with its program beside it.
//
// Not Trunk's own loader: that one passes the program's address in a way the glue warns of, so
// that the console would not be silent, and says nothing when the program cannot be loaded.
"use strict";

importScripts("./worker.js");
wasm_bindgen({ module_or_path: "./worker_bg.wasm" }).catch((reason) => {
  // Out of the promise, so that the page hears of it as an error of the worker.
  setTimeout(() => {
    throw reason;
  });
});
