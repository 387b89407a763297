import { expect, test } from "vitest";
import { nameAddress } from "../sql/server-address.ts";
import { parseAddress } from "./address.ts";

test("an address has a host, a port, a database, a user and a password", () => {
  expect(parseAddress("mysql://app:p%40ss%2Fw%25rd@db.example.com/shop")).toMatchObject({
    host: "db.example.com",
    port: 3306,
    database: "shop",
    user: "app",
    password: "p@ss/w%rd",
    tls: "verify-full",
  });
  expect(nameAddress(parseAddress("mariadb://app:secret@[::1]:3307/shop"))).toBe("[::1]:3307/shop");
  const local = parseAddress("mysql://app:secret@db/shop?socket=/run/my.sock");
  expect(nameAddress(local)).toBe("/run/my.sock/shop");
});

test.each([
  ["mysql://a:b@127.0.0.1/c", "disable"],
  ["mysql://a:b@db/c?socket=/run/my.sock", "disable"],
  ["mysql://a:b@localhost/c?ssl-mode=required", "require"],
  ["mysql://a:b@db/c?ssl-mode=VERIFY_CA", "verify-ca"],
  ["mysql://a:b@db/c?ssl-mode=DISABLED", "disable"],
])("%s is secured by %s", (url, tls) => expect(parseAddress(url).tls).toBe(tls));

test.each([
  ["mysql://a:secret@db", "names no host, no user or no database"],
  ["mysql", "is no URL of the form"],
  ["mysql:app", "names no host, no user or no database"],
  ["mysql://a:secret@db/c?ssl-mode=PREFERRED", 'has the ssl-mode "PREFERRED"'],
  ["mysql://a:secret@db/c?sslmode=x", 'has the unknown parameter "sslmode"'],
  ["mysql://a:secret%@db/c", "is not percent-encoded correctly"],
  ["mysql://a:secret@db/c?connect-timeout=0", "has connect-timeout=0"],
  ["mysql://a:secret@db/c?ssl-ca=/no/such.pem", "names the ssl-ca /no/such.pem"],
])("%s %s", (url, problem) => {
  expect(() => parseAddress(url)).toThrow(expect.objectContaining({ code: "FTG_CONFIG" }));
  expect(() => parseAddress(url)).toThrow(problem);
  expect(() => parseAddress(url)).not.toThrow("secret");
});
