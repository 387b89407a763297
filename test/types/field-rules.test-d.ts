/** What TypeScript knows of rules of single fields. */
import { type AppDb, defineApp } from "../../src/app/define-app.ts";
import { model } from "../../src/schema/model.ts";
import { t } from "../../src/schema/t.ts";

const Team = model({ name: t.text(), staff: t.many("Staff", "team") }, { access: { read: true } });
const Staff = model(
  { name: t.text(), salary: t.int(), note: t.text(), team: t.ref("Team") },
  {
    access: {
      read: true,
      create: true,
      update: true,
      fields: {
        salary: { read: ({ user }) => user?.role === "hr", write: false },
        note: { write: ({ user }) => ({ name: user?.id }) },
        team: { read: ({ user }) => ({ name: user?.id }) },
      },
    },
  },
);
const app = defineApp({ models: { Team, Staff } });

async function rows(db: AppDb<typeof app>): Promise<void> {
  const [row] = await db.Staff.find();
  const salary: number | null | undefined = row?.salary;
  const note: string | undefined = row?.note;
  // @ts-expect-error the salary may not show
  const surely: number | undefined = row?.salary;
  const [own] = await db.asSystem().Staff.find({ select: { salary: true } });
  const all: number | undefined = own?.salary;
  const [hop] = await db.Staff.find({ select: { team: { select: { name: true } } } });
  // @ts-expect-error the team may not show
  const team: { name: string } | undefined = hop?.team;
  await db.Staff.create({ name: "a", salary: 1, note: "", team: "x" });
  // @ts-expect-error null may be read, never written
  await db.Staff.create({ name: "a", salary: null, note: "", team: "x" });
  void [salary, note, surely, all, team];
}

// @ts-expect-error no such field
model({ name: t.text() }, { access: { fields: { nam: { read: true } } } });
// @ts-expect-error no such field in the answer
model({ name: t.text() }, { access: { fields: { name: { read: ({ user }) => ({ nam: user?.id }) } } } });
// @ts-expect-error no such rule
model({ name: t.text() }, { access: { fields: { name: { update: true } } } });
// @ts-expect-error neither an answer nor a where
model({ name: t.text() }, { access: { fields: { name: { read: () => "yes" } } } });
void rows;
