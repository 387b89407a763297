/** The directive that gives a value of one field of a mutation to the fields after it. Says what it is; what it does is elsewhere. */
import { DirectiveLocation, GraphQLDirective, GraphQLNonNull, GraphQLString } from "graphql";

/** `@export(as: "name")`. */
export const exportDirective: GraphQLDirective = new GraphQLDirective({
  name: "export",
  description:
    "In a mutation: puts the value into the variable `as`, which the root fields after this one may use. The variable is declared with the type of the field, and given no value.",
  locations: [DirectiveLocation.FIELD],
  args: { as: { type: new GraphQLNonNull(GraphQLString), description: "A variable of the operation, without `$`." } },
});
