/** Addresses: what they say, what they leave to the defaults, and what is refused. */
import { describe, expect, test } from "vitest";
import { nameAddress } from "../sql/server-address.ts";
import { parseAddress } from "./address.ts";

test("a whole address", () => {
  const address = parseAddress(
    "postgresql://us%40er:p%40ss%2Fw%25rd@db.example.com:5433/my%20app?sslmode=verify-ca&search_path=app&prepare=false&connect_timeout=3&application_name=shop",
  );
  expect(address).toEqual({
    host: "db.example.com",
    port: 5433,
    database: "my app",
    user: "us@er",
    password: "p@ss/w%rd",
    tls: "verify-ca",
    authorities: null,
    prepare: false,
    searchPath: "app",
    applicationName: "shop",
    connectTimeout: 3,
  });
  expect(nameAddress(address)).toBe("db.example.com:5433/my app");
});

test.each([
  ["localhost", "disable"],
  ["127.0.0.1", "disable"],
  ["[::1]", "disable"],
  ["db.example.com", "verify-full"],
  ["10.0.0.7", "verify-full"],
])("without a word about TLS, the line to %s is %s", (host, tls) => {
  expect(parseAddress(`postgres://a:b@${host}/c`)).toMatchObject({ tls, port: 5432, prepare: true });
});

test("a socket is a folder", () => {
  expect(parseAddress("postgres://a@localhost/c?host=/var/run/postgresql")).toMatchObject({
    host: "/var/run/postgresql",
    tls: "disable",
  });
});

describe("refused", () => {
  test.each([
    ["mysql://a:secret@b/c", "is no URL of the form"],
    ["postgres:/x", "names no host, no user or no database"],
    ["postgres://a:secret@b/", "names no host, no user or no database"],
    ["postgres://a:%zz@b/c", "is not percent-encoded correctly"],
    ["postgres://a:secret@b/c?sslmode=prefer", 'has the sslmode "prefer"'],
    ["postgres://a:secret@b/c?sslrootcert=/none.pem", "names the sslrootcert /none.pem, which cannot be read"],
    ["postgres://a:secret@b/c?prepare=no", "has prepare=no"],
    ["postgres://a:secret@b/c?connect_timeout=0", "has connect_timeout=0"],
    ["postgres://a:secret@b/c?pool=5", 'has the unknown parameter "pool"'],
  ])("%s", (url, problem) => {
    const refusal = expect.objectContaining({ code: "FTG_CONFIG", message: expect.stringContaining(problem) });
    expect(() => parseAddress(url)).toThrow(refusal);
    expect(() => parseAddress(url)).not.toThrow("secret");
  });
});
