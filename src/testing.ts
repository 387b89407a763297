/** The entry `footing/testing`: what the tests of an app need. */
export { createMemoryStore } from "./stores/memory/store.ts";
