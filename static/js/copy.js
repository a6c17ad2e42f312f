// Copies the text of another element: <button data-copy="#id" data-said="Copied.">.

import { tell } from "./toast.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  const from = button && document.querySelector(button.dataset.copy);
  if (!from) return;
  // Without HTTPS a browser gives no clipboard: the text is marked, ready for Ctrl C.
  if (!navigator.clipboard) {
    getSelection().selectAllChildren(from);
    return;
  }
  await navigator.clipboard.writeText(from.textContent.trim());
  tell(button.dataset.said, "good");
});
