// Loaded into every server under test before anything else: it may end when it has nothing else to do, and does not
// outlive the benchmark.

process.channel?.unref();
process.on("disconnect", () => process.exit(0));
