/** What callers and developers read of errors that no server of the tests gives, and of servers that cannot be used. */
import { expect, test } from "vitest";
import { ConnectionError } from "../sql/server-failure.ts";
import { parseAddress } from "./address.ts";
import { ServerError } from "./driver.ts";
import { translateError, translateOpenError } from "./failure.ts";
import { readServer } from "./prepare-database.ts";

const address = parseAddress("mysql://app:secret@localhost/shop");
const usable = ["10.11.14-MariaDB-0+deb12u2", 1, 0, 0, "MIXED", 16_384];

function readFacts(changes: Readonly<Record<number, unknown>>): Promise<unknown> {
  const row = usable.map((value, index) => changes[index] ?? value);
  const answer = async () => ({ rows: [row], count: 1, took: 0 });
  return readServer({ exec: answer, query: answer }, address);
}

test.each([
  ["10.11.0-MariaDB", true, "10.11.0"],
  ["11.4.2-MariaDB-log", true, "11.4.2"],
  ["8.0.21", false, "8.0.21"],
  ["8.4.3-cloud", false, "8.4.3"],
])("%s can be used", async (version, isMariadb, number) => {
  expect(await readFacts({ 0: version })).toMatchObject({ isMariadb, version: number });
});

test.each<[Record<number, unknown>, string, string]>([
  [{ 0: "10.6.22-MariaDB" }, "is served by MariaDB 10.6.22.", "Use MariaDB 10.11 or newer."],
  [{ 0: "5.7.44-log" }, "is served by MySQL 5.7.44.", "Use MySQL 8.0.21 or newer."],
  [{ 0: "8.0.20" }, "is served by MySQL 8.0.20.", "Use MySQL 8.0.21 or newer."],
  [{ 2: 1, 4: "STATEMENT" }, "logs statements instead of rows.", "Set binlog_format"],
  [{ 5: 8192 }, "has pages of 8192 bytes.", "innodb_page_size=16384"],
])("%o cannot", async (changes, message, fix) => {
  await expect(readFacts(changes)).rejects.toMatchObject({
    code: "FTG_DATABASE",
    message: expect.stringContaining(message),
    fix: expect.stringContaining(fix),
  });
});

test.each([
  [1205, "FTG_BUSY"],
  [1213, "FTG_BUSY"],
  [1040, "FTG_BUSY"],
  [1317, "FTG_TIMEOUT"],
  [1969, "FTG_TIMEOUT"],
  [3024, "FTG_TIMEOUT"],
  [1406, "FTG_INVALID"],
  [1153, "FTG_TOO_LARGE"],
  [1290, "FTG_DATABASE"],
  [1114, "FTG_DATABASE"],
  [1142, "FTG_DATABASE"],
  [1176, "FTG_DATABASE"],
  [1665, "FTG_DATABASE"],
  [1064, "FTG_INTERNAL"],
])("error %i is %s", (number, code) => {
  expect(translateError(new ServerError("…", number, undefined), address)).toMatchObject({ code });
});

test("a lost connection is busy, and what is not an error of the database stays as it is", () => {
  const lost = new ConnectionError("…", "ECONNRESET", null);
  expect(translateError(lost, address)).toMatchObject({ code: "FTG_BUSY", headers: { "Retry-After": "1" } });
  const error = new RangeError("no");
  expect(translateError(error, address)).toBe(error);
});

test("what keeps a database from being opened is said in words", () => {
  const open = (number: number) => translateOpenError(new ServerError("said the server", number, undefined), address);
  expect(open(1130)).toMatchObject({ message: expect.stringContaining("does not let this machine in") });
  expect(open(3159)).toMatchObject({ message: expect.stringContaining("over TLS alone") });
  expect(open(1064)).toMatchObject({
    code: "FTG_DATABASE",
    message: "The database localhost:3306/shop cannot be opened: said the server.",
  });
});
