// Stands at the door while the program loads: shows that it is loading, takes the notice away when
// it has drawn the page, and says so, in both languages, when it could not start.
//
// In: the page's own error events, and `TrunkApplicationStarted`, which Trunk's start script sends
// when the program's `main` has returned. Out: what `#boot` shows, and the language of the page
// until the program sets its own.
//
// A classic script on purpose: it must run before the modules, and where modules do not.
(() => {
  "use strict";

  // Slow lines are no failure: the notice only grows a hint, and goes on waiting.
  const SLOW_AFTER_MS = 20_000;

  const wanted = (navigator.languages && navigator.languages[0]) || navigator.language || "en";
  document.documentElement.lang = wanted.toLowerCase().startsWith("ru") ? "ru" : "en";

  const started = new AbortController();
  const until_started = { signal: started.signal };

  const whenParsed = (act) => {
    if (document.readyState === "loading") {
      document.addEventListener("DOMContentLoaded", act, { once: true, ...until_started });
    } else {
      act();
    }
  };

  const fail = (reason) => {
    window.clearTimeout(slow);
    whenParsed(() => {
      document.getElementById("boot-loading")?.setAttribute("hidden", "");
      document.getElementById("boot-failed")?.removeAttribute("hidden");
      const told = document.getElementById("boot-reason");
      // The first reason is the cause; what follows are its consequences.
      if (told && told.textContent === "") {
        told.textContent = String(reason);
      }
    });
  };

  const slow = window.setTimeout(() => {
    for (const line of document.querySelectorAll("#boot-loading span")) {
      line.textContent +=
        line.lang === "ru" ? " Дольше обычного: связь медленная?" : " This takes longer than usual: is the connection slow?";
    }
  }, SLOW_AFTER_MS);

  window.addEventListener(
    "TrunkApplicationStarted",
    () => {
      window.clearTimeout(slow);
      started.abort();
      document.getElementById("boot")?.remove();
    },
    { once: true },
  );

  // Capturing: a file that cannot be loaded sends its error to its own element only.
  window.addEventListener(
    "error",
    (event) => {
      const source = event.target instanceof Element ? event.target : null;
      if (source === null) {
        fail(event.message);
      } else if (source.matches("script, link")) {
        fail(`${source.getAttribute("src") ?? source.getAttribute("href") ?? "module"}: could not be loaded`);
      }
    },
    { capture: true, ...until_started },
  );
  window.addEventListener("unhandledrejection", (event) => fail(event.reason), until_started);

  if (typeof WebAssembly !== "object") {
    fail("WebAssembly is not available");
  }
})();
