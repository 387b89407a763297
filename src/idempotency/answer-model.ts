/** The model of the answers that are kept for repeated requests: a table of Footing's own that no caller can reach. */
import { type Model, model } from "../schema/model.ts";
import { t } from "../schema/t.ts";

/** Its name among the models of an app. */
export const ANSWER_MODEL = "FootingAnswer";

/** The model. Without access rules, nobody but the app itself gets at its rows. */
export const answerModel: Model = model(
  {
    /** A hash of who sent the request, where to, and of its key. */
    id: t.text().max(43),
    /** A hash of what was asked for. */
    request: t.text().max(43),
    /** Status, media type and headers as JSON. */
    head: t.text(),
    body: t.text().optional(),
    expiresAt: t.datetime(),
  },
  { key: "id", table: "answer", index: [["expiresAt"]] },
);
