// Reads an AsyncAPI document from standard input and writes what AsyncAPI's own parser finds wrong with it, one line each.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(readFileSync(0, "utf8"));
// 0 = error, 1 = warning; what remains are recommendations.
for (const found of diagnostics.filter((found) => found.severity <= 1))
  console.log(`/${found.path.join("/")}: ${found.message}`);
if (document)
  console.error(`${document.allChannels().length} channels, ${document.allOperations().length} operations`);
else
  console.log("there is no document");
