// The atlas as Footing serves it, with the one setting that the to-many case needs: five related rows instead of 20.

import { defineApp } from "footing";
import atlas from "atlas/app.ts";

export default defineApp({ ...atlas, limits: { defaultLimit: 5 } });
