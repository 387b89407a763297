// The conformance suite once more, on a PostgreSQL that is reached through PgBouncer in transaction mode.
import { vi } from "vitest";
import "../conformance/pages.test.ts";
import "../conformance/reads.test.ts";
import "../conformance/transactions.test.ts";
import "../conformance/values.test.ts";
import "../conformance/writes.test.ts";

vi.mock("../conformance/stores.ts", async () => ({ storeKinds: (await import("./pooled-kind.ts")).pooledKinds }));
