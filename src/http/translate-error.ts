/** Turns the errors of Fastify and of the sockets below it into errors of the catalogue. */
import { FootingError } from "../errors/footing-error.ts";

/** The catalogue's error for one that Fastify raised before or around a handler; others pass unchanged. */
export function translateFastifyError(error: unknown): unknown {
  switch (readCode(error)) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new FootingError("FTG_TOO_LARGE", { detail: "The body is larger than this server takes." });
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return new FootingError("FTG_BAD_REQUEST", { detail: "The body is not as long as its content-length says." });
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new FootingError("FTG_MEDIA_TYPE", { detail: "The content-type is not a media type." });
    case "FST_ERR_MAX_PARAM_LENGTH":
      return new FootingError("FTG_URI_TOO_LONG", { detail: "A segment of the path is too long." });
    case "FST_ERR_BAD_URL":
      return new FootingError("FTG_PATH", { detail: "The path has an escape that is broken or not UTF-8." });
    default:
      return error;
  }
}

/** The catalogue's error for bytes that Node could not read as a request. */
export function translateSocketError(error: unknown): FootingError {
  switch (readCode(error)) {
    case "HPE_HEADER_OVERFLOW":
      return new FootingError("FTG_HEADERS", { detail: "The request line and headers are larger than 16 KiB." });
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new FootingError("FTG_SLOW_REQUEST", { detail: "The request did not arrive in time." });
    default:
      return new FootingError("FTG_BAD_REQUEST", { detail: "The bytes sent are not an HTTP/1.1 request." });
  }
}

/** The catalogue's error for a port that cannot be opened. */
export function translateListenError(error: unknown, host: string, port: number): unknown {
  switch (readCode(error)) {
    case "EADDRINUSE":
      return portError(
        `Port ${port} on ${host} is taken by another program.`,
        "Stop that program, or set PORT to a free port.",
        error,
      );
    case "EACCES":
      return portError(`This user may not open port ${port}.`, "Set PORT to 1024 or more.", error);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return portError(
        `${host} is not an address of this machine.`,
        "Set HOST to 127.0.0.1, or to 0.0.0.0 for all addresses.",
        error,
      );
    case "ERR_SOCKET_BAD_PORT":
      return portError(`A port is a number from 0 to 65535; got ${port}.`, "Set PORT to such a number.", error);
    default:
      return error;
  }
}

function portError(detail: string, fix: string, cause: unknown): FootingError {
  return new FootingError("FTG_PORT", { detail, fix, cause });
}

function readCode(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
