// Dialogs: opens what a fragment brings with data-open, removes it when it closes, and stands in
// for commandfor and closedby where the browser does not know them yet.

const knowsCommands = "commandForElement" in HTMLButtonElement.prototype;
const knowsClosedBy = "closedBy" in HTMLDialogElement.prototype;

function openFresh(root) {
  for (const dialog of root.querySelectorAll("dialog[data-open]:not([open])")) {
    dialog.removeAttribute("data-open");
    dialog.addEventListener("close", () => dialog.remove(), { once: true });
    dialog.showModal();
  }
}

document.addEventListener("htmx:afterSwap", (event) => openFresh(event.detail.target?.isConnected ? event.detail.target : document));
document.addEventListener("htmx:oobAfterSwap", () => openFresh(document));
openFresh(document);

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[commandfor]");
  if (button && !knowsCommands) {
    const dialog = document.getElementById(button.getAttribute("commandfor"));
    const command = button.getAttribute("command");
    if (command === "show-modal") dialog?.showModal();
    if (command === "close") dialog?.close();
  }
  if (!knowsClosedBy && event.target.matches?.('dialog[closedby="any"]')) {
    const box = event.target.getBoundingClientRect();
    const outside = event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
    if (outside) event.target.close();
  }
});
