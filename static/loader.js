// Stands at the door while the program loads: shows that it is loading, takes the notice away when
// it has drawn the page, and says so, in both languages, when it could not start. Afterwards it
// watches over the program: one that has failed cannot say so itself.
//
// In: the page's own error events, and `TrunkApplicationStarted`, which Trunk's start script sends
// when the program's `main` has returned. Out: what `#boot` shows, and the language of the page
// until the program sets its own.
// When the program fails: the text of the open document, which the program leaves in
// `window.interplayText`, and why it failed, in `window.interplayPanic`.
//
// A classic script on purpose: it must run before the modules, and where modules do not.
(() => {
  "use strict";

  // Slow lines are no failure: the notice only grows a hint, and goes on waiting.
  const SLOW_AFTER_MS = 20_000;

  const wanted = (navigator.languages && navigator.languages[0]) || navigator.language || "en";
  document.documentElement.lang = wanted.toLowerCase().startsWith("ru") ? "ru" : "en";

  // What the page cannot do without; a browser that lacks it is too old, or forbids it.
  const NEEDED = ["WebAssembly", "Worker", "HTMLDialogElement"];
  const lacking = NEEDED.find((name) => typeof window[name] === "undefined");

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
      if (lacking !== undefined) {
        return;
      }
      window.clearTimeout(slow);
      started.abort();
      watchOver();
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

  if (lacking !== undefined) {
    fail(`${lacking}: not available`);
  }

  const WORDS = {
    en: {
      title: "Interplay has stopped",
      what: "Something went wrong inside the page, and it cannot go on. What you changed is kept in this browser where the browser allows it; to be safe, take the text of the scenario with you before you reload.",
      reload: "Reload the page",
      copy: "Copy the scenario",
      copied: "Copied",
      by_hand: "The browser did not let the page copy: download the scenario instead.",
      download: "Download the scenario",
      reason: "What went wrong",
    },
    ru: {
      title: "Interplay остановился",
      what: "Внутри страницы произошла ошибка, и продолжить она не может. Ваши изменения хранятся в этом браузере, если он это разрешает; на всякий случай заберите текст сценария, прежде чем обновить страницу.",
      reload: "Обновить страницу",
      copy: "Скопировать сценарий",
      copied: "Скопировано",
      by_hand: "Браузер не разрешил копировать: скачайте сценарий.",
      download: "Скачать сценарий",
      reason: "Что случилось",
    },
  };

  const element = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };

  // Once: what follows a failure are its consequences.
  let fallen = false;
  const fall = (error) => {
    if (fallen || !(error instanceof WebAssembly.RuntimeError || (error instanceof RangeError && /call stack/.test(error.message)))) {
      return;
    }
    fallen = true;
    const words = document.documentElement.lang === "ru" ? WORDS.ru : WORDS.en;
    const text = typeof window.interplayText === "string" ? window.interplayText : null;
    const told = element("p", { role: "status" });
    const reload = element("button", { type: "button", className: "primary", textContent: words.reload });
    reload.addEventListener("click", () => window.location.reload());
    const ways = element("p", { className: "ways-out" }, reload);
    if (text !== null) {
      const copy = element("button", { type: "button", textContent: words.copy });
      copy.dataset.action = "fallen-copy";
      copy.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(text);
          told.textContent = words.copied;
        } catch {
          told.textContent = words.by_hand;
        }
      });
      const address = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
      const download = element("a", { href: address, download: "interplay.yaml", textContent: words.download });
      download.dataset.action = "fallen-download";
      ways.append(copy, download);
    }
    const reason = String(window.interplayPanic ?? error);
    const dialog = element(
      "dialog",
      { id: "fallen" },
      element("h2", { id: "fallen-title", textContent: words.title }),
      element("p", { textContent: words.what }),
      ways,
      told,
      element("details", {}, element("summary", { textContent: words.reason }), element("pre", { textContent: reason })),
    );
    dialog.setAttribute("role", "alertdialog");
    dialog.setAttribute("aria-labelledby", "fallen-title");
    // Behind it is nothing that would still answer.
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    document.body.append(dialog);
    dialog.showModal();
  };

  const watchOver = () => {
    window.addEventListener("error", (event) => fall(event.error));
    window.addEventListener("unhandledrejection", (event) => fall(event.reason));
  };
})();
