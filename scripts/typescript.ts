// The TypeScript compiler's API, for reading source in checks. TypeScript 7, which type-checks and builds, has no such
// API yet, so this folder depends on TypeScript 6; nothing outside checks and scripts may use it.

export { default as ts } from "typescript";
