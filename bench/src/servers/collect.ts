// Loaded into every server under test before anything else: collects garbage when the benchmark asks, so that none of
// them starts a round with the debts of its start or of the round before.

process.on("message", (message) => {
  if (message !== "collect") return;
  globalThis.gc?.();
  process.send?.("collected");
});
// A server that has nothing else to do may end, and none outlives the benchmark.
process.channel?.unref();
process.on("disconnect", () => process.exit(0));
