// Reads a Thing Description from standard input and writes what the W3C's JSON Schema finds wrong with it, one line each.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import Ajv from "ajv";

const schema = createRequire(import.meta.url)("wot-thing-description-types/schema/td-json-schema-validation.json");
// The formats of the schema are those of web addresses, which ajv leaves to other packages.
const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
if (!validate(JSON.parse(readFileSync(0, "utf8"))))
  for (const found of validate.errors)
    console.log(`${found.instancePath}: ${found.message}`);
