// The GraphiQL page. It talks to /graphql of the server it came from and to nothing else.
import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./main.css";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createElement } from "react";
import { createRoot } from "react-dom/client";

const welcome = `# Ask for rows here; Ctrl-Space completes, Ctrl-Enter runs.
# The book at the left lists every field, filter and mutation.

{
  __typename
}
`;

const logo = createElement(GraphiQL.Logo, null, "Footing");
const fetcher = createGraphiQLFetcher({ url: "/graphql" });
createRoot(document.querySelector("#graphiql")).render(
  createElement(GraphiQL, { fetcher, defaultQuery: welcome }, logo),
);
