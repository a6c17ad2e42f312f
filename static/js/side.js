// The side bar folds to icons; a cookie keeps the choice, so the server draws it right at once.

const YEAR = 365 * 24 * 3600;

export function fold() {
  const root = document.documentElement;
  const folded = root.dataset.side !== "folded";
  if (folded) root.dataset.side = "folded";
  else delete root.dataset.side;
  document.cookie = `side=${folded ? "folded" : "open"}; path=/; max-age=${YEAR}; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
}
