// What a fragment that failed says: the page keeps what it shows, a toast names what happened.

import { tell } from "./toast.js";

const words = document.getElementById("toasts")?.dataset ?? {};

// What the page asks for by itself is tried again; the banner says that there is no connection.
const asked = ({ detail: { requestConfig } }) => requestConfig?.verb !== "get" || requestConfig.triggeringEvent?.isTrusted;

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => { if (asked(event)) tell(words.offline, "watch"); });
}
document.addEventListener("htmx:responseError", (event) => {
  const { xhr, requestConfig } = event.detail;
  // A refetch by the live page tries again by itself; only what a person pressed gets a word.
  if (requestConfig?.verb !== "get" || xhr.status >= 500) tell(words.failed, "gap");
});
